//! What stops a command, in words for the person at the terminal.

use std::fmt;
use std::process::ExitCode;

use docpal_core::Error;
use docpal_core::embedded::EmbeddedError;
use docpal_server::new_table::ImportFailure;

/// What stops a command.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Empty when all was said already.
    message: String,
    status: u8,
}

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }

    /// The end of a program that has told its reasons itself.
    pub(crate) fn status(status: u8) -> Self {
        Self { message: String::new(), status }
    }

    /// Tells the person at the terminal, and gives the status to end with.
    pub(crate) fn tell(&self) -> ExitCode {
        match self.message.as_str() {
            "" => {}
            // What is found in a formula begins so by itself.
            found if found.starts_with("error[") => super::note(found),
            message => super::note(&format!("error: {message}")),
        }
        ExitCode::from(self.status)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        // The person at the terminal runs the database too, so the cause is theirs to see.
        let cause = std::error::Error::source(&error).map(|cause| format!("\ncause: {cause}"));
        Self::new(format!("{}{}", ImportFailure::from(error), cause.unwrap_or_default()))
    }
}

impl From<ImportFailure> for Problem {
    fn from(failure: ImportFailure) -> Self {
        match failure {
            ImportFailure::Refused(error) => error.into(),
            lines @ ImportFailure::Lines { .. } => Self::new(lines.to_string()),
        }
    }
}

impl From<EmbeddedError> for Problem {
    fn from(error: EmbeddedError) -> Self {
        Self::new(error.to_string())
    }
}
