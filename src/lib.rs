#![doc = include_str!("../README.md")]

#[cfg(feature = "core")]
#[doc(inline)]
pub use docpal_core as core;
#[cfg(feature = "formula")]
#[doc(inline)]
pub use docpal_formula as formula;
#[cfg(feature = "query")]
#[doc(inline)]
pub use docpal_query as query;
#[cfg(feature = "server")]
#[doc(inline)]
pub use docpal_server as server;
