//! Reading a CSV file of unknown make as a new table: the pure half of `docpal-server import`.
//!
//! Nothing here touches a database. A file is read twice, both times as a stream: [`infer`] looks at every
//! cell and proposes a field type for each column; [`rows`] reads the file again and gives each cell as a
//! value of that type. Memory is bounded by one row and a small state per column, whatever the file's size.
//!
//! ```text
//! Source (encoding, delimiter) -> infer() -> Inferred { columns } -> rows() -> Row { cells }
//!                                    \-> ImportErrors { line, column, code, message }
//! ```
//!
//! # What a file may be
//! - Encoding: a byte order mark decides (UTF-8, UTF-16 LE or BE); else UTF-8 when the whole file is
//!   well-formed UTF-8; else Windows-1252, the superset of Latin-1. A file that has more well-formed UTF-8
//!   sequences than broken ones is taken for damaged UTF-8 and refused (`invalid_text`) rather than read as
//!   gibberish.
//! - Delimiter: `,` `;` tab or `|`, the one that splits the first lines most evenly; a first line `sep=;` (as
//!   Excel writes it) decides.
//! - Lines end in LF, CRLF or CR. Empty lines are skipped. The first line is the header.
//! - A file that begins with `{"` or `[{` holds JSON objects, one after another or in lists, and is a table of them: keys
//!   are columns, lists are texts with commas, and lines are those on which the objects begin. Anything else in it is an
//!   error (`invalid_json`). When every object is a record with the keys that an export of DocPal gives it, the columns are
//!   the keys of its `fields`.
//! - Quoting as in RFC 4180: `"`, doubled inside. A quote that is never closed and text after a closing quote
//!   are errors; a quote inside an unquoted cell is a character like any other.
//!
//! # How a type is chosen
//! A column has a type when **every** non-empty cell of the whole file fits it and writing the value out again
//! would not lose anything a person put there. In doubt a column is text: text can be converted later, a wrong
//! guess cannot be taken back. Typed values are read without surrounding white space; a cell of only white
//! space, no-break ones too, (or one of [`InferOptions::null_words`]) is empty; other text is kept to the last character. The
//! first kind that fits wins:
//!
//! 1. **Switch**: `true/false`, `yes/no`, `on/off`, `t/f`, `y/n` in any case. One pair for the whole column,
//!    and both words must occur (except `true/false`, where one is enough). A column of `0` and `1` is a
//!    number, since it may well be a count, unless its name asks a yes-or-no question: the first word is
//!    `is`, `has`, `can`, `was`, `should` or `allow`, the last one is `flag`, the name ends in `?`, or it is a
//!    single word that ends in `-ed` or is one of a short list (`discontinued`, `active`, `public`, ...).
//! 2. **Number**, with an optional sign `-` `−` `+`, at most 28 digits, also in scientific notation (`1.5E-8`; `1E5`,
//!    which may be a code, only in a column that has fractions or such numbers). Not a number: leading
//!    zeros (`007`, a zip code `05021`), `+` before seven or more plain digits (a phone number), and any column
//!    whose name ends in a word such as `phone`, `zip`, `postal code`, `isbn`, `iban` or `version`.
//!    - *Decimal mark and grouping* are those under which every value of the column is well formed: groups of
//!      exactly three, and every value of four or more whole digits grouped, or none. Grouping is `,` `.` `'`
//!      or a space (a plain space only when the column also shows decimals or a currency, for `555 123` may
//!      be a phone number).
//!    - A decimal comma needs proof: a value that can be no thousands, such as `1,5` or `1.234,56`. In a file delimited by
//!      commas, or beside a column that proves a point, it may be a list of whole numbers, too (`38,40`). There at least half
//!      of the column's numbers must have the comma, and in a file delimited by commas one of them must be no list: it has a
//!      unit, thousands, an exponent, or a zero as in `0,75` and `1,05`. Else the column is text, or one of numbers but for
//!      those cells; [`InferOptions::decimal_mark`] takes the comma all the same.
//!    - `1.234` everywhere is a decimal point, and `1,234` everywhere is grouping, unless the file uses the
//!      other mark: another column that proves its mark decides; without one, a file delimited by `;` (which
//!      is how programs in decimal-comma countries write CSV) leaves such a column text, and so does
//!      `1,234` in any file not delimited by `,`.
//! 3. **Percent**: a number with `%` after it in every cell; `15%` is 0.15.
//! 4. **Currency**: the same symbol or ISO code before or after every number; `-$5`, `$-5` and `($5)` are the
//!    same. The code is given when the symbol names one currency (`$` does not).
//! 5. **Date**: year first (`1996-07-04`, `/` and `.` too), day first or month first with a year of four
//!    digits, or the month's English name (`4 Jul 1996`, `July 4, 1996`). One separator and one order for the
//!    column. A value above 12 decides between day and month; so does the dot, which only day-first dates use,
//!    and another column of the file with the same separator. Undecided columns stay text unless
//!    [`InferOptions::date_order`] says which. Years of two digits stay text.
//! 6. **Date and time**: a date as above, `T` or a space, `H:MM[:SS[.fraction]]`, AM or PM, and a zone (`Z`,
//!    `+02:00`) in all cells or in none; without one the time is UTC. A column whose times are all midnight without a
//!    zone is one of dates. One that mixes dates with other times and without is text.
//! 7. **E-mail**, in letters of any script, and **URL** (`http://` or `https://`; `www.example.org` alone is text).
//! 8. **Single select**: at least 20 values, at most 20 different ones of at most 60 characters, each used 5
//!    times on average, all with a letter, none differing only in case, and the column not named like an id.
//! 9. **Long text** when a cell has a line break or more than 255 characters, else **text**. An empty column is
//!    text.
//!
//! Each column says why it has its type ([`InferredColumn::reason`]): a text of which most cells would fit another type
//! names that type, how many cells do not fit, and the first of them by its line. With
//! [`InferredColumn::read_as`] a column is read as that type all the same, and what does not fit is [`Cell::Odd`].
//! Cells are counted by how they are written, and the way of writing that most of them share is the column's: a cell that
//! is written otherwise is an odd one, wherever it stands.
//!
//! An apostrophe before a text that a spreadsheet would run as a formula is taken off, as one that an export put there,
//! when every such text of the file has one; [`InferOptions::raw`] leaves it.
//!
//! # Example
//! ```
//! use docpal_server::import::{Cell, InferOptions, Kind, Source, infer, rows};
//!
//! let source = Source::from_bytes(b"name;price\nChai;18,50\nTofu;23,25\n".to_vec())?;
//! let inferred = infer(&source, &InferOptions::default(), |_| ())?;
//! assert!(matches!(inferred.columns[1].kind, Kind::Number { scale: 2, .. }));
//! let first = rows(&source, &inferred)?.next().expect("a row")?;
//! assert_eq!(first.cells().collect::<Vec<_>>(), [Cell::Text("Chai"), Cell::Number("18.50")]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod column;
mod date;
mod delimiter;
mod encoding;
mod entry;
mod error;
mod infer;
mod json;
mod kind;
mod names;
mod notes;
mod null_words;
mod number;
mod reading;
mod readings;
mod reason;
mod records;
mod rows;
mod source;
mod tally;
mod time;
mod waiting;
mod words;

pub(crate) use self::column::is_long;

#[cfg(test)]
mod tests;

pub(crate) use self::waiting::{GivenUp, Waiting};
pub use self::{
    date::{DateFormat, DateOrder},
    encoding::Encoding,
    entry::Entry,
    error::{CODES, ColumnRef, ImportErrors, LineError},
    infer::{InferOptions, Inferred, InferredColumn, Progress, infer},
    kind::{Kind, SwitchWords},
    names::MadeName,
    null_words::NullWords,
    number::{DecimalMark, GroupMark, NumberFormat},
    readings::Unreadable,
    reason::{Reason, grouped},
    rows::{Cell, Row, Rows, rows},
    source::Source,
    tally::OddCell,
};
