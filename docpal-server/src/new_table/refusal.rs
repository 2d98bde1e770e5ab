//! A refusal of the records that a file's rows become, said in terms of the file.

use std::collections::HashSet;

use docpal_core::sql::Transaction;
use docpal_core::{Error, ErrorKind, FieldError, RecordDraft};
use docpal_query::Records;

use super::{ImportFailure, Plan};
use crate::import::{ColumnRef, LineError};

impl Plan {
    /// The refusal of records that came of these lines, if it says which; `None` when it is of all of them.
    pub(super) fn failed(&self, error: &Error, lines: &[u64]) -> Option<ImportFailure> {
        let mut told = HashSet::new();
        let mut errors = Vec::new();
        for entry in error.fields() {
            let Some(line) = entry.record.and_then(|record| lines.get(record)) else { continue };
            let line = self.located(entry, *line);
            // What is wrong with every line is said of the first.
            let homeless = line.column.as_ref().is_some_and(|column| column.index == 0);
            let all = homeless || entry.code == "field_not_writable";
            if !all || told.insert((entry.field.as_str(), entry.code)) {
                errors.push(line);
            }
        }
        let first = errors.first()?.code;
        let code = if error.kind() == ErrorKind::Validation { first } else { error.code() };
        Some(ImportFailure::Lines { kind: error.kind(), code, total: errors.len() as u64, errors })
    }

    pub(super) fn located(&self, entry: &FieldError, line: u64) -> LineError {
        let column = |index| Some(ColumnRef { index, name: entry.field.clone() });
        let at = |column, hint| {
            let message = format!("{}{hint}", entry.message);
            LineError { line: Some(line), column, code: entry.code, message }
        };
        if entry.field.is_empty() {
            return at(None, "");
        }
        let place = self.inferred.columns.iter().position(|column| column.field_name == entry.field);
        let Some(index) = place else { return at(column(0), "; the file has no column for it") };
        // A text is what every text fits, unless it does not.
        let is_text = self.targets.get(index).is_none_or(|target| target.field_type.ends_with("text"));
        let hint = if is_text || self.appends { "" } else { "; `text` fits every column" };
        at(column(index + 1), hint)
    }
}

/// The refusal of `drafts` with the record that it is of. The database does not say which record has a value that is
/// there already: so they are made again, by halves, which costs as much as making them once more.
pub(super) async fn placed(
    records: &Records<'_>,
    tx: &mut Transaction,
    drafts: &[RecordDraft],
    error: Error,
) -> Error {
    let is_duplicate = |error: &Error| error.code() == "duplicate_value";
    if !is_duplicate(&error) {
        return error;
    }
    // Those before `first` are made; one of the `left` behind them is refused.
    let (mut first, mut left, mut found) = (0, drafts.len(), None);
    while found.is_none() && left > 0 {
        let count = left.div_ceil(2);
        let some = drafts.get(first..first + count).unwrap_or_default();
        match records.create_many_in(tx, some).await {
            Ok(_) => (first, left) = (first + count, left - count),
            Err(error) if is_duplicate(&error) && count == 1 => found = Some(error),
            Err(error) if is_duplicate(&error) => left = count,
            Err(other) => return other,
        }
    }
    // The other record may have gone meanwhile; then there is none to name.
    let Some(found) = found else { return error };
    let fields = found.fields().iter().map(|entry| entry.clone().in_record(first)).collect();
    found.with_fields(fields)
}
