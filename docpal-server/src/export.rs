//! Records as a file: CSV, JSON or one JSON object per line. Written page by page.

mod csv;

use docpal_core::json_out::JsonFormat;
use docpal_query::Page;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a header line; the fields only.
    Csv {
        /// Give texts that a spreadsheet would run as a formula as they are. Without it an apostrophe stands before
        /// each of them, which an import takes off again.
        raw: bool,
    },
    /// `{"data":[..]}`, whole records.
    Json,
    /// A whole record per line.
    Ndjson,
}

impl Format {
    /// The format that a word stands for: `csv`, `json` or `ndjson`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv { raw: false }),
            "json" => Some(Self::Json),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// The word for it, which is the usual ending of a file's name too.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv { .. } => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// The same format, with texts in CSV as they are.
    #[must_use]
    pub fn raw(self) -> Self {
        match self {
            Self::Csv { .. } => Self::Csv { raw: true },
            other => other,
        }
    }
}

/// Turns pages into the bytes of a file.
#[derive(Debug)]
pub struct Writer {
    format: Format,
    json: JsonFormat,
    begun: bool,
    records: u64,
}

impl Writer {
    /// A writer of `format`; `json` says how JSON has its numbers.
    #[must_use]
    pub fn new(format: Format, json: JsonFormat) -> Self {
        Self { format, json, begun: false, records: 0 }
    }

    /// The form of the file.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Appends a page. The first one, which may be empty, begins the file.
    pub fn page(&mut self, page: &Page, out: &mut Vec<u8>) {
        let first = !std::mem::replace(&mut self.begun, true);
        match self.format {
            Format::Csv { raw } => {
                if first {
                    csv::header(page.columns().map(docpal_core::Field::name), raw, out);
                }
                csv::records(page, raw, out);
            }
            Format::Json => {
                if first {
                    out.extend_from_slice(b"{\"data\":[");
                }
                for index in 0..page.len() {
                    out.extend_from_slice(if self.records == 0 && index == 0 { b"\n" } else { b",\n" });
                    page.write_record(index, self.json, out);
                }
            }
            Format::Ndjson => {
                for index in 0..page.len() {
                    page.write_record(index, self.json, out);
                    out.push(b'\n');
                }
            }
        }
        self.records += page.len() as u64;
    }

    /// Appends the end of the file.
    pub fn end(&self, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            out.extend_from_slice(b"\n]}\n");
        }
    }

    /// How many records were written.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }
}
