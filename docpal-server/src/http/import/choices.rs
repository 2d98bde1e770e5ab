//! What an import takes beside its file: the choices that a person makes after a look at a preview.

use axum::body::Bytes;
use docpal_core::shape::{At, Kind, Shape};
use docpal_core::{Json, Result, shape, words};

use crate::import::{DateOrder, DecimalMark, Encoding, GivenUp, InferOptions, NullWords, Source};
use crate::new_table::{self, ImportFailure, OnBad, Wishes};

/// How a file is read, and what becomes of what does not fit.
#[derive(Debug)]
pub(super) struct Choices {
    raw: bool,
    delimiter: Option<u8>,
    encoding: Option<Encoding>,
    types: Vec<(String, String)>,
    null: NullWords,
    pub(super) on_bad: OnBad,
    pub(super) skip_ragged: bool,
    pad_short: bool,
    header: bool,
    skip: Vec<String>,
    dates: Option<DateOrder>,
    decimal: Option<DecimalMark>,
}

/// Defines parameters with a file beside them: those of the route, and those of every import.
macro_rules! parameters {
    ($(#[doc = $about:literal])* $name:ident { $($own:tt)* }) => {
        shape! {
            $(#[doc = $about])*
            #[derive(Debug)]
            pub(crate) struct $name {
                $($own)*
                /// What becomes of cells that do not fit the type that their column must have: `refuse` (the default)
                /// imports nothing and lists them by line, `empty` leaves them empty, `keep` puts their texts into a
                /// text field beside, of a new table
                on_bad: OnBad = OnBad::Refuse,
                /// What becomes of lines with more or fewer cells than the header: `refuse` (the default) imports
                /// nothing, `skip` leaves them out, both list them; `pad` fills short ones up with empty cells, and
                /// refuses longer ones
                ragged: Ragged = Ragged::Refuse,
                /// Columns that are left out: `notes,colour`, or a JSON list
                #[example = r#""notes,colour""#]
                skip: ColumnNames = ColumnNames(Vec::new()),
                /// Does the first line name the columns? Without it they are called `Column 1` and so on
                header: bool = true,
                /// Words that mean an empty cell: `N/A,-`, or a JSON list; at most 100 of at most 100 characters
                #[example = r#""N/A,-""#]
                null: NullWords = NullWords::default(),
                /// The order of day and month in dates such as 03/04/2026 that leave it open
                dates: Option<DateOrder>,
                /// The decimal mark of numbers such as 1.234 that leave it open
                decimal: Option<DecimalMark>,
                /// What separates the cells, in the place of the delimiter found: one character, or `tab`
                #[example = r#"";""#]
                delimiter: Option<Delimiter>,
                /// The encoding of the file, in the place of the one found, as windows-1251 or shift_jis
                #[example = r#""windows-1251""#]
                encoding: Option<EncodingName>,
                /// Texts with an apostrophe before a formula are taken as they are. Without it such apostrophes are
                /// taken off when every text that an export guards has one
                raw: bool = false,
            }
        }
    };
}

parameters! {
    /// What an import takes.
    ImportParameters {
        /// The name of the table
        #[example = r#""orders""#]
        name: String,
        /// JSON: columns with the types that they get in the place of those found, as `number`, `currency:EUR` or
        /// `multiple_select:;` with what separates the options
        #[example = r#""{\"price\": \"currency:EUR\"}""#]
        types: Types = Types(Vec::new()),
    }
}

parameters! {
    /// What a preview takes.
    PreviewParameters {
        /// As for the import; nothing is looked up by it
        name: Option<String>,
        /// As for the import
        #[example = r#""{\"price\": \"currency:EUR\"}""#]
        types: Types = Types(Vec::new()),
    }
}

parameters! {
    /// What an import into a table takes.
    AppendParameters {}
}

/// The parameters apart from the choices that all imports have.
macro_rules! split {
    ($parameters:ident, $types:expr) => {
        Choices {
            raw: $parameters.raw,
            delimiter: $parameters.delimiter.map(|delimiter| delimiter.0),
            encoding: $parameters.encoding.map(|encoding| encoding.0),
            types: $types,
            null: $parameters.null,
            on_bad: $parameters.on_bad,
            skip_ragged: $parameters.ragged == Ragged::Skip,
            pad_short: $parameters.ragged == Ragged::Pad,
            header: $parameters.header,
            skip: $parameters.skip.0,
            dates: $parameters.dates,
            decimal: $parameters.decimal,
        }
    };
}

impl ImportParameters {
    pub(super) fn split(self) -> (String, Choices) {
        (self.name, split!(self, self.types.0))
    }
}

impl PreviewParameters {
    pub(super) fn split(self) -> (Option<String>, Choices) {
        (self.name, split!(self, self.types.0))
    }
}

impl AppendParameters {
    pub(super) fn split(self) -> Choices {
        split!(self, Vec::new())
    }
}

impl Choices {
    /// The file, read as it is said to be written.
    pub(super) fn source(&self, bytes: Bytes, given_up: GivenUp) -> Result<Source, ImportFailure> {
        Ok(Source::from_bytes(bytes)?.while_waited(given_up).read_as(self.encoding, self.delimiter)?)
    }

    /// How the file is read.
    pub(super) fn options(&self) -> InferOptions {
        InferOptions {
            raw: self.raw,
            null_words: self.null.clone(),
            skip_ragged: self.skip_ragged,
            pad_short: self.pad_short,
            no_header: !self.header,
            skip: self.skip.clone(),
            date_order: self.dates,
            decimal_mark: self.decimal,
            ..new_table::options()
        }
    }

    /// How it is read for a preview, which lists the lines that an import may refuse.
    pub(super) fn leniently(&self) -> InferOptions {
        InferOptions { skip_ragged: true, ..self.options() }
    }

    /// What is wanted of a new table.
    pub(super) fn wishes(&self, name: String) -> Wishes {
        Wishes { table: name, types: self.types.clone(), on_bad: self.on_bad, ..Wishes::default() }
    }
}

words!(OnBad: "refuse" = OnBad::Refuse, "empty" = OnBad::Empty, "keep" = OnBad::Keep);
words!(DateOrder: "day-first" = DateOrder::DayMonthYear, "month-first" = DateOrder::MonthDayYear);
words!(DecimalMark: "point" = DecimalMark::Point, "comma" = DecimalMark::Comma);

/// What becomes of lines with more or fewer cells than the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ragged {
    Refuse,
    Skip,
    Pad,
}

words!(Ragged: "refuse" = Ragged::Refuse, "skip" = Ragged::Skip, "pad" = Ragged::Pad);

/// A character, or `tab`.
#[derive(Clone, Copy, Debug)]
struct Delimiter(u8);

/// The name of an encoding.
#[derive(Clone, Copy, Debug)]
struct EncodingName(Encoding);

impl Shape for Delimiter {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let text = String::read(json, at)?;
        match text.as_bytes() {
            _ if text == "tab" => Ok(Self(b'\t')),
            [one] if one.is_ascii() => Ok(Self(*one)),
            _ => Err(at.invalid("expected one character, or tab")),
        }
    }
}

impl Shape for EncodingName {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let known = Encoding::for_label(&String::read(json, at)?);
        known.map(Self).ok_or_else(|| at.invalid("expected an encoding as utf-8, windows-1252 or shift_jis"))
    }
}

/// Column names with field types, as a JSON object.
#[derive(Debug)]
struct Types(Vec<(String, String)>);

impl Shape for Types {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let wrong = || at.invalid("expected a JSON object of column names and field types");
        let Ok(Json::Object(entries)) = Json::parse(&String::read(json, at)?) else { return Err(wrong()) };
        let entry = |(name, value): (String, Json)| match value {
            Json::Text(value) => Ok((name, value)),
            _ => Err(wrong()),
        };
        entries.into_iter().map(entry).collect::<Result<_>>().map(Self)
    }
}

/// `a,b`, or a JSON list for words that hold commas.
impl Shape for NullWords {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        Self::new(words(json, at)?).map_err(|wrong| at.invalid(&wrong))
    }
}

/// Names of columns: `a,b`, or a JSON list.
#[derive(Debug)]
struct ColumnNames(Vec<String>);

impl Shape for ColumnNames {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let names = words(json, at)?;
        Ok(Self(names.iter().map(|name| name.trim().to_owned()).collect()))
    }
}

fn words(json: Json, at: &At<'_>) -> Result<Vec<String>> {
    let text = String::read(json, at)?;
    match text.trim_start().starts_with('[') {
        true => Vec::read(Json::parse(&text).map_err(|_| at.invalid("expected words, or a JSON list"))?, at),
        false => Ok(text.split(',').map(str::to_owned).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Shape>(text: &str) -> Result<T> {
        T::read(Json::from(text), &At::PARAMETERS)
    }

    #[test]
    fn types_are_an_object_and_null_words_a_list() {
        let types: Types = read(r#"{"a, b": "number", "c": "text"}"#).unwrap();
        assert_eq!(types.0.len(), 2);
        for wrong in ["", "a=number", "[]", r#"{"a": 1}"#, "{"] {
            assert_eq!(read::<Types>(wrong).unwrap_err().code(), "invalid_parameter", "{wrong}");
        }
        assert_eq!(read::<NullWords>("N/A, -").unwrap(), NullWords::new(["N/A", "-"]).unwrap());
        assert_eq!(read::<NullWords>(r#"["a,b"]"#).unwrap(), NullWords::new(["a,b"]).unwrap());
        let numbered: Vec<String> = (0..101).map(|number| number.to_string()).collect();
        let (many, long) = (numbered.join(","), "x".repeat(101));
        for wrong in ["", "N/A,", r#"[""]"#, "[1]", "[", &many, &long] {
            assert_eq!(read::<NullWords>(wrong).unwrap_err().code(), "invalid_parameter", "{wrong}");
        }
    }
}
