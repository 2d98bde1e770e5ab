//! A page of records: rows as PostgreSQL sent them, turned into JSON on the way out, with formulas computed
//! from the cells: arithmetic for all rows at once, everything else row by row.

mod by_column;
mod compact;

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use docpal_core::json_out::{self, JsonFormat};
use docpal_core::model::Input;
use docpal_core::sql::{PgType, Row};
use docpal_core::{Field, RecordId, TableSnapshot};
use docpal_formula::{Context, ErrorCode, EvalError, Program, RecordProperty, Value};

use self::by_column::Numbers;
use crate::lower::select::Layout;
use crate::plan::Plan;

/// Where the system values are in a row.
const ID: usize = 0;
const CREATED_AT: usize = 1;
const UPDATED_AT: usize = 2;
const CREATED_BY: usize = 3;
const UPDATED_BY: usize = 4;
const VERSION: usize = 5;

/// Some records of a view, in its order.
pub struct Page {
    snapshot: Arc<TableSnapshot>,
    rows: Vec<Row>,
    columns: Vec<ShownColumn>,
    computed: Vec<ComputedColumn>,
    /// What was computed for all rows at once, when it was first asked for.
    by_column: OnceLock<Vec<Option<Numbers>>>,
    context: Context,
    next_cursor: Option<String>,
    total: Option<i64>,
}

/// A field that is shown.
struct ShownColumn {
    position: usize,
    source: Source,
    /// `"name":`, as it stands in JSON.
    key: Vec<u8>,
}

/// Where a value is.
#[derive(Clone, Copy)]
enum Source {
    /// In the row.
    Cell { index: usize, ty: PgType, position: usize },
    /// Among the computed values of the row.
    Computed(usize),
    /// A property of the record.
    Record(RecordProperty),
    /// Nowhere.
    Missing,
}

/// A formula to evaluate for every row.
struct ComputedColumn {
    /// `None` when the formula no longer compiles.
    program: Option<Program>,
    inputs: Vec<Source>,
    /// The flag that says for which records the field exists, when it does not for all.
    flag: Option<usize>,
}

type Outcome<'p> = Result<Value<'p>, EvalError>;

impl Page {
    pub(crate) fn new(plan: &Plan, layout: &Layout, rows: Vec<Row>, now: DateTime<Utc>) -> Self {
        let snapshot = Arc::clone(&plan.view.snapshot);
        let source = |position: usize| source_of(&snapshot, plan, layout, position);
        let columns = plan.view.columns.iter().filter_map(|position| {
            let mut key = Vec::new();
            json_out::text(snapshot.fields().get(*position)?.name(), &mut key);
            key.push(b':');
            Some(ShownColumn { position: *position, source: source(*position), key })
        });
        let columns: Vec<ShownColumn> = columns.collect();
        let computed = plan.compute.iter().map(|position| {
            let computed = snapshot.fields().get(*position).and_then(Field::computed);
            let inputs =
                computed.map(|computed| computed.inputs()).unwrap_or_default().iter().map(
                    |input| match input {
                        Input::Field(id) => snapshot.position(*id).map_or(Source::Missing, source),
                        Input::Record(property) => Source::Record(*property),
                        Input::Unknown => Source::Missing,
                    },
                );
            ComputedColumn {
                program: computed.map(|computed| computed.program().clone()),
                inputs: inputs.collect(),
                flag: layout.flags.iter().find(|(flagged, _)| flagged == position).map(|(_, index)| *index),
            }
        });
        let computed = computed.collect();
        Self {
            snapshot,
            rows,
            columns,
            computed,
            by_column: OnceLock::new(),
            context: Context::new(now),
            next_cursor: None,
            total: None,
        }
    }

    pub(crate) fn with_next(mut self, cursor: Option<String>) -> Self {
        self.next_cursor = cursor;
        self
    }

    pub(crate) fn with_total(mut self, total: Option<i64>) -> Self {
        self.total = total;
        self
    }

    /// How many records this page has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Has it none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where the next page begins; `None` after the last.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    /// How many records the view has, if it was asked to count; 10,001 for "more than 10,000" of a capped
    /// count.
    #[must_use]
    pub fn total(&self) -> Option<i64> {
        self.total
    }

    /// The fields shown, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &Field> {
        let field = |column: &ShownColumn| self.snapshot.fields().get(column.position);
        let fields: Vec<&Field> = self.columns.iter().filter_map(field).collect();
        fields.into_iter()
    }

    /// The id of the record at `index`.
    #[must_use]
    pub fn id(&self, index: usize) -> Option<RecordId> {
        self.rows.get(index)?.uuid(ID).map(Into::into)
    }

    /// How often the record at `index` has been written, for optimistic updates.
    #[must_use]
    pub fn version(&self, index: usize) -> Option<i64> {
        self.rows.get(index)?.int(VERSION)
    }

    /// The value of the field called `name` of the record at `index`, as formulas see it. Null when there is
    /// no such record or field, or when a formula ended in an error.
    #[must_use]
    pub fn value(&self, index: usize, name: &str) -> Value<'static> {
        let column = self.columns().position(|field| field.name() == name);
        let (Some(row), Some(column)) = (self.rows.get(index), column) else { return Value::Null };
        let computed = self.compute(index, row);
        let source = self.columns.get(column).map_or(Source::Missing, |column| column.source);
        self.read(row, source, &computed).map(Value::into_owned).unwrap_or_default()
    }

    /// Appends `{"data":[..],"next_cursor":..}`, with `"total"` when it was counted.
    pub fn write_list(&self, format: JsonFormat, out: &mut Vec<u8>) {
        // A record of a dozen short fields takes about 500 bytes.
        out.reserve(self.rows.len() * 64 * (self.columns.len() + 4));
        out.extend_from_slice(b"{\"data\":");
        json_out::list(self.rows.iter().enumerate(), out, |(index, row), out| {
            self.write_row(index, row, format, out);
        });
        self.write_end(out);
    }

    /// What stands behind the records of a list.
    fn write_end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"next_cursor\":");
        match &self.next_cursor {
            Some(cursor) => json_out::text(cursor, out),
            None => json_out::null(out),
        }
        if let Some(total) = self.total {
            out.extend_from_slice(b",\"total\":");
            out.extend_from_slice(total.to_string().as_bytes());
        }
        out.push(b'}');
    }

    /// Appends the record at `index` as JSON; nothing when there is none.
    pub fn write_record(&self, index: usize, format: JsonFormat, out: &mut Vec<u8>) {
        if let Some(row) = self.rows.get(index) {
            self.write_row(index, row, format, out);
        }
    }

    /// Appends, for each record, its shown cells as JSON values, each after a call of `next` with the index
    /// of its record and column: for formats other than JSON.
    pub fn write_cells(&self, format: JsonFormat, mut each: impl FnMut(usize, usize, &[u8])) {
        let mut cell = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let computed = self.compute(index, row);
            for (position, column) in self.columns.iter().enumerate() {
                cell.clear();
                self.write_source(row, column.source, &computed, format, &mut cell);
                each(index, position, &cell);
            }
        }
    }

    fn write_row(&self, index: usize, row: &Row, format: JsonFormat, out: &mut Vec<u8>) {
        let system = |index: usize, ty: PgType, out: &mut Vec<u8>| {
            row.cell(index, ty).write(JsonFormat::default(), out);
        };
        out.extend_from_slice(b"{\"id\":");
        system(ID, PgType::Uuid, out);
        out.extend_from_slice(b",\"created_at\":");
        system(CREATED_AT, PgType::Timestamptz, out);
        out.extend_from_slice(b",\"updated_at\":");
        system(UPDATED_AT, PgType::Timestamptz, out);
        out.extend_from_slice(b",\"created_by\":");
        system(CREATED_BY, PgType::Uuid, out);
        out.extend_from_slice(b",\"updated_by\":");
        system(UPDATED_BY, PgType::Uuid, out);
        out.extend_from_slice(b",\"version\":");
        system(VERSION, PgType::Bigint, out);
        out.extend_from_slice(b",\"fields\":{");
        let computed = self.compute(index, row);
        for (position, column) in self.columns.iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&column.key);
            self.write_source(row, column.source, &computed, format, out);
        }
        out.extend_from_slice(b"}}");
    }

    fn write_source(
        &self,
        row: &Row,
        source: Source,
        computed: &[Outcome<'_>],
        format: JsonFormat,
        out: &mut Vec<u8>,
    ) {
        match source {
            Source::Cell { index, ty, position } => {
                let cell = row.cell(index, ty);
                match self.snapshot.fields().get(position) {
                    Some(field) => field.kind().write(cell, format, out),
                    None => cell.write(format, out),
                }
            }
            Source::Computed(index) => match computed.get(index) {
                Some(Ok(value)) => write_value(value, format, out),
                Some(Err(error)) => write_error(error.code().as_str(), error.message(), out),
                None => json_out::null(out),
            },
            Source::Record(_) | Source::Missing => json_out::null(out),
        }
    }

    /// The computed values of the row at `index`, in the order of the plan.
    fn compute<'p>(&'p self, index: usize, row: &'p Row) -> Vec<Outcome<'p>> {
        let mut done: Vec<Outcome<'p>> = Vec::with_capacity(self.computed.len());
        let by_column = self.by_column.get_or_init(|| by_column::compute(self));
        for (position, column) in self.computed.iter().enumerate() {
            if let Some(Some(numbers)) = by_column.get(position) {
                done.push(numbers.get(index));
                continue;
            }
            let exists = column.flag.is_none_or(|flag| row.bool(flag) == Some(true));
            let outcome = match (&column.program, exists) {
                (_, false) => Ok(Value::Null),
                (None, true) => Err(EvalError::with_message(
                    ErrorCode::Unavailable,
                    "the formula refers to something that is gone",
                )),
                (Some(program), true) => {
                    let inputs = Inputs { page: self, row, sources: &column.inputs, done: &done };
                    program.eval(&inputs, &self.context).map(Value::into_owned)
                }
            };
            done.push(outcome);
        }
        done
    }

    fn read<'p>(&'p self, row: &'p Row, source: Source, done: &'p [Outcome<'_>]) -> Outcome<'p> {
        match source {
            Source::Cell { index, ty, position } => {
                let cell = row.cell(index, ty);
                Ok(match self.snapshot.fields().get(position) {
                    Some(field) => field.kind().value(cell),
                    None => Value::Null,
                })
            }
            Source::Computed(index) => match done.get(index) {
                Some(Ok(value)) => Ok(value.borrowed()),
                Some(Err(error)) => Err(error.clone()),
                None => Ok(Value::Null),
            },
            Source::Record(property) => record_value(row, property),
            Source::Missing => Err(EvalError::with_message(
                ErrorCode::Unavailable,
                "the formula refers to something that is gone",
            )),
        }
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("records", &self.rows.len())
            .field("columns", &self.columns.len())
            .finish()
    }
}

fn source_of(snapshot: &TableSnapshot, plan: &Plan, layout: &Layout, position: usize) -> Source {
    if let Some((_, index)) = layout.fields.iter().find(|(fetched, _)| *fetched == position)
        && let Some((_, ty)) = snapshot.fields().get(position).and_then(Field::column)
    {
        return Source::Cell { index: *index, ty, position };
    }
    match plan.compute.iter().position(|computed| *computed == position) {
        Some(index) => Source::Computed(index),
        None => Source::Missing,
    }
}

fn record_value(row: &Row, property: RecordProperty) -> Outcome<'_> {
    let text = |index| row.uuid(index).map_or(Value::Null, |id| Value::Text(id.to_string().into()));
    let instant = |index| row.cell(index, PgType::Timestamptz).value();
    match property {
        RecordProperty::Id => Ok(text(ID)),
        RecordProperty::CreatedBy => Ok(text(CREATED_BY)),
        RecordProperty::LastModifiedBy => Ok(text(UPDATED_BY)),
        RecordProperty::CreatedTime => Ok(instant(CREATED_AT)),
        RecordProperty::LastModifiedTime => Ok(instant(UPDATED_AT)),
        _ => Err(EvalError::with_message(ErrorCode::Unavailable, "the record has no such property")),
    }
}

/// The inputs of one formula in one row.
struct Inputs<'i> {
    page: &'i Page,
    row: &'i Row,
    sources: &'i [Source],
    done: &'i [Outcome<'i>],
}

impl docpal_formula::Row for Inputs<'_> {
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        self.page.read(self.row, self.sources.get(slot).copied().unwrap_or(Source::Missing), self.done)
    }
}

/// A formula's value as JSON.
pub fn write_value(value: &Value<'_>, format: JsonFormat, out: &mut Vec<u8>) {
    match value {
        Value::Null => json_out::null(out),
        Value::Number(number) => json_out::number(*number, format, out),
        Value::Text(text) => json_out::text(text, out),
        Value::Bool(flag) => json_out::boolean(*flag, out),
        Value::Date(day) => json_out::date(*day, out),
        Value::DateTime(instant) => json_out::instant(*instant, out),
        Value::List(items) => json_out::list(items.iter(), out, |item, out| write_value(item, format, out)),
        Value::Json(json) => out.extend_from_slice(json.to_string().as_bytes()),
    }
}

/// An error as JSON, in the place of a value: `{"error":{"code":..,"message":..}}`.
pub(crate) fn write_error(code: &'static str, message: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"error\":{\"code\":");
    json_out::text(code, out);
    out.extend_from_slice(b",\"message\":");
    json_out::text(message, out);
    out.extend_from_slice(b"}}");
}
