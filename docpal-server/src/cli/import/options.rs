//! What `docpal-server import` takes.

use std::path::{Path, PathBuf};

use docpal_server::import::{
    DateOrder, DecimalMark, Encoding, Entry, ImportErrors, InferOptions, NullWords, Source,
};
use docpal_server::new_table::{self, OnBad};

use crate::cli::problem::Problem;

/// The app of tables whose app nobody names.
pub(super) const DEFAULT_APP: &str = "Imported";

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The CSV files; each becomes a table of its name. - is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The app to make the tables in; made if it is missing. With --append, the app that the table is in
    #[arg(long, value_name = "NAME", default_value = DEFAULT_APP)]
    pub(super) app: String,
    /// The name of the table, for a single file
    #[arg(long, value_name = "NAME")]
    pub(super) table: Option<String>,
    /// Add the rows to this table, by name or id, in the place of making one: columns go to the fields of their names
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["table", "formulas", "types"])]
    pub(super) append: Option<String>,
    /// Add a formula field, to each file that has the columns it uses; may be given more than once
    #[arg(long = "formula", value_name = "NAME=FORMULA", value_parser = pair)]
    pub(super) formulas: Vec<(String, String)>,
    /// Give a column this field type in the place of the one found, as number, date, switch, single_select,
    /// currency:EUR, or `multiple_select:;` with what separates the options; may be given more than once
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = pair)]
    pub(super) types: Vec<(String, String)>,
    /// What becomes of cells that do not fit a type that was asked for: refuse imports nothing and lists them by line,
    /// empty leaves them empty, keep puts their texts into a text field beside
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = on_bad)]
    pub(super) on_bad: OnBad,
    /// What becomes of lines with more or fewer cells than the header: refuse imports nothing, skip leaves them out, both
    /// list them; pad fills short ones up with empty cells, and refuses longer ones
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = ragged)]
    pub(super) ragged: Ragged,
    /// Words that mean an empty cell, with commas between, as N/A,-; at most 100 of at most 100 characters
    #[arg(long, value_name = "WORD", value_delimiter = ',', value_parser = null_word, allow_hyphen_values = true)]
    pub(super) null: Vec<String>,
    /// The order of day and month in dates such as 03/04/2026 that leave it open: day-first or month-first
    #[arg(long, value_name = "ORDER", value_parser = date_order)]
    pub(super) dates: Option<DateOrder>,
    /// The decimal mark of numbers such as 1.234 that leave it open: point or comma
    #[arg(long, value_name = "MARK", value_parser = decimal_mark)]
    pub(super) decimal: Option<DecimalMark>,
    /// Leave a column out; may be given more than once
    #[arg(long, value_name = "COLUMN")]
    pub(super) skip: Vec<String>,
    /// The first line is no header; columns are called `Column 1` and so on
    #[arg(long)]
    pub(super) no_header: bool,
    /// What separates the cells, in the place of the delimiter found: one character, or tab
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(super) delimiter: Option<u8>,
    /// The encoding of the file, in the place of the one found, as windows-1251 or shift_jis
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub(super) encoding: Option<Encoding>,
    /// Take an apostrophe before a formula for a part of the text, as in a file of `export --raw`. Without it such
    /// apostrophes are taken off when every text that `export` guards has one
    #[arg(long)]
    pub(super) raw: bool,
    /// Say what would be imported, and what is wrong with it, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What becomes of lines with more or fewer cells than the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ragged {
    Refuse,
    Skip,
    Pad,
}

impl Options {
    /// How the files are read.
    pub(super) fn reading(&self) -> Result<InferOptions, Problem> {
        Ok(InferOptions {
            date_order: self.dates,
            decimal_mark: self.decimal,
            raw: self.raw,
            null_words: self.null_words()?,
            skip_ragged: self.ragged == Ragged::Skip,
            pad_short: self.ragged == Ragged::Pad,
            no_header: self.no_header,
            skip: self.skip.clone(),
            entry: Entry::CommandLine,
            wished: self.types.iter().map(|(name, _)| name.clone()).collect(),
            ..new_table::options()
        })
    }

    fn null_words(&self) -> Result<NullWords, Problem> {
        NullWords::new(&self.null).map_err(|wrong| Problem::new(format!("--null: {wrong}")))
    }

    /// The source read as it is said to be written.
    pub(super) fn as_said(&self, source: Source) -> Result<Source, ImportErrors> {
        source.read_as(self.encoding, self.delimiter)
    }

    /// Refuses options that do not go together.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.null_words()?;
        let several = self.files.len() > 1;
        let streams = self.files.iter().filter(|file| is_stream(file)).count();
        if several && self.table.is_some() {
            let message = "--table belongs to a single file; of several, each becomes a table of its name";
            return Err(Problem::new(message));
        }
        if several && self.append.is_some() {
            return Err(Problem::new("--append belongs to a single file"));
        }
        if streams > 0 && (several || (self.table.is_none() && self.append.is_none())) {
            let message =
                "the standard input has no name: give it alone, with --table NAME or --append TABLE";
            return Err(Problem::new(message));
        }
        Ok(())
    }
}

/// Does the name mean the standard input?
pub(super) fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.trim().is_empty() || value.trim().is_empty() {
        return Err("expected NAME=VALUE with neither empty".to_owned());
    }
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn null_word(text: &str) -> Result<String, String> {
    NullWords::new([text]).map(|_| text.to_owned())
}

fn on_bad(text: &str) -> Result<OnBad, String> {
    match text {
        "refuse" => Ok(OnBad::Refuse),
        "empty" => Ok(OnBad::Empty),
        "keep" => Ok(OnBad::Keep),
        _ => Err("expected refuse, empty or keep".to_owned()),
    }
}

fn ragged(text: &str) -> Result<Ragged, String> {
    match text {
        "refuse" => Ok(Ragged::Refuse),
        "skip" => Ok(Ragged::Skip),
        "pad" => Ok(Ragged::Pad),
        _ => Err("expected refuse, skip or pad".to_owned()),
    }
}

fn date_order(text: &str) -> Result<DateOrder, String> {
    match text {
        "day-first" => Ok(DateOrder::DayMonthYear),
        "month-first" => Ok(DateOrder::MonthDayYear),
        _ => Err("expected day-first or month-first".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" => Ok(b'\t'),
        [one] if one.is_ascii() => Ok(*one),
        _ => Err("expected one character, or tab".to_owned()),
    }
}

fn encoding(text: &str) -> Result<Encoding, String> {
    Encoding::for_label(text)
        .ok_or_else(|| "expected an encoding as utf-8, windows-1252 or shift_jis".to_owned())
}

fn decimal_mark(text: &str) -> Result<DecimalMark, String> {
    match text {
        "point" => Ok(DecimalMark::Point),
        "comma" => Ok(DecimalMark::Comma),
        _ => Err("expected point or comma".to_owned()),
    }
}
