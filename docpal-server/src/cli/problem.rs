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
    /// The database was not reachable.
    is_unreachable: bool,
}

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1, is_unreachable: false }
    }

    /// The end of a server that was told to stop before it served.
    pub(crate) fn stopped() -> Self {
        tracing::info!("stopped");
        Self::status(0)
    }

    /// The end of a program that has told its reasons itself.
    pub(crate) fn status(status: u8) -> Self {
        Self { message: String::new(), status, is_unreachable: false }
    }

    pub(crate) fn is_unreachable(&self) -> bool {
        self.is_unreachable
    }

    /// With a line before the others.
    pub(crate) fn under(mut self, first: &str) -> Self {
        self.message = format!("{first}\n{}", self.message);
        self
    }

    /// With a line behind the others.
    pub(crate) fn and(mut self, last: &str) -> Self {
        self.message = format!("{}\n{last}", self.message);
        self
    }

    /// Tells the person at the terminal now; what is left is the status.
    pub(crate) fn told(self) -> Self {
        self.tell();
        Self::status(self.status)
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
        let is_unreachable = error.code() == "database_unavailable";
        let message = format!("{}{}", ImportFailure::from(error), cause.unwrap_or_default());
        Self { is_unreachable, ..Self::new(message) }
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
