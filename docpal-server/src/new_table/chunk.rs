//! The rows of a file that are written at once: so many that the memory is bounded, whatever the rows hold.

use docpal_core::{Json, RecordDraft};

use super::{ImportFailure, Plan};
use crate::import::Rows;

/// The most rows, the most values in them, and the most bytes of these with the names of their fields. A chunk ends with
/// the row that reaches one of them, so it holds less than this and one row, of at most
/// [`max_row_bytes`](crate::import::InferOptions::max_row_bytes).
const ROWS: usize = 5_000;
const VALUES: usize = 100_000;
const BYTES: usize = 4 << 20;

/// Rows that are written at once.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) drafts: Vec<RecordDraft>,
    /// The line of each.
    pub(super) lines: Vec<u64>,
    values: usize,
    bytes: usize,
}

impl Chunk {
    /// The next rows of the file; none at its end.
    pub(super) fn read(plan: &Plan, rows: &mut Rows<'_>) -> Result<Self, ImportFailure> {
        let mut chunk = Self::default();
        while !chunk.is_full() {
            let Some(row) = rows.next() else { break };
            let row = row?;
            chunk.add(row.line(), plan.entries(&row))?;
        }
        Ok(chunk)
    }

    fn is_full(&self) -> bool {
        self.drafts.len() >= ROWS || self.values >= VALUES || self.bytes >= BYTES
    }

    fn add(&mut self, line: u64, entries: Vec<(String, Json)>) -> docpal_core::Result<()> {
        for (name, value) in &entries {
            self.bytes += name.len();
            self.count(value);
        }
        self.lines.push(line);
        self.drafts.push(RecordDraft::from_json(Json::Object(entries), "record")?.keeping_nulls());
        Ok(())
    }

    /// Counts a cell: a value, or a list of some.
    fn count(&mut self, value: &Json) {
        match value {
            Json::List(items) => items.iter().for_each(|item| self.count(item)),
            Json::Text(text) | Json::Number(text) => self.bytes += text.len(),
            _ => {}
        }
        self.values += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{self, Source};
    use crate::new_table::{Wishes, options, plan};

    /// The rows of each chunk of a file, after a look at what it holds.
    fn chunks(file: String, types: &[(&str, &str)]) -> Vec<usize> {
        let source = Source::from_bytes(file).unwrap();
        let types = types.iter().map(|(name, ty)| ((*name).to_owned(), (*ty).to_owned())).collect();
        let wishes = Wishes { table: "T".to_owned(), types, ..Wishes::default() };
        let plan = plan(&source, &options(), &wishes, |_| ()).unwrap();
        let mut rows = import::rows(&source, plan.inferred()).unwrap();
        let mut counts = Vec::new();
        loop {
            let chunk = Chunk::read(&plan, &mut rows).unwrap();
            let held = chunk.drafts.len();
            if held == 0 {
                return counts;
            }
            let (values, bytes) = (chunk.values / held, chunk.bytes / held);
            assert!(chunk.values < VALUES + 2 * values && chunk.bytes < BYTES + 2 * bytes, "{chunk:.0?}");
            counts.push(held);
        }
    }

    // 5,000 rows were a chunk whatever they held: of 300 cells each they took 225 MB.
    #[test]
    fn a_chunk_ends_by_rows_values_and_bytes() {
        let lines = |header: &str, line: &str, count: usize| format!("{header}\n{}", line.repeat(count));
        assert_eq!(chunks(lines("a", "x\n", 5_001), &[]), [5_000, 1]);
        let wide: Vec<String> = (0..250).map(|column| format!("c{column}")).collect();
        let row = format!("{}\n", vec!["1"; 250].join(","));
        assert_eq!(chunks(lines(&wide.join(","), &row, 1_000), &[]), [400, 400, 200]);
        let long = format!("{}\n", "x".repeat((64 << 10) - 1));
        assert_eq!(chunks(lines("a", &long, 100), &[]), [64, 36]);
        let list = format!("{}\n", vec!["x"; 999].join(";"));
        assert_eq!(chunks(lines("a", &list, 150), &[("a", "multiple_select:;")]), [100, 50]);
    }
}
