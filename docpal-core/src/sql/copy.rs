//! PostgreSQL's binary COPY format (section "COPY" of its manual): the fastest way in for many records.

use uuid::Uuid;

use super::numeric;
use super::row::{DATE_2000, instant_to_pg};
use crate::cell::Cell;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Rows are handed to the driver in pieces of about this size.
const CHUNK: usize = 256 * 1024;
/// The oid of `text`, which the binary form of `text[]` carries.
const TEXT_OID: i32 = 25;

/// Collects rows in the binary COPY format.
#[derive(Debug)]
pub struct CopyBuffer {
    chunks: Vec<Vec<u8>>,
    current: Vec<u8>,
}

impl Default for CopyBuffer {
    fn default() -> Self {
        Self { chunks: Vec::new(), current: SIGNATURE.to_vec() }
    }
}

impl CopyBuffer {
    /// Starts a row of `columns` cells.
    pub fn start_row(&mut self, columns: usize) {
        if self.current.len() >= CHUNK {
            self.chunks.push(std::mem::replace(&mut self.current, Vec::with_capacity(CHUNK + 4096)));
        }
        self.current.extend_from_slice(&i16::try_from(columns).unwrap_or(i16::MAX).to_be_bytes());
    }

    /// Appends an uuid cell.
    pub fn uuid(&mut self, value: Option<Uuid>) {
        match value {
            Some(uuid) => self.sized(|out| out.extend_from_slice(uuid.as_bytes())),
            None => self.null(),
        }
    }

    /// Appends a cell.
    pub fn cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Null => self.null(),
            Cell::Text(text) => self.sized(|out| out.extend_from_slice(text.as_bytes())),
            Cell::TextList(items) => self.sized(|out| text_array(items, out)),
            Cell::Number(number) => self.sized(|out| numeric::encode(*number, out)),
            Cell::Bool(value) => self.sized(|out| out.push(u8::from(*value))),
            Cell::Date(date) => {
                let days =
                    i32::try_from(date.signed_duration_since(DATE_2000).num_days()).unwrap_or(i32::MAX);
                self.sized(|out| out.extend_from_slice(&days.to_be_bytes()));
            }
            Cell::DateTime(instant) => {
                self.sized(|out| out.extend_from_slice(&instant_to_pg(*instant).to_be_bytes()));
            }
        }
    }

    /// The finished chunks, with the trailer.
    #[must_use]
    pub fn finish(mut self) -> Vec<Vec<u8>> {
        self.current.extend_from_slice(&(-1i16).to_be_bytes());
        self.chunks.push(self.current);
        self.chunks
    }

    fn null(&mut self) {
        self.current.extend_from_slice(&(-1i32).to_be_bytes());
    }

    fn sized(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        sized(&mut self.current, write);
    }
}

/// Appends what `write` makes, after its length as four bytes.
fn sized(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    let length = i32::try_from(out.len() - at - 4).unwrap_or(i32::MAX);
    if let Some(slot) = out.get_mut(at..at + 4) {
        slot.copy_from_slice(&length.to_be_bytes());
    }
}

fn text_array(items: &[String], out: &mut Vec<u8>) {
    let dimensions = i32::from(!items.is_empty());
    for word in [dimensions, 0, TEXT_OID] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    if !items.is_empty() {
        out.extend_from_slice(&i32::try_from(items.len()).unwrap_or(i32::MAX).to_be_bytes());
        out.extend_from_slice(&1i32.to_be_bytes());
    }
    for item in items {
        sized(out, |out| out.extend_from_slice(item.as_bytes()));
    }
}
