//! Records on their way in: what a caller sent ([`RecordDraft`]) and what passed validation
//! ([`ValidRecord`]).

pub mod draft;
pub mod validate;

pub use draft::RecordDraft;
pub use validate::{Mode, ValidRecord, validate};
