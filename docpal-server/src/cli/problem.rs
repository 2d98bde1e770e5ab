//! What stops a command, in words for the person at the terminal.

use std::fmt;

use docpal_core::Error;
use docpal_core::embedded::EmbeddedError;
use docpal_server::new_table::ImportFailure;

/// What stops a command.
#[derive(Debug)]
pub(crate) struct Problem(String);

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        // The person at the terminal runs the database too, so the cause is theirs to see.
        let cause = std::error::Error::source(&error).map(|cause| format!("\ncause: {cause}"));
        Self(format!("{}{}", ImportFailure::from(error), cause.unwrap_or_default()))
    }
}

impl From<ImportFailure> for Problem {
    fn from(failure: ImportFailure) -> Self {
        match failure {
            ImportFailure::Refused(error) => error.into(),
            lines @ ImportFailure::Lines { .. } => Self(lines.to_string()),
        }
    }
}

impl From<EmbeddedError> for Problem {
    fn from(error: EmbeddedError) -> Self {
        Self(error.to_string())
    }
}
