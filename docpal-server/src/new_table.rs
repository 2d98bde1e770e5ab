//! A CSV file as a new table: planned from the whole file, then written in one transaction, all or nothing.
//!
//! ```text
//! Source -> plan() -> Plan { table spec, how each column is read } -> load() -> Loaded { table, rows }
//!                \-> ImportFailure { line, column, code, message }
//! ```

mod columns;
mod failure;

use docpal_core::model::MAX_FIELDS;
use docpal_core::sql::Transaction;
use docpal_core::{Actor, AppId, Docpal, ErrorKind, FieldSpec, Json, RecordDraft, TableId, TableSpec};
use docpal_query::RecordsExt as _;

pub use self::failure::ImportFailure;

use crate::import::{self, Cell, InferOptions, Inferred, Kind, LineError, Progress, Row, Source};

/// Rows written at once; bounds the memory.
const CHUNK: usize = 5_000;

/// What is wanted of a table beside what its file says.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The name of the table.
    pub table: String,
    /// Columns with the field type they must have in the place of the one found.
    pub types: Vec<(String, String)>,
    /// Formula fields to add: names and formulas.
    pub formulas: Vec<(String, String)>,
}

/// A table to make of a file: its fields, and how each column is read.
#[derive(Debug)]
pub struct Plan {
    spec: TableSpec,
    inferred: Inferred,
}

/// A table that was made of a file.
#[derive(Debug)]
pub struct Loaded {
    /// Its id.
    pub table: TableId,
    /// How many records it has.
    pub rows: u64,
}

/// Reads the whole file and plans a table for it. Nothing is written.
///
/// # Errors
/// All that is wrong with the file by line and column; and as [`Plan::of`].
///
/// # Example
/// ```
/// use docpal_server::import::Source;
/// use docpal_server::new_table::{Wishes, options, plan};
///
/// let source = Source::from_bytes(b"name,price\nTea,18.5\n".to_vec())?;
/// let wishes = Wishes { table: "Products".to_owned(), ..Wishes::default() };
/// let plan = plan(&source, &options(), &wishes, |_| ())?;
/// assert_eq!(plan.spec().fields[1].field_type, "number");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan(
    source: &Source,
    options: &InferOptions,
    wishes: &Wishes,
    progress: impl FnMut(Progress),
) -> Result<Plan, ImportFailure> {
    let inferred = import::infer(source, options, progress)?;
    Ok(Plan::of(inferred, wishes)?)
}

/// How a file is read that becomes a table: no more columns than a table can have.
#[must_use]
pub fn options() -> InferOptions {
    InferOptions { max_columns: MAX_FIELDS, ..InferOptions::default() }
}

impl Plan {
    /// The table for a file that was read.
    ///
    /// # Errors
    /// `unknown_column`, `unknown_type` and `unfit_type` for wishes that cannot be met.
    pub fn of(mut inferred: Inferred, wishes: &Wishes) -> docpal_core::Result<Self> {
        let targets = columns::targets(&mut inferred, &wishes.types)?;
        let mut spec = TableSpec::new(wishes.table.as_str());
        for (column, target) in inferred.columns.iter().zip(targets) {
            let mut field = FieldSpec::new(column.field_name.as_str(), target.field_type);
            field.options = target.options;
            spec.fields.push(field);
        }
        spec.fields.extend(wishes.formulas.iter().map(|(name, formula)| FieldSpec::formula(name, formula)));
        Ok(Self { spec, inferred })
    }

    /// The table as it will be made.
    #[must_use]
    pub fn spec(&self) -> &TableSpec {
        &self.spec
    }

    /// What was found in the file.
    #[must_use]
    pub fn inferred(&self) -> &Inferred {
        &self.inferred
    }
}

/// Makes the table of `plan` in `app` and fills it, in the caller's transaction (from [`Docpal::begin`]): roll it back after an error.
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
    mut progress: impl FnMut(Progress),
) -> Result<Loaded, ImportFailure> {
    let table = docpal.tables(actor).create_in(tx, app, &plan.spec).await?.id();
    let records = docpal.records(actor, table);
    let mut rows = import::rows(source, &plan.inferred)?;
    let mut loaded = 0;
    loop {
        let (mut drafts, mut lines) = (Vec::new(), Vec::new());
        for row in rows.by_ref().take(CHUNK) {
            let row = row?;
            lines.push(row.line());
            drafts.push(plan.draft(&row)?);
        }
        if drafts.is_empty() {
            progress(rows.progress());
            return Ok(Loaded { table, rows: loaded });
        }
        loaded += drafts.len() as u64;
        records.create_many_in(tx, &drafts).await.map_err(|error| plan.failed(error, &lines))?;
        progress(rows.progress());
    }
}

impl Plan {
    /// A row of the file as a record.
    fn draft(&self, row: &Row) -> docpal_core::Result<RecordDraft> {
        let named = self.inferred.columns.iter().zip(row.cells());
        let entries = named.filter_map(|(column, cell)| {
            let json = match cell {
                // A switch that is not given is off; an empty cell says neither.
                Cell::Empty if matches!(column.kind, Kind::Switch { .. }) => Json::Null,
                Cell::Empty => return None,
                Cell::Text(text) => Json::from(text),
                Cell::Number(text) => Json::Number(text.to_owned()),
                Cell::Bool(flag) => Json::Bool(flag),
                Cell::Date(day) => Json::from(day),
                Cell::DateTime(instant) => Json::from(instant),
            };
            Some((column.field_name.clone(), json))
        });
        RecordDraft::from_json(Json::Object(entries.collect()), "record")
    }

    /// Says a refusal of the records in terms of the file.
    fn failed(&self, error: docpal_core::Error, lines: &[u64]) -> ImportFailure {
        let located: Vec<LineError> = error
            .fields()
            .iter()
            .filter_map(|entry| {
                let line = lines.get(entry.record?)?;
                let index =
                    self.inferred.columns.iter().position(|column| column.field_name == entry.field)?;
                let name = entry.field.clone();
                Some(LineError {
                    line: Some(*line),
                    column: Some(import::ColumnRef { index: index + 1, name }),
                    code: entry.code,
                    message: format!("{}; `text` fits every column", entry.message),
                })
            })
            .collect();
        if located.is_empty() || error.kind() != ErrorKind::Validation {
            return ImportFailure::Refused(error);
        }
        ImportFailure::Lines { total: located.len() as u64, errors: located }
    }
}
