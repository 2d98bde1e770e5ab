//! Services for an editor of formulas, on finished and unfinished text.
//!
//! None of them needs a formula that parses, except [`format()`]; none of them ever fails on what a user types.

mod complete;
mod cursor;
mod format;
mod hover;
mod rename;
mod signature;
#[cfg(test)]
mod tests;
mod tokens;

pub use complete::{Completion, CompletionKind, complete};
pub use format::format;
pub use hover::{Hover, hover};
pub use rename::rename;
pub use signature::{SignatureHelp, signature};
pub use tokens::{HighlightKind, HighlightToken, tokens};
