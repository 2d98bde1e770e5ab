//! A file of JSON objects, one per line or in a list, as a table: each object is a record, its keys are the columns.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, Write};

use docpal_core::Json;

use super::error::{ImportErrors, LineError};

/// The longest object, in bytes; it bounds the memory.
const LONGEST: usize = 16 << 20;
/// The most values in an object; it bounds the memory, too.
const VALUES: usize = 100_000;
/// The most columns that are looked for; a table has fewer.
const COLUMNS: usize = 2_048;
/// The table may have so many times the bytes of the file, for the cells that objects do not give.
const GROWTH: u64 = 8;
const SMALL: u64 = 1 << 20;

/// The file as a table in CSV, every record on the line on which its object begins, and the header on a line before the
/// first: what follows counts lines from 0. `None` when the file does not begin with an object, or a list of some.
///
/// # Errors
/// `invalid_json` for what comes after the first object and is none, `read_failed`.
pub(super) fn table<'a, W: Write>(
    open: impl Fn() -> io::Result<Box<dyn Read + Send + 'a>>,
    out: impl FnOnce() -> Result<W, LineError>,
) -> Result<Option<W>, ImportErrors> {
    let failed = |error: io::Error| ImportErrors::from(LineError::read_failed(&error));
    let (mut names, mut seen) = (Vec::new(), HashSet::new());
    let mut most = SMALL;
    let mut first = true;
    for next in Objects::new(open().map_err(failed)?) {
        let entries = match next {
            Err(_) if first => return Ok(None),
            next => next?.1,
        };
        first = false;
        most += GROWTH
            * (2 + entries.iter().map(|(name, value)| name.len() + text(value).len()).sum::<usize>() as u64);
        for (name, _) in entries {
            if seen.len() < COLUMNS && seen.insert(name.clone()) {
                names.push(name);
            }
        }
    }
    if first {
        return Ok(None);
    }
    let mut writer = Lines { out: out()?, line: 0, left: most };
    let header: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    writer.record(0, &header).map_err(failed)?;
    for object in Objects::new(open().map_err(failed)?) {
        let (line, entries) = object?;
        let cell = |name: &String| entries.iter().find(|(key, _)| key == name).map(|(_, value)| text(value));
        let cells: Vec<String> = names.iter().map(|name| quoted(&cell(name).unwrap_or_default())).collect();
        writer.record(line, &cells).map_err(failed)?;
    }
    writer.out.flush().map_err(failed)?;
    Ok(Some(writer.out))
}

/// Writes records, each on its line.
struct Lines<W> {
    out: W,
    line: u64,
    /// The bytes that may still be written.
    left: u64,
}

impl<W: Write> Lines<W> {
    fn record(&mut self, line: u64, cells: &[String]) -> io::Result<()> {
        while self.line < line {
            self.out.write_all(b"\n")?;
            self.line += 1;
        }
        let record = cells.join(",");
        self.left = self.left.checked_sub(record.len() as u64).ok_or_else(|| {
            io::Error::other("its objects have too many different keys to be the records of one table")
        })?;
        self.out.write_all(record.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.line += 1;
        Ok(())
    }
}

/// A cell, in quotes always: no line is empty then.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A value in one cell, as an export to CSV has it.
fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => text.clone(),
        Json::List(items) if items.iter().all(|item| !matches!(item, Json::List(_) | Json::Object(_))) => {
            items.iter().map(text).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// The objects of a file, with the lines on which they begin.
struct Objects<R> {
    bytes: io::Bytes<BufReader<R>>,
    line: u64,
    /// The file is a list, or an object that holds one as an export does, and not one object after another.
    listed: Option<bool>,
    ended: bool,
}

type Entries = Vec<(String, Json)>;

impl<R: Read> Objects<R> {
    fn new(reader: R) -> Self {
        let bytes = BufReader::with_capacity(64 * 1024, reader).bytes();
        Self { bytes, line: 1, listed: None, ended: false }
    }

    fn byte(&mut self) -> Result<Option<u8>, LineError> {
        let byte = self.bytes.next().transpose().map_err(|error| LineError::read_failed(&error))?;
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    /// Goes to the next object; false at the end.
    fn seek(&mut self) -> Result<bool, LineError> {
        loop {
            match self.byte()? {
                Some(b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF) => {}
                Some(b',') if self.listed == Some(true) => {}
                Some(b'[') if self.listed.is_none() => self.listed = Some(true),
                Some(b'{') => {
                    self.listed = self.listed.or(Some(false));
                    return Ok(true);
                }
                Some(b']') if self.listed == Some(true) => {
                    self.listed = Some(false);
                    self.ended = true;
                    return Ok(false);
                }
                None if self.listed != Some(true) => return Ok(false),
                None => return Err(wrong(self.line, "the list of objects is never closed")),
                Some(_) => return Err(wrong(self.line, "an object was expected here")),
            }
        }
    }

    /// The text of the object whose first brace has been read.
    fn object(&mut self) -> Result<Vec<u8>, LineError> {
        let begun = self.line;
        let (mut text, mut depth, mut quoted, mut escaped) = (vec![b'{'], 1_u32, false, false);
        while depth > 0 {
            let Some(byte) = self.byte()? else {
                return Err(wrong(begun, "the object that begins here is never closed"));
            };
            text.push(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' if !quoted => depth = depth.saturating_add(1),
                b'}' if !quoted => depth -= 1,
                // What an export writes is a list inside an object.
                b'[' if self.begins_export(&text) => {
                    self.listed = Some(true);
                    return if self.seek()? { self.object() } else { Ok(Vec::new()) };
                }
                _ => {}
            }
            if text.len() > LONGEST {
                return Err(LineError::line(
                    begun,
                    "row_too_long",
                    format!("an object may hold {LONGEST} bytes"),
                ));
            }
        }
        Ok(text)
    }

    fn begins_export(&self, text: &[u8]) -> bool {
        // The length is asked first: this is asked at every bracket.
        self.listed == Some(false)
            && text.len() < 64
            && text.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"{\"data\":[")
    }

    fn read(&mut self) -> Result<Option<(u64, Entries)>, LineError> {
        if self.ended || !self.seek()? {
            return Ok(None);
        }
        let text = self.object()?;
        if text.is_empty() {
            return Ok(None);
        }
        let lines = text.iter().filter(|byte| **byte == b'\n').count() as u64;
        let line = self.line.saturating_sub(lines);
        let text = std::str::from_utf8(&text).map_err(|_| wrong(line, "the object is not UTF-8"))?;
        match Json::parse_within(text, VALUES) {
            Ok(Json::Object(entries)) => Ok(Some((line, fields(entries)))),
            Ok(_) => Ok(None),
            Err(error) => Err(wrong(line, error.message())),
        }
    }
}

impl<R: Read> Iterator for Objects<R> {
    type Item = Result<(u64, Entries), LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended |= !matches!(next, Some(Ok(_)));
        next
    }
}

/// The values of a record: those of its fields, when it is one of an export.
fn fields(entries: Entries) -> Entries {
    let is_export = ["id", "fields", "version"].iter().all(|key| entries.iter().any(|(name, _)| name == key));
    let own = entries.iter().position(|(name, value)| name == "fields" && matches!(value, Json::Object(_)));
    match own.filter(|_| is_export) {
        Some(at) => match entries.into_iter().nth(at) {
            Some((_, Json::Object(fields))) => fields,
            _ => Vec::new(),
        },
        None => entries,
    }
}

fn wrong(line: u64, message: &str) -> LineError {
    LineError::line(line, "invalid_json", message)
}
