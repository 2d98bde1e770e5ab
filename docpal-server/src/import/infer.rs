//! The first pass: every cell is looked at, and each column gets a type.

use serde::Serialize;

use super::{
    column::{Column, FileHints},
    date::DateOrder,
    encoding::Encoding,
    entry::Entry,
    error::{ImportErrors, LineError},
    json::ObjectRows,
    kind::Kind,
    names::{self, MadeName},
    notes,
    null_words::NullWords,
    number::DecimalMark,
    reading::Reading,
    readings::{Readings, Unreadable},
    reason::Reason,
    records::{Limits, Records},
    source::Source,
};
use crate::apostrophe;

/// What to infer, and how much to take.
#[derive(Clone, Debug)]
pub struct InferOptions {
    /// The most columns a file may have; 1,500 by default, below PostgreSQL's 1,600.
    pub max_columns: usize,
    /// The most bytes a cell may have, as UTF-8; 1 MiB by default.
    pub max_cell_bytes: usize,
    /// The most bytes a line may have, as UTF-8; 16 MiB by default. It bounds the memory used.
    pub max_row_bytes: usize,
    /// The most errors listed; 100 by default. More are counted.
    pub max_errors: usize,
    /// Take a file with a header and no rows, as a table of text columns; an error (`no_rows`) by default.
    pub allow_no_rows: bool,
    /// The most options of a single select; 20 by default, 0 for no selects.
    pub select_options: usize,
    /// Take an apostrophe before a formula for a part of the text. Without it such apostrophes are taken for those of
    /// an export, and off, when every text of the file that an export gives one has it.
    pub raw: bool,
    /// The columns, by field name, whose types are chosen by somebody: all that their cells show is kept.
    pub wished: Vec<String>,
    /// Leave out lines with more or fewer cells than the header; they are listed. Errors by default.
    pub skip_ragged: bool,
    /// Fill lines with fewer cells than the header up with empty ones; errors by default.
    pub pad_short: bool,
    /// The first line is no header: columns are called `Column 1` and so on.
    pub no_header: bool,
    /// Columns that are left out, by name.
    pub skip: Vec<String>,
    /// Where the import was asked for: what is said of choices calls them as they are called there.
    pub entry: Entry,
    /// Words that mean an empty cell, such as `NULL` or `\N`; none by default.
    pub null_words: NullWords,
    /// The order of day and month in columns that leave it open; text by default.
    pub date_order: Option<DateOrder>,
    /// The decimal mark of columns that leave it open; see the rules in the module's documentation.
    pub decimal_mark: Option<DecimalMark>,
}

impl Default for InferOptions {
    fn default() -> InferOptions {
        InferOptions {
            max_columns: 1_500,
            max_cell_bytes: 1 << 20,
            max_row_bytes: 16 << 20,
            max_errors: 100,
            allow_no_rows: false,
            select_options: 20,
            raw: false,
            wished: Vec::new(),
            skip_ragged: false,
            pad_short: false,
            no_header: false,
            skip: Vec::new(),
            entry: Entry::default(),
            null_words: NullWords::default(),
            date_order: None,
            decimal_mark: None,
        }
    }
}

impl InferOptions {
    pub(super) fn is_empty_cell(&self, trimmed: &str) -> bool {
        trimmed.is_empty() || self.null_words.contain(trimmed)
    }

    /// Is a record left out for what is wrong with it?
    pub(super) fn skips(&self, wrong: &[LineError]) -> bool {
        self.skip_ragged && !wrong.is_empty() && wrong.iter().all(|error| error.code == "field_count")
    }

    /// Is a record filled up that is wrong in that it is short?
    pub(super) fn pads(&self, wrong: &[LineError], is_short: bool) -> bool {
        self.pad_short && is_short && wrong.iter().all(|error| error.code == "field_count")
    }

    pub(super) fn limits(&self) -> Limits {
        // A cell more than the header may have, so that too many are seen.
        Limits {
            cell: self.max_cell_bytes,
            row: self.max_row_bytes,
            cells: self.max_columns.saturating_add(1),
        }
    }
}

/// How far a pass has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Bytes of the file read.
    pub bytes: u64,
    /// Bytes of the whole file.
    pub total_bytes: u64,
    /// Rows read.
    pub rows: u64,
}

/// A table proposed for a file.
#[derive(Clone, Debug, Serialize)]
pub struct Inferred {
    /// The byte between cells.
    pub delimiter: char,
    /// The file's encoding.
    pub encoding: Encoding,
    /// The rows below the header.
    pub rows: u64,
    /// The lines that are left out.
    pub skipped: ImportErrors,
    /// The short lines that are filled up.
    pub padded: u64,
    /// What is worth a word about the whole file, as its encoding where that is guessed.
    pub notes: Vec<String>,
    /// Texts that a spreadsheet would run have an apostrophe before them, which is no part of them.
    pub guarded: bool,
    /// The columns in the order of the file. The second pass reads by their kinds, so a caller who wants
    /// another type for a column changes `kind` here ([`Kind::Text`] always fits).
    pub columns: Vec<InferredColumn>,
    /// The options the file was read with, which the second pass needs again.
    #[serde(skip)]
    pub options: InferOptions,
}

/// A field proposed for a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InferredColumn {
    /// The header as it stands in the file.
    pub header: String,
    /// The header as a field name: 1 to 100 characters, no control characters, unique ignoring case.
    pub field_name: String,
    /// The type, and how the cells are written.
    pub kind: Kind,
    /// The cells with a value.
    pub filled: u64,
    /// The empty cells.
    pub empty: u64,
    /// Of those, the ones of white space.
    pub blank: u64,
    /// Why the field name is not that of the header, if it is not.
    pub made: Option<MadeName>,
    /// The characters of the longest cell.
    pub max_len: u64,
    /// The number of different values; `None` when there are more than were kept.
    pub distinct: Option<usize>,
    /// The first different values, at most five, each cut to 100 characters.
    pub samples: Vec<String>,
    /// Why it has this type.
    pub reason: Reason,
    /// A cell that does not fit the type is [`Cell::Odd`](super::Cell::Odd) and no error.
    #[serde(skip)]
    pub lenient: bool,
    #[serde(skip)]
    pub(super) readings: Readings,
}

impl InferredColumn {
    /// Reads the column as a field type from here on, whatever does not fit: that is [`Cell::Odd`](super::Cell::Odd).
    ///
    /// # Errors
    /// When the cells leave open how they are read, or no cell gives values of the type.
    pub fn read_as(&mut self, field_type: &str) -> Result<(), Unreadable> {
        self.kind = self.readings.of(field_type)?;
        self.reason = Reason::Wished;
        self.lenient = true;
        Ok(())
    }

    /// Takes numbers without a unit only, from here on: where the unit of most cells is not that of their field.
    pub(crate) fn without_unit(&mut self) {
        if let Kind::Currency { scale, format, .. } | Kind::Percent { scale, format } = self.kind {
            self.kind = Kind::Number { scale, format };
        }
    }

    /// The name in the header: it may not be that of the field, see [`made`](Self::made).
    #[must_use]
    pub fn said_name(&self) -> String {
        names::clean(&self.header)
    }

    /// Is the column meant by the name? It is by that of its field, and by that in the header when no field can have it.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.field_name == name || (self.made == Some(MadeName::Reserved) && self.said_name() == name)
    }

    /// What separates several options in a cell, if anything does. Known of a column that is in
    /// [`InferOptions::wished`].
    #[must_use]
    pub fn separator(&self) -> Option<char> {
        self.readings.separator
    }

    /// Was the header longer than a field name may be?
    #[must_use]
    pub fn is_cut(&self) -> bool {
        names::is_long(&self.header)
    }
}

/// Reads the whole file and proposes a type for each column, by the rules in the [module's](super)
/// documentation. `progress` is called about once for each MiB, and at the end.
///
/// # Errors
/// All that is wrong with the file's form, by line and column, up to
/// [`max_errors`](InferOptions::max_errors); the codes are in [`CODES`](super::CODES).
pub fn infer(
    source: &Source,
    options: &InferOptions,
    mut progress: impl FnMut(Progress),
) -> Result<Inferred, ImportErrors> {
    // What is a text in JSON has no apostrophes of an export.
    let options = &InferOptions { raw: options.raw || source.is_json(), ..options.clone() };
    let (mut records, headers, field_names) = open(source, options)?;
    let wished = |name: &String| options.wished.contains(name);
    let named = field_names.iter().zip(&headers);
    let mut columns: Vec<Column> =
        named.map(|(name, header)| Column::new(wished(name) || wished(&names::clean(header)))).collect();
    let mut skipped = ImportErrors::none();
    let mut errors = ImportErrors::none();
    let (mut rows, mut told, mut padded) = (0, 0, 0);
    while records.advance()? {
        rows += 1;
        let mut wrong = records.check(&field_names);
        let is_short = records.is_short(columns.len());
        if options.pads(&wrong, is_short) {
            padded += 1;
            wrong.clear();
        }
        if wrong.is_empty()
            && let Some((text, cells)) = records.text()
        {
            let mut cells = cells.fuse();
            for column in &mut columns {
                match cells.next() {
                    Some(cell) => {
                        let value = text.get(cell.start..cell.end).unwrap_or_default();
                        column.observe(value, cell.line, cell.is_number, options);
                    }
                    // One that a short line has not.
                    None => column.observe("", 0, false, options),
                }
            }
        }
        let list = if options.skips(&wrong) { &mut skipped } else { &mut errors };
        rows -= u64::from(options.skips(&wrong));
        for error in wrong {
            list.push(error, options.max_errors);
        }
        if records.taken() >= told + STRIDE {
            told = records.taken();
            progress(Progress { bytes: told, total_bytes: source.bytes(), rows });
        }
    }
    progress(Progress { bytes: source.bytes(), total_bytes: source.bytes(), rows });
    source.unchanged()?;
    if !errors.is_empty() {
        notes::advise(&mut errors, source, columns.len(), options);
        return Err(errors);
    }
    if rows == 0 && !options.allow_no_rows {
        return Err(no_rows(&headers).into());
    }
    let hints = FileHints::gather(&columns, &headers, options, source.delimiter());
    let guarded = hints.guarded();
    let headers =
        if guarded { headers.iter().map(|header| own(header).to_owned()).collect() } else { headers };
    let field_names = names::field_names(&headers);
    let made = names::made(&headers, &field_names);
    let named = headers.into_iter().zip(field_names);
    let columns =
        columns.into_iter().zip(named).map(|(column, (header, name))| column.decide(header, name, &hints));
    let columns: Vec<InferredColumn> =
        columns.zip(made).map(|(column, made)| InferredColumn { made, ..column }).collect();
    let notes = notes::notes(source, &columns, padded, options);
    Ok(Inferred {
        delimiter: source.delimiter().into(),
        encoding: source.encoding(),
        rows,
        skipped,
        guarded,
        padded,
        notes,
        columns,
        options: options.clone(),
    })
}

/// A cell without the apostrophe of an export.
pub(super) fn own(cell: &str) -> &str {
    apostrophe::removed(cell).unwrap_or(cell)
}

/// The bytes between two reports of progress.
const STRIDE: u64 = 1 << 20;

/// The file's records behind the header, the headers, and the field names made of them.
pub(super) fn open<'a>(
    source: &'a Source,
    options: &InferOptions,
) -> Result<(Reading<'a>, Vec<String>, Vec<String>), ImportErrors> {
    let failed = |error: std::io::Error| LineError::read_failed(&error);
    if let Some(shape) = source.shape()? {
        let headers = shape.names().to_vec();
        if headers.len() > options.max_columns {
            let (keys, most) = (headers.len(), options.max_columns);
            let message =
                format!("the objects have {keys} different keys, a table has at most {most} columns");
            return Err(LineError::file("too_many_columns", message).into());
        }
        let rows = ObjectRows::new(source.reader().map_err(failed)?, shape, options.limits());
        let field_names = names::field_names(&headers);
        return Ok((Reading::Objects(Box::new(rows)), headers, field_names));
    }
    let mut records = lines(source, options).map_err(failed)?;
    if !records.advance().map_err(failed)? {
        return Err(empty_file().into());
    }
    if records.len() > options.max_columns {
        let message =
            format!("the header has {} columns, a table has at most {}", records.len(), options.max_columns);
        return Err(LineError::line(records.line(), "too_many_columns", message).into());
    }
    if options.no_header {
        let headers: Vec<String> = (1..=records.len()).map(|number| format!("Column {number}")).collect();
        // The line is one of the table, and is read again.
        let records = lines(source, options).map_err(failed)?;
        return Ok((Reading::Lines(Box::new(records)), headers.clone(), headers));
    }
    let headers: Vec<String> = match records.text() {
        Some((text, cells)) => {
            cells.iter().map(|cell| text.get(cell.start..cell.end).unwrap_or_default().to_owned()).collect()
        }
        None => vec![String::new(); records.len()],
    };
    let field_names = names::field_names(&headers);
    let mut errors = ImportErrors::none();
    for error in records.check(&field_names) {
        errors.push(error, options.max_errors);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok((Reading::Lines(Box::new(records)), headers, field_names))
}

/// The lines of the file, without one that says what separates the cells.
fn lines<'a>(source: &'a Source, options: &InferOptions) -> std::io::Result<Records<'a>> {
    let mut records = Records::new(source.reader()?, source.delimiter(), options.limits());
    if source.starts_with_hint() {
        records.advance()?;
    }
    Ok(records)
}

fn empty_file() -> LineError {
    let message = "the file is empty; the first line must name the columns";
    LineError::file("empty_file", message)
}

fn no_rows(headers: &[String]) -> LineError {
    if headers.iter().all(|header| header.trim().is_empty()) {
        return empty_file();
    }
    let message = "the file has a header line and no rows, so there is nothing to tell the columns' types from; \
                   add rows, or make the table without an import";
    LineError::file("no_rows", message)
}
