//! Why a file did not become a table.

use std::fmt;

use docpal_core::{Error, ErrorKind, FieldError};

use crate::import::{ImportErrors, LineError};

/// Why a file did not become a table. Nothing of it was kept.
#[derive(Debug)]
pub enum ImportFailure {
    /// Something is wrong with the file, or with records that its lines would be.
    Lines {
        /// What to decide on.
        kind: ErrorKind,
        /// The stable code: of the first thing that is wrong, or of the refusal.
        code: &'static str,
        /// The first things that are wrong, in the order of the file; at least one.
        errors: Vec<LineError>,
        /// How many there are in all.
        total: u64,
    },
    /// DocPal refused the table or a wish.
    Refused(Error),
}

impl ImportFailure {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Lines { code, .. } => code,
            Self::Refused(error) => error.code(),
        }
    }

    /// What is wrong first, for an answer that has its code apart.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Lines { errors, .. } => errors.first().map(LineError::words).unwrap_or_default(),
            Self::Refused(error) => error.message().to_owned(),
        }
    }

    /// One entry per thing that is wrong with the file, for an answer over HTTP.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Refused(error) => error.fields().to_vec(),
            Self::Lines { errors, .. } => errors
                .iter()
                .map(|error| {
                    let field = error.column.as_ref().map(|column| column.name.clone()).unwrap_or_default();
                    let line = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
                    FieldError::new(field, error.code, format!("{line}{}", error.message))
                })
                .collect(),
        }
    }
}

impl From<ImportErrors> for ImportFailure {
    fn from(errors: ImportErrors) -> Self {
        let code = errors.iter().next().map_or("read_failed", |error| error.code);
        let kept = errors.iter().cloned().collect();
        Self::Lines { kind: ErrorKind::Validation, code, total: errors.total(), errors: kept }
    }
}

impl From<LineError> for ImportFailure {
    fn from(error: LineError) -> Self {
        ImportErrors::from(error).into()
    }
}

impl From<Error> for ImportFailure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl fmt::Display for ImportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines { errors, total, .. } => {
                for (index, error) in errors.iter().enumerate() {
                    write!(f, "{}{error}", if index > 0 { "\n" } else { "" })?;
                }
                match total.saturating_sub(errors.len() as u64) {
                    0 => Ok(()),
                    more => write!(f, "\nand {more} more"),
                }
            }
            Self::Refused(error) => {
                write!(f, "{error} [{}]", error.code())?;
                let entries = error
                    .fields()
                    .iter()
                    .filter(|entry| error.fields().len() > 1 || !error.message().ends_with(&entry.message));
                entries.into_iter().try_for_each(|entry| {
                    write!(f, "\n  {}: {} [{}]", entry.field, entry.message, entry.code)
                })
            }
        }
    }
}

impl std::error::Error for ImportFailure {}
