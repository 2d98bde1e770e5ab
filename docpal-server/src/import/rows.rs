//! The second pass: the file's cells as values of their columns' types.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    date,
    error::{ImportErrors, LineError},
    infer::{Inferred, Progress, open, own},
    kind::Kind,
    number::{self, Unit},
    reading::Reading,
    records::CellSpan,
    source::Source,
};

/// A cell's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Empty,
    /// Text, an e-mail address, a URL or an option's name.
    Text(&'a str),
    /// A number, a share or a sum as canonical decimal text: `-1234.50`.
    Number(&'a str),
    /// A switch.
    Bool(bool),
    /// A date.
    Date(NaiveDate),
    /// A point in time.
    DateTime(DateTime<Utc>),
    /// The text of a cell that does not fit the type of a [lenient](super::InferredColumn::lenient) column.
    Odd(&'a str),
}

/// One record of the file, with a cell for each column.
#[derive(Clone, Debug)]
pub struct Row {
    line: u64,
    text: String,
    cells: Vec<Stored>,
}

#[derive(Clone, Debug)]
enum Stored {
    Empty,
    Text(Range<usize>),
    Number(Range<usize>),
    Bool(bool),
    Date(NaiveDate),
    DateTime(DateTime<Utc>),
    Odd(Range<usize>),
}

impl Row {
    /// The physical line the record starts on, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The values, in the order of [`Inferred::columns`].
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'_>> {
        let text = |span: &Range<usize>| self.text.get(span.clone()).unwrap_or_default();
        self.cells.iter().map(move |cell| match cell {
            Stored::Empty => Cell::Empty,
            Stored::Text(span) => Cell::Text(text(span)),
            Stored::Number(span) => Cell::Number(text(span)),
            Stored::Bool(value) => Cell::Bool(*value),
            Stored::Date(date) => Cell::Date(*date),
            Stored::DateTime(time) => Cell::DateTime(*time),
            Stored::Odd(span) => Cell::Odd(text(span)),
        })
    }
}

/// The rows of a file; made by [`rows`].
pub struct Rows<'a> {
    records: Reading<'a>,
    source: &'a Source,
    inferred: &'a Inferred,
    names: Vec<String>,
    rows: u64,
    ended: bool,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("source", self.source).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Reads the file again, by the types of `inferred`.
///
/// An item is a row, or the first error of a record. After [`infer`](super::infer) with the same source there
/// are none, unless the file has changed or the caller has given a column a type that does not fit
/// (`invalid_value`): then the caller must undo what it has written.
///
/// # Errors
/// Those of the header.
pub fn rows<'a>(source: &'a Source, inferred: &'a Inferred) -> Result<Rows<'a>, ImportErrors> {
    let (records, headers, _) = open(source, &inferred.options)?;
    let names: Vec<String> = inferred.columns.iter().map(|column| column.field_name.clone()).collect();
    if headers.len() != names.len() {
        let message = format!("the header has {} cells, {} are expected", headers.len(), names.len());
        return Err(LineError::line(records.line(), "field_count", message).into());
    }
    Ok(Rows { records, source, inferred, names, rows: 0, ended: false })
}

impl Rows<'_> {
    /// How far the reading has come.
    pub fn progress(&self) -> Progress {
        let total = self.source.bytes();
        let bytes = if self.ended { total } else { self.records.taken() };
        Progress { bytes, total_bytes: total, rows: self.rows }
    }

    /// The record as a row; `None` when it is left out.
    fn row(&self) -> Option<Result<Row, LineError>> {
        let mut wrong = self.records.check(&self.names);
        if self.inferred.options.pads(&wrong, self.records.is_short(self.names.len())) {
            wrong.clear();
        }
        if self.inferred.options.skips(&wrong) {
            return None;
        }
        Some(match wrong.into_iter().next() {
            Some(error) => Err(error),
            None => self.cells(),
        })
    }

    fn cells(&self) -> Result<Row, LineError> {
        let line = self.records.line();
        let Some((text, cells)) = self.records.text() else {
            return Err(LineError::line(line, "invalid_text", "the line is no text in the file's encoding"));
        };
        let columns = &self.inferred.columns;
        let mut row =
            Row { line, text: String::with_capacity(text.len()), cells: Vec::with_capacity(columns.len()) };
        for (at, (column, CellSpan { start, end, line, is_number })) in columns.iter().zip(cells).enumerate()
        {
            let cell = text.get(start..end).unwrap_or_default();
            let cell = if self.inferred.guarded { own(cell) } else { cell };
            let value = cell.trim();
            let stored = if self.inferred.options.is_empty_cell(value) {
                Stored::Empty
            } else {
                let start = row.text.len();
                match store(cell, value, &column.kind, is_number, &mut row.text) {
                    Some(stored) => stored,
                    None if column.lenient => {
                        row.text.truncate(start);
                        row.text.push_str(cell);
                        Stored::Odd(start..row.text.len())
                    }
                    None => return Err(unfit(value, &column.kind, line).at(at, &self.names)),
                }
            };
            row.cells.push(stored);
        }
        row.cells.resize(columns.len(), Stored::Empty);
        Ok(row)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        loop {
            match self.records.advance() {
                Ok(true) => {
                    let Some(row) = self.row() else { continue };
                    self.rows += 1;
                    return Some(row);
                }
                Ok(false) => {
                    self.ended = true;
                    return self.source.unchanged().err().map(Err);
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Reads a non-empty cell by its column's kind; its text goes to `out`.
fn store(cell: &str, value: &str, kind: &Kind, is_number: bool, out: &mut String) -> Option<Stored> {
    let start = out.len();
    let mut keep = |text: &str| {
        out.push_str(text);
        Stored::Text(start..out.len())
    };
    let written =
        |format: &number::NumberFormat| if is_number { number::NumberFormat::JSON } else { *format };
    match kind {
        Kind::Text | Kind::LongText => Some(keep(cell)),
        Kind::Email => super::words::is_email(value).then(|| keep(value)),
        Kind::Url => super::words::is_url(value).then(|| keep(value)),
        Kind::SingleSelect { options } => options.iter().any(|option| option == value).then(|| keep(value)),
        Kind::Switch { words } => super::words::read_switch(value, *words).map(Stored::Bool),
        Kind::Date { format } => date::read_date(value, *format).map(Stored::Date),
        Kind::DateTime { format } => date::read_datetime(value, *format).map(Stored::DateTime),
        Kind::Number { format, .. } => store_number(value, written(format), Unit::None, out),
        Kind::Percent { format, .. } => store_number(value, written(format), Unit::Percent, out),
        Kind::Currency { format, symbol, code, .. } => {
            store_number(value, written(format), Unit::Currency { symbol, code: *code }, out)
        }
    }
}

fn store_number(value: &str, format: number::NumberFormat, unit: Unit, out: &mut String) -> Option<Stored> {
    let start = out.len();
    number::canonical(value, format, unit, out).then_some(Stored::Number(start..out.len()))
}

fn unfit(value: &str, kind: &Kind, line: u64) -> LineError {
    let value = super::names::shorten(value, 60);
    let message = format!("{value:?} does not fit the column's type {}", kind.name());
    LineError::line(line, "invalid_value", message)
}
