//! A row as PostgreSQL sent it: cells are read from the binary form when they are needed, without a
//! copy per cell.

use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef as _};
use uuid::Uuid;

use crate::values::{CellRef, PgType};

/// One row of a result.
pub struct Row(PgRow);

impl Row {
    pub(super) fn new(row: PgRow) -> Self {
        Self(row)
    }

    fn bytes(&self, index: usize) -> Option<&[u8]> {
        let value = self.0.try_get_raw(index).ok()?;
        if value.is_null() {
            return None;
        }
        value.as_bytes().ok()
    }

    /// How many bytes its cells have as PostgreSQL sent them.
    #[must_use]
    pub fn size(&self) -> usize {
        (0..self.0.len()).filter_map(|index| self.bytes(index)).map(<[u8]>::len).sum()
    }

    /// The cell at `index`, read as `ty`. A column that is missing or of another type reads as null.
    #[must_use]
    pub fn cell(&self, index: usize, ty: PgType) -> CellRef<'_> {
        self.bytes(index).and_then(|bytes| ty.read(bytes)).unwrap_or(CellRef::Null)
    }

    /// The uuid at `index`.
    #[must_use]
    pub fn uuid(&self, index: usize) -> Option<Uuid> {
        self.bytes(index).and_then(|bytes| Uuid::from_slice(bytes).ok())
    }

    /// The bigint at `index`.
    #[must_use]
    pub fn int(&self, index: usize) -> Option<i64> {
        self.bytes(index).and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)))
    }

    /// The boolean at `index`.
    #[must_use]
    pub fn bool(&self, index: usize) -> Option<bool> {
        self.bytes(index).and_then(|bytes| bytes.first().map(|byte| *byte != 0))
    }

    /// The text at `index`.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&str> {
        self.bytes(index).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("columns", &self.0.len()).finish()
    }
}
