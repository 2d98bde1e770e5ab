//! The objects of a file, each as its text and its line. Each byte is looked at once.

use super::wrong::{shown, wrong};
use crate::import::{encoding::TextReader, error::LineError};
use docpal_core::Json;

/// The longest object, in bytes; it bounds the memory.
const LONGEST: usize = 16 << 20;
/// The most values in an object; it bounds the memory, too.
pub(super) const VALUES: usize = 100_000;
/// The longest end of an export, behind its records.
const LONGEST_END: usize = 64 << 10;
const BLOCK: usize = 64 << 10;

/// How objects stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One after another, and in lists.
    Plain,
    /// In the list of an object, as DocPal writes them: `{"data":[..]}`, also with what a page of records has beside.
    Page,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// An object, a list, or the end of the file.
    Outside,
    /// The first object of a list that begins on the line, or its end.
    Begun(u64),
    /// A comma, or the end of the list that begins on the line.
    Behind(u64),
    /// The next object of the list that begins on the line.
    Next(u64),
    Ended,
}

/// Goes through the objects of a file.
pub(super) struct Objects<'a> {
    input: TextReader<'a>,
    block: Vec<u8>,
    start: usize,
    end: usize,
    line: u64,
    form: Form,
    place: Place,
    text: Vec<u8>,
    looked: u64,
    /// Something else stood where an object or what follows one was expected: the file may be of another form.
    pub(super) is_other: bool,
}

impl<'a> Objects<'a> {
    pub(super) fn new(input: TextReader<'a>, form: Form) -> Objects<'a> {
        Objects {
            input,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            line: 1,
            form,
            place: Place::Outside,
            text: Vec::new(),
            looked: 0,
            is_other: false,
        }
    }

    /// How many bytes of the file have been read.
    pub(super) fn taken(&self) -> u64 {
        self.input.taken()
    }

    /// How many bytes of text have been looked at.
    pub(super) fn looked(&self) -> u64 {
        self.looked
    }

    /// The next object: the line on which it begins, and its text.
    pub(super) fn next_object(&mut self) -> Result<Option<(u64, &[u8])>, LineError> {
        if self.form == Form::Page && self.place == Place::Outside {
            self.begin_page()?;
        }
        if !self.seek()? {
            return Ok(None);
        }
        let line = self.line;
        self.object(line)?;
        Ok(Some((line, &self.text)))
    }

    fn fill(&mut self) -> Result<bool, LineError> {
        if self.start == self.end {
            self.start = 0;
            self.end = self.input.fill(&mut self.block).map_err(|error| LineError::read_failed(&error))?;
        }
        Ok(self.start < self.end)
    }

    fn byte(&mut self) -> Result<Option<u8>, LineError> {
        if !self.fill()? {
            return Ok(None);
        }
        let byte = self.block.get(self.start).copied();
        self.start += 1;
        self.looked += 1;
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    /// The next byte that is no white space.
    fn solid(&mut self) -> Result<Option<u8>, LineError> {
        loop {
            match self.byte()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => {}
                other => return Ok(other),
            }
        }
    }

    /// Goes behind the first brace of the next object; false at the end.
    fn seek(&mut self) -> Result<bool, LineError> {
        loop {
            if self.place == Place::Ended {
                return Ok(false);
            }
            let next = self.solid()?;
            self.place = match (self.place, next) {
                (Place::Outside, None) => Place::Ended,
                (Place::Outside, Some(b'[')) => Place::Begun(self.line),
                (Place::Outside, Some(b'{')) => return Ok(true),
                (Place::Begun(line) | Place::Next(line), Some(b'{')) => {
                    self.place = Place::Behind(line);
                    return Ok(true);
                }
                (Place::Behind(line), Some(b',')) => Place::Next(line),
                (Place::Begun(_) | Place::Behind(_), Some(b']')) => self.end_list()?,
                (place, other) => return Err(self.unexpected(place, other)),
            };
        }
    }

    fn unexpected(&mut self, place: Place, found: Option<u8>) -> LineError {
        let expected = match place {
            Place::Begun(_) => "an object or the end of the list",
            Place::Behind(_) => "a comma or the end of the list",
            Place::Next(_) => "an object",
            Place::Outside | Place::Ended => "an object, a list of objects or the end of the file",
        };
        match (place, found) {
            (Place::Begun(line) | Place::Behind(line) | Place::Next(line), None) => {
                wrong(line, "the list that begins here is never closed")
            }
            (_, found) => {
                self.is_other = true;
                let found = found.map_or_else(|| "the end of the file".to_owned(), shown);
                wrong(self.line, format!("{expected} was expected here, and there is {found}"))
            }
        }
    }

    /// Reads the text of the object whose first brace has been read.
    fn object(&mut self, line: u64) -> Result<(), LineError> {
        self.text.clear();
        self.text.push(b'{');
        let (mut depth, mut quoted, mut escaped) = (1_u32, false, false);
        while depth > 0 {
            if !self.fill()? {
                return Err(wrong(line, "the object that begins here is never closed"));
            }
            let block = self.block.get(self.start..self.end).unwrap_or_default();
            let mut used = 0;
            for byte in block {
                used += 1;
                self.line += u64::from(*byte == b'\n');
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'{' if !quoted => depth = depth.saturating_add(1),
                    b'}' if !quoted => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            self.text.extend_from_slice(block.get(..used).unwrap_or_default());
            self.start += used;
            self.looked += used as u64;
            if self.text.len() > LONGEST {
                let message = format!("the object that begins here is longer than {LONGEST} bytes");
                return Err(LineError::line(line, "row_too_long", message));
            }
        }
        Ok(())
    }

    /// Goes behind `{"data":[`.
    fn begin_page(&mut self) -> Result<(), LineError> {
        for token in [b"{".as_slice(), b"\"data\"", b":", b"["] {
            let mut next = self.solid()?;
            for (at, expected) in token.iter().enumerate() {
                if at > 0 {
                    next = self.byte()?;
                }
                if next != Some(*expected) {
                    return Err(self.unexpected(Place::Outside, next));
                }
            }
        }
        self.place = Place::Begun(self.line);
        Ok(())
    }

    /// Goes behind the list whose end has been read.
    fn end_list(&mut self) -> Result<Place, LineError> {
        if self.form == Form::Plain {
            return Ok(Place::Outside);
        }
        let line = self.line;
        let mut end = b"{\"data\":[]".to_vec();
        while let Some(byte) = self.byte()? {
            end.push(byte);
            if end.len() > LONGEST_END {
                break;
            }
        }
        let end = std::str::from_utf8(&end).ok().and_then(|end| Json::parse(end).ok());
        let known = |key: &String| matches!(key.as_str(), "data" | "next_cursor" | "total");
        match end {
            Some(Json::Object(entries)) if entries.iter().all(|(key, _)| known(key)) => Ok(Place::Ended),
            _ => {
                self.is_other = true;
                Err(wrong(line, "the end of an export was expected behind its records"))
            }
        }
    }
}
