//! Carrying out a plan: the second reading, whose rows become records.

use docpal_core::sql::Transaction;
use docpal_core::{Actor, AppId, Docpal, Json, TableId, TableSpec};
use docpal_query::{Records, RecordsExt as _};

use super::check::Target;
use super::chunk::Chunk;
use super::{ImportFailure, Plan, refusal};
use crate::import::{self, Cell, Kind, Progress, Row, Source};

/// A table that was made of a file, or that took its rows.
#[derive(Debug)]
pub struct Loaded {
    /// Its id.
    pub table: TableId,
    /// How many records came of the file.
    pub rows: u64,
}

/// Makes the table of `plan` in `app` and fills it, in the caller's transaction (from [`Docpal::begin`]): roll it back
/// after an error.
///
/// # Errors
/// Those of making a table and its records; a cell that its field refuses is given by line and column.
pub async fn load(
    docpal: &Docpal,
    actor: &Actor,
    tx: &mut Transaction,
    app: AppId,
    source: &Source,
    plan: &Plan,
    progress: impl FnMut(Progress),
) -> Result<Loaded, ImportFailure> {
    plan.refusal().map_or(Ok(()), Err)?;
    let table = make(docpal, actor, tx, app, &plan.spec).await?;
    append(docpal, actor, tx, table, source, plan, progress).await
}

/// Makes the table.
pub(super) async fn make(
    docpal: &Docpal,
    actor: &Actor,
    tx: &mut Transaction,
    app: AppId,
    spec: &TableSpec,
) -> docpal_core::Result<TableId> {
    Ok(docpal.tables(actor).create_in(tx, app, spec).await?.id())
}

/// Adds the rows of the file to `table`, which `plan` was made for, in the caller's transaction (from
/// [`Docpal::begin`]): roll it back after an error.
///
/// # Errors
/// Those of making records; a cell that its field refuses is given by line and column.
pub async fn append(
    docpal: &Docpal,
    actor: &Actor,
    tx: &mut Transaction,
    table: TableId,
    source: &Source,
    plan: &Plan,
    progress: impl FnMut(Progress),
) -> Result<Loaded, ImportFailure> {
    plan.refusal().map_or(Ok(()), Err)?;
    let rows = write(&docpal.records(actor, table), tx, source, plan, usize::MAX, progress).await?;
    Ok(Loaded { table, rows })
}

/// Writes the rows, at most so many chunks of them, and says how many there were.
pub(super) async fn write(
    records: &Records<'_>,
    tx: &mut Transaction,
    source: &Source,
    plan: &Plan,
    chunks: usize,
    mut progress: impl FnMut(Progress),
) -> Result<u64, ImportFailure> {
    let mut rows = import::rows(source, &plan.inferred)?;
    let mut loaded = 0;
    for _ in 0..chunks {
        let chunk = Chunk::read(plan, &mut rows)?;
        if chunk.drafts.is_empty() {
            break;
        }
        loaded += chunk.drafts.len() as u64;
        if let Err(error) = records.create_many_in(tx, &chunk.drafts).await {
            let error = refusal::placed(records, tx, &chunk.drafts, error).await;
            return Err(plan.failed(&error, &chunk.lines).unwrap_or(ImportFailure::Refused(error)));
        }
        progress(rows.progress());
    }
    progress(rows.progress());
    Ok(loaded)
}

impl Plan {
    /// The values of a row, by field name.
    pub(super) fn entries(&self, row: &Row) -> Vec<(String, Json)> {
        let mut entries = Vec::with_capacity(self.targets.len());
        for ((column, target), cell) in self.inferred.columns.iter().zip(&self.targets).zip(row.cells()) {
            // What is not given has its default, and a switch is off; an empty cell says neither.
            let explicit = self.appends || matches!(column.kind, Kind::Switch { .. });
            if target.left_out || (cell == Cell::Empty && !explicit) {
                continue;
            }
            let (value, odd) = match target.value(cell) {
                Ok(json) => (Some(json), None),
                Err(misfit) => (explicit.then_some(Json::Null), Some(misfit.text)),
            };
            entries.extend(value.map(|json| (column.field_name.clone(), json)));
            let kept = beside(target).zip(odd);
            entries.extend(kept.map(|(name, text)| (name.to_owned(), Json::from(text.as_str()))));
        }
        entries
    }
}

fn beside(target: &Target) -> Option<&str> {
    target.check.as_ref()?.beside.as_deref()
}
