//! What is wrong with a file, said by line and column.

use std::fmt;

use serde::Serialize;

/// Every code a [`LineError`] can carry, with its meaning.
pub const CODES: &[(&str, &str)] = &[
    ("bad_delimiter", "the delimiter asked for cannot separate cells"),
    ("cell_too_long", "a cell is longer than the limit"),
    ("empty_file", "the file has no header line"),
    ("field_count", "a line has more or fewer cells than the header"),
    ("file_changed", "the file was changed while it was read"),
    ("invalid_json", "a file of JSON objects has something else in it"),
    ("invalid_text", "bytes that are no text in the file's encoding"),
    ("invalid_value", "a cell does not fit the type of its column"),
    ("no_rows", "the file has a header line and nothing below it, or holds no object with a key"),
    ("not_a_csv_file", "the file is a spreadsheet, an archive or a document"),
    ("nul_byte", "a cell holds a NUL byte, which PostgreSQL cannot store"),
    ("read_failed", "the file could not be opened or read"),
    ("row_too_long", "a line is longer than the limit"),
    ("stray_quote", "text follows a closing quote"),
    ("too_many_columns", "the header, or the objects, have more columns than a table can have"),
    ("unterminated_quote", "a quoted cell is never closed"),
];

/// A column of the file: its place and its header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnRef {
    /// The column's place, from 1; 0 for a field that no column fills.
    pub index: usize,
    /// The field name made of its header; empty when the cell lies beyond the header.
    pub name: String,
}

/// One thing wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}{message} [{code}]", Place(self))]
pub struct LineError {
    /// The physical line, from 1; `None` when the file as a whole is meant.
    pub line: Option<u64>,
    /// The column; `None` when the line as a whole is meant.
    pub column: Option<ColumnRef>,
    /// A stable code, one of [`CODES`].
    pub code: &'static str,
    /// What is wrong and what to do, for people.
    pub message: String,
}

struct Place<'a>(&'a LineError);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.line, &self.0.column) {
            (None, _) => Ok(()),
            (Some(line), None) => write!(f, "line {line}: "),
            (Some(line), Some(column)) if column.name.is_empty() => {
                write!(f, "line {line}, column {}: ", column.index)
            }
            (Some(line), Some(column)) if column.index == 0 => write!(f, "line {line}, {}: ", column.name),
            (Some(line), Some(column)) => {
                write!(f, "line {line}, column {} ({}): ", column.index, column.name)
            }
        }
    }
}

impl LineError {
    /// Where and what, without the code.
    pub(crate) fn words(&self) -> String {
        format!("{}{}", Place(self), self.message)
    }

    pub(super) fn file(code: &'static str, message: impl Into<String>) -> LineError {
        LineError { line: None, column: None, code, message: message.into() }
    }

    pub(super) fn line(line: u64, code: &'static str, message: impl Into<String>) -> LineError {
        LineError { line: Some(line), column: None, code, message: message.into() }
    }

    pub(super) fn at(mut self, index: usize, names: &[String]) -> LineError {
        let name = names.get(index).cloned().unwrap_or_default();
        self.column = Some(ColumnRef { index: index + 1, name });
        self
    }

    pub(super) fn read_failed(error: &std::io::Error) -> LineError {
        LineError::file("read_failed", format!("the file could not be read: {error}"))
    }
}

/// Everything found wrong with a file, the first of them in full.
///
/// A bad line does not stop the reading, so that all can be mended at once; the list is capped (see
/// [`InferOptions::max_errors`](super::InferOptions::max_errors)) and [`total`](ImportErrors::total) counts on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportErrors {
    errors: Vec<LineError>,
    total: u64,
}

impl ImportErrors {
    /// No errors.
    pub(crate) fn none() -> ImportErrors {
        ImportErrors { errors: Vec::new(), total: 0 }
    }

    pub(crate) fn push(&mut self, error: LineError, cap: usize) {
        self.total += 1;
        if self.errors.len() < cap.max(1) {
            self.errors.push(error);
        }
    }

    /// Takes in others.
    pub(crate) fn extend(&mut self, others: &ImportErrors, cap: usize) {
        let room = cap.max(1).saturating_sub(self.errors.len());
        self.errors.extend(others.errors.iter().take(room).cloned());
        self.total += others.total;
    }

    /// The first error kept that has the code.
    pub(super) fn first_mut(&mut self, code: &str) -> Option<&mut LineError> {
        self.errors.iter_mut().find(|error| error.code == code)
    }

    /// The errors kept, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, LineError> {
        self.errors.iter()
    }

    /// How many errors there are, those beyond the cap included.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Is nothing wrong?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl From<LineError> for ImportErrors {
    fn from(error: LineError) -> ImportErrors {
        ImportErrors { errors: vec![error], total: 1 }
    }
}

impl<'a> IntoIterator for &'a ImportErrors {
    type Item = &'a LineError;
    type IntoIter = std::slice::Iter<'a, LineError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.errors.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        let kept = self.errors.len() as u64;
        if self.total > kept {
            write!(f, "\nand {} more", self.total - kept)?;
        }
        Ok(())
    }
}

impl std::error::Error for ImportErrors {}
