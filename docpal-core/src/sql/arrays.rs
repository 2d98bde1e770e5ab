//! Rows as one array per column, in PostgreSQL's binary form of arrays: many in one INSERT, and as small as COPY has them.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, Postgres};

use super::copy::sized;
use super::ident::ColumnName;
use crate::values::{Cell, PgType};

/// A statement takes rows of about this size.
const PIECE: usize = 1024 * 1024;
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// Collects rows, in pieces that one statement each takes.
#[derive(Debug, Default)]
pub struct ArrayBuffer {
    pieces: Vec<Vec<Array>>,
    current: Vec<Array>,
    /// Where in the row the next cell is.
    at: usize,
}

impl ArrayBuffer {
    /// Starts a row of these columns, the same in each row.
    pub fn start_row(&mut self, columns: &[(ColumnName, PgType)]) {
        self.at = 0;
        if self.current.iter().map(|array| array.cells.len()).sum::<usize>() >= PIECE {
            self.pieces.push(std::mem::take(&mut self.current));
        }
        if self.current.is_empty() {
            self.current = columns.iter().map(|(name, ty)| Array::new(name.clone(), *ty)).collect();
        }
    }

    /// Appends a cell.
    pub fn cell(&mut self, cell: &Cell) {
        if let Some(array) = self.current.get_mut(self.at) {
            array.push(cell);
        }
        self.at += 1;
    }

    /// The finished pieces. Columns in which a piece has nothing but nulls are not in it.
    #[must_use]
    pub fn finish(mut self) -> Vec<Vec<Array>> {
        self.pieces.push(self.current);
        for piece in &mut self.pieces {
            piece.retain(|array| !array.cells.is_empty());
        }
        self.pieces.retain(|piece| !piece.is_empty());
        self.pieces
    }
}

/// The cells of a column.
#[derive(Debug)]
pub struct Array {
    name: ColumnName,
    ty: PgType,
    /// So many nulls come first: a column that has nothing else is nowhere in memory.
    nulls: usize,
    /// Those from the first that is not null.
    cells: Vec<u8>,
    count: usize,
}

impl Array {
    fn new(name: ColumnName, ty: PgType) -> Self {
        Self { name, ty, nulls: 0, cells: Vec::new(), count: 0 }
    }

    fn push(&mut self, cell: &Cell) {
        self.count += 1;
        match cell {
            Cell::Null if self.cells.is_empty() => self.nulls += 1,
            Cell::Null => self.cells.extend_from_slice(&NULL),
            cell => sized(&mut self.cells, |out| cell.write_item(out)),
        }
    }

    /// Its column.
    pub(super) fn name(&self) -> &ColumnName {
        &self.name
    }

    /// The type of its column.
    pub(super) fn ty(&self) -> PgType {
        self.ty
    }
}

impl sqlx::Type<Postgres> for Array {
    /// Of any; each says its own.
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(PgType::Text.list_oid()))
    }
}

impl Encode<'_, Postgres> for Array {
    fn encode_by_ref(&self, out: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // One dimension, which may have nulls and begins with 1.
        let count = u32::try_from(self.count)?;
        for word in [1, 1, self.ty.item().oid(), count, 1] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        for _ in 0..self.nulls {
            out.extend_from_slice(&NULL);
        }
        out.extend_from_slice(&self.cells);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.ty.item().list_oid())))
    }

    fn size_hint(&self) -> usize {
        20 + 4 * self.nulls + self.cells.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_row_gives_is_in_no_piece_and_pieces_are_bounded() {
        let columns = [("a", PgType::Text), ("b", PgType::Numeric), ("c", PgType::Text)]
            .map(|(name, ty)| (ColumnName::system(name), ty));
        let mut buffer = ArrayBuffer::default();
        let text = "x".repeat(1_000);
        for n in 0..2_000 {
            buffer.start_row(&columns);
            buffer.cell(&Cell::Text(text.clone()));
            buffer.cell(&Cell::Null);
            buffer.cell(&if n == 5 { Cell::Text(String::new()) } else { Cell::Null });
        }
        let pieces = buffer.finish();
        let names =
            |piece: &[Array]| piece.iter().map(|array| array.name.to_string()).collect::<Vec<_>>().join(", ");
        assert_eq!(names(&pieces[0]), "a, c");
        assert!(pieces.len() > 1 && pieces[1..].iter().all(|piece| names(piece) == "a"));
        assert_eq!(pieces.iter().map(|piece| piece[0].count).sum::<usize>(), 2_000);
        assert!(pieces.iter().flatten().all(|array| array.cells.len() < PIECE + 2_000));
        assert_eq!((pieces[0][1].nulls, pieces[0][1].count), (5, pieces[0][0].count));
        assert!(ArrayBuffer::default().finish().is_empty());
    }
}
