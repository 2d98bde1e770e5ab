//! The look at a whole file of objects: what its columns are.

use std::collections::HashMap;
use std::io;

use docpal_core::Json;

use super::objects::{Form, Objects};
use super::wrong::{parse, wrong};
use crate::import::{encoding::TextReader, error::LineError};

/// The most different keys; a table has fewer columns.
const COLUMNS: usize = 2_048;
/// The most bytes of all keys.
const KEYS: usize = 16 << 20;
/// The table may have so many cells for each byte of the file, and some more: objects need not give them.
const GROWTH: u64 = 8;
const SMALL: u64 = 1 << 20;

/// The keys of DocPal's records, as an export and the API give them.
const RECORD: [&str; 7] = ["id", "created_at", "updated_at", "created_by", "updated_by", "version", "fields"];

/// What a file of objects is.
#[derive(Debug)]
pub(in crate::import) struct Shape {
    pub(super) form: Form,
    /// Every object is a record of DocPal, whose fields are the columns.
    pub(super) is_export: bool,
    keys: Keys,
}

/// The columns, in the order in which their keys are first seen.
#[derive(Debug, Default)]
struct Keys {
    names: Vec<String>,
    places: HashMap<String, usize>,
    bytes: usize,
}

impl Shape {
    /// Looks at the whole file.
    ///
    /// # Errors
    /// `invalid_json` and others for what is no object; `no_rows`, `too_many_columns`, `read_failed`.
    pub(in crate::import) fn look<'a>(
        open: impl Fn() -> io::Result<TextReader<'a>>,
    ) -> Result<Shape, LineError> {
        let open = || open().map_err(|error| LineError::read_failed(&error));
        let mut page = Objects::new(open()?, Form::Page);
        match Shape::of(&mut page, Form::Page) {
            Err(other) if page.is_other => {
                let plain = Shape::of(&mut Objects::new(open()?, Form::Plain), Form::Plain);
                // An export whose middle is broken is no object of many megabytes.
                plain.map_err(|error| if error.code == "row_too_long" { other } else { error })
            }
            done => done,
        }
    }

    fn of(objects: &mut Objects<'_>, form: Form) -> Result<Shape, LineError> {
        let (mut keys, mut fields) = (Keys::default(), Keys::default());
        let (mut rows, mut is_export) = (0_u64, true);
        while let Some((line, text)) = objects.next_object()? {
            let entries = parse(text, line)?;
            rows += 1;
            let record = if is_export { record(&entries) } else { None };
            match record {
                Some(own) => fields.take(own, line)?,
                None => is_export = false,
            }
            keys.take(&entries, line)?;
        }
        let keys = if is_export { fields } else { keys };
        if keys.names.is_empty() {
            let message = "the file holds no records: no object in it has a key";
            return Err(LineError::file("no_rows", message));
        }
        let cells = rows.saturating_mul(keys.names.len() as u64);
        if cells > SMALL + GROWTH * objects.looked() {
            let message = format!(
                "its {rows} objects have {} different keys, and each of them few: they are not the records of one table",
                keys.names.len()
            );
            return Err(LineError::file("too_many_columns", message));
        }
        Ok(Shape { form, is_export, keys })
    }

    /// The keys, which are the headers of the columns.
    pub(in crate::import) fn names(&self) -> &[String] {
        &self.keys.names
    }

    /// The column of a key.
    pub(super) fn place(&self, key: &str) -> Option<usize> {
        self.keys.places.get(key).copied()
    }
}

impl Keys {
    fn take(&mut self, entries: &[(String, Json)], line: u64) -> Result<(), LineError> {
        for (name, _) in entries {
            if self.places.contains_key(name) {
                continue;
            }
            if name.contains('\0') {
                return Err(wrong(line, "a key of the object holds a NUL character"));
            }
            self.bytes += name.len();
            if self.names.len() >= COLUMNS || self.bytes > KEYS {
                let message = format!(
                    "up to the object that begins here there are more than {} different keys, and each is a column",
                    self.names.len()
                );
                return Err(LineError::line(line, "too_many_columns", message));
            }
            self.places.insert(name.clone(), self.names.len());
            self.names.push(name.clone());
        }
        Ok(())
    }
}

/// The fields of an object that is a record of DocPal.
pub(super) fn record(entries: &[(String, Json)]) -> Option<&[(String, Json)]> {
    let is_record =
        entries.len() == RECORD.len() && entries.iter().all(|(key, _)| RECORD.contains(&key.as_str()));
    let fields = entries.iter().filter(|_| is_record).find(|(key, _)| key == "fields");
    match fields {
        Some((_, Json::Object(fields))) => Some(fields),
        _ => None,
    }
}
