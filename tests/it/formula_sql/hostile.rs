//! A table of hostile records, and both ways to compute a formula over them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use docpal::core::formula_sql::Clock;
use docpal::core::model::{Computed, Input, TableSnapshot};
use docpal::core::sql::expr::{self, ExprTrait as _, Query};
use docpal::core::sql::{CellRef, ColumnName, PgType, exec};
use docpal::core::values::{instant_from_pg, instant_to_pg};
use docpal::core::{Cell, FieldId, FieldSpec, RecordDraft, RecordId, Scope, SystemReason, TableSpec};
use docpal::formula::{Context, ErrorCode, EvalError, RecordProperty, Row, Type, Value};
use docpal::query::lower::formulas;
use docpal::query::{Access, RecordsExt as _, ViewSpec};

use super::records::{CHOSEN, EMPTY, GONE, RECORDS};
use crate::world::World;

/// The record whose dates are the first and last of the calendar.
const FAR: usize = 13;

/// Zones whose clocks change: what they will do after 2099, and did before 1900, is known to no two tables alike.
const CHANGING: [&str; 3] = ["Europe/Rome", "America/New_York", "Pacific/Auckland"];

/// Functions that lead far away from the dates of the records.
const LEADING_FAR: [&str; 4] = ["DATEADD(", "EOMONTH(", "WORKDAY(", "DATE("];

/// Something to compute both ways.
pub(super) struct Case {
    computed: Computed,
    clock: Clock,
    /// Whether the far record counts.
    with_far: bool,
    expected: Vec<Result<Value<'static>, EvalError>>,
}

/// What came out.
pub(super) enum Verdict {
    Same { values: usize, errors: usize },
    Differs(String),
}

/// The table.
pub(super) struct Hostile {
    world: World,
    snapshot: Arc<TableSnapshot>,
    access: Access,
    ids: Vec<RecordId>,
    /// The values of each stored field, as formulas see them.
    columns: Vec<Vec<Value<'static>>>,
    clocks: Vec<Clock>,
}

impl Hostile {
    pub(super) async fn new() -> Self {
        let (world, snapshot, ids) = hostile_table().await;
        let page = world.list(snapshot.id(), &ViewSpec::new().limit(1_000)).await;
        let columns = snapshot.fields().iter();
        let columns =
            columns.map(|field| (0..page.len()).map(|index| page.value(index, field.name())).collect());
        let columns = columns.collect();
        let now: DateTime<Utc> = "2026-11-20T12:00:00.25Z".parse().expect("an instant");
        let clocks = ["UTC", "Europe/Rome", "America/New_York", "Asia/Kolkata"];
        let clocks = clocks.map(|zone| Clock { now, zone: zone.parse().expect("a zone") }).to_vec();
        let access = Access::new(&Scope::system(&snapshot, SystemReason::Host), &snapshot, now);
        Self { world, snapshot, access, ids, columns, clocks }
    }

    /// The clock of a random program: always the same for the same text.
    fn clock(&self, source: &str) -> Clock {
        let leads_far = LEADING_FAR.iter().any(|call| source.contains(call));
        let clock = self.clocks[source.len() % self.clocks.len()];
        if leads_far && CHANGING.contains(&clock.zone.name()) { self.clocks[3] } else { clock }
    }

    /// Checks a random program and computes it in memory.
    pub(super) fn prepare(&self, source: &str) -> Result<Case, String> {
        let leads_far = LEADING_FAR.iter().any(|call| source.contains(call));
        if leads_far && CHANGING.iter().any(|zone| source.contains(zone)) {
            return Err("it reads a changing zone in another century".to_owned());
        }
        self.prepare_at(source, self.clock(source))
    }

    fn prepare_at(&self, source: &str, clock: Clock) -> Result<Case, String> {
        let computed = self.snapshot.compile(source).map_err(|errors| match errors.first() {
            Some(error) => format!("refused by the check: {}", error.code),
            None => "refused by the check".to_owned(),
        })?;
        if matches!(computed.program().ty(), Type::List(_) | Type::Json) {
            return Err("its result is a list".to_owned());
        }
        formulas(&self.access, &[&computed], clock.zone)?;
        let context = Context::new(clock.now).with_zone(clock.zone);
        let expected = (0..self.ids.len()).map(|record| self.evaluate(&computed, record, &context)).collect();
        // Nor has the wall clock of a zone a place for what lies just outside of the calendar.
        let with_far = clock.zone.name() == "UTC" && !source.contains("SET_TIMEZONE(");
        let case = Case { computed, clock, with_far, expected };
        let fuel = |result: &Result<_, EvalError>| matches!(result, Err(error) if error.code() == ErrorCode::OutOfFuel);
        if case.expected.iter().any(fuel) {
            Err("out of fuel, which SQL does not count".to_owned())
        } else {
            Ok(case)
        }
    }

    fn evaluate(
        &self,
        computed: &Computed,
        record: usize,
        context: &Context,
    ) -> Result<Value<'static>, EvalError> {
        let row = Inputs { hostile: self, computed, record, context };
        computed.program().eval(&row, context).map(Value::into_owned)
    }

    fn of_field(&self, id: FieldId, record: usize, context: &Context) -> Result<Value<'_>, EvalError> {
        let position = self.snapshot.position(id).expect("a field of the table");
        match self.snapshot.fields()[position].computed() {
            Some(computed) => self.evaluate(computed, record, context),
            None => Ok(self.columns[position][record].borrowed()),
        }
    }

    /// Checks one program both ways, by every clock.
    pub(super) async fn check_everywhere(&self, source: &str) -> Result<Verdict, String> {
        let mut verdict = Verdict::Same { values: 0, errors: 0 };
        for clock in &self.clocks {
            let case = self.prepare_at(source, *clock)?;
            verdict = self.judge(&[&case]).await.remove(0);
            if let Verdict::Differs(how) = verdict {
                return Ok(Verdict::Differs(format!("{} {how}", clock.zone)));
            }
        }
        Ok(verdict)
    }

    /// Checks one random program both ways.
    pub(super) async fn check(&self, source: &str) -> Result<Verdict, String> {
        let case = self.prepare(source)?;
        Ok(self.judge(&[&case]).await.remove(0))
    }

    /// Computes programs in PostgreSQL, one clock at a time, and compares.
    pub(super) async fn judge(&self, cases: &[&Case]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(cases.len());
        let mut connection = self.world.db.pool().acquire().await.expect("a connection");
        for clock in &self.clocks {
            let of_clock: Vec<usize> =
                (0..cases.len()).filter(|index| cases[*index].clock == *clock).collect();
            if of_clock.is_empty() {
                continue;
            }
            let programs: Vec<&Computed> = of_clock.iter().map(|index| &cases[*index].computed).collect();
            let (statement, types) = formulas(&self.access, &programs, clock.zone).expect("has an SQL form");
            match exec::fetch_all(&mut connection, statement).await {
                Ok(rows) => {
                    for (column, index) in of_clock.iter().enumerate() {
                        verdicts.push((*index, self.compare(cases[*index], &rows, column, types[column])));
                    }
                }
                Err(_) if of_clock.len() > 1 => {
                    for index in of_clock {
                        let alone = Box::pin(self.judge(&[cases[index]])).await.remove(0);
                        verdicts.push((index, alone));
                    }
                }
                Err(error) => {
                    let source = std::error::Error::source(&error).map(ToString::to_string);
                    verdicts.push((
                        of_clock[0],
                        Verdict::Differs(format!("PostgreSQL raises: {error} {source:?}")),
                    ));
                }
            }
        }
        verdicts.sort_by_key(|(index, _)| *index);
        verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }

    fn compare(&self, case: &Case, rows: &[docpal::core::sql::Row], column: usize, ty: PgType) -> Verdict {
        let (mut values, mut errors) = (0, 0);
        for row in rows {
            let id: RecordId = row.uuid(0).expect("an id").into();
            let record = self.ids.iter().position(|known| *known == id).expect("a known record");
            if record == FAR && !case.with_far {
                continue;
            }
            let cell = row.cell(1 + 2 * column, ty);
            let fails = row.bool(2 + 2 * column);
            let expected = &case.expected[record];
            let same = match (expected, fails) {
                (Err(_), Some(true)) => true,
                (Ok(value), Some(false)) => same(value, cell),
                _ => false,
            };
            if !same {
                let sql = if fails == Some(true) { "an error".to_owned() } else { shown(cell) };
                return Verdict::Differs(format!(
                    "record {record}: {} in memory, {sql} in SQL",
                    memory(expected)
                ));
            }
            match expected {
                Ok(_) => values += 1,
                Err(_) => errors += 1,
            }
        }
        Verdict::Same { values, errors }
    }

    /// The SQL of a program.
    pub(super) fn sql(&self, source: &str) -> String {
        let computed = self.snapshot.compile(source).expect("a program that was compared");
        let statement = formulas(&self.access, &[&computed], self.clock(source).zone);
        statement.map_or_else(|why| why, |(statement, _)| statement.text().to_owned())
    }
}

/// A table with fields of every type, formulas of every kind of result, and records that go wrong.
pub(crate) async fn hostile_table() -> (World, Arc<TableSnapshot>, Vec<RecordId>) {
    hostile_table_with(&[]).await
}

/// The same with more formulas, by name.
pub(crate) async fn hostile_table_with(
    formulas: &[(String, String)],
) -> (World, Arc<TableSnapshot>, Vec<RecordId>) {
    let world = World::new().await;
    let spec = TableSpec::new("Hostile")
        .field(FieldSpec::new("n", "number"))
        .field(FieldSpec::new("m", "number"))
        .field(FieldSpec::new("c", "currency").options(r#"{"code": "EUR", "scale": 2}"#))
        .field(FieldSpec::new("t", "text"))
        .field(FieldSpec::new("u", "long_text"))
        .field(FieldSpec::new("b", "switch"))
        .field(FieldSpec::new("d", "date"))
        .field(FieldSpec::new("e", "date"))
        .field(FieldSpec::new("when", "datetime"))
        .field(FieldSpec::new("then", "datetime"))
        .field(
            FieldSpec::new("s", "single_select")
                .options(r#"{"options": ["open", "paid", "void", "ß", "a, b"]}"#),
        )
        .field(FieldSpec::new("tags", "multiple_select").options(
            r#"{"options": ["open", "paid", "ß", "a, b", ",", "A", "a b", "👍e\u0301", "NULL", "\"{}\"", "_"]}"#,
        ))
        .field(FieldSpec::new("more", "multiple_select").options(r#"{"options": ["open", "Paid", "10", "9", ","]}"#))
        .field(FieldSpec::new("auto", "autonumber"))
        .field(FieldSpec::formula("ratio", "{n} / {m}"))
        .field(FieldSpec::formula("label", "UPPER({t}) & MID({u}, {m}, 2)"))
        .field(FieldSpec::formula("numbers", "IF({b}, ARRAYFLATTEN({n}, {n} / {m}, {c}))"))
        .field(FieldSpec::formula("names", "ARRAYSORT(ARRAYFLATTEN({tags}, {more}, {s}))"));
    let spec =
        formulas.iter().fold(spec, |spec, (name, source)| spec.field(FieldSpec::formula(name, source)));
    let snapshot = world.table(spec).await;
    let long = "aé👍 ".repeat(25_000);
    for ((n, m, c, t, u, b, d, e, when, then, s), (tags, more)) in RECORDS.iter().zip(CHOSEN) {
        let mut draft = RecordDraft::new().set("b", *b).set("tags", tags.to_vec()).set("more", more.to_vec());
        let cells = [
            ("n", n),
            ("m", m),
            ("c", c),
            ("t", t),
            ("u", u),
            ("d", d),
            ("e", e),
            ("when", when),
            ("then", then),
            ("s", s),
        ];
        for (name, value) in cells {
            let value =
                value.map(|value| if value == "LONG" { long_for(name, &long) } else { value.to_owned() });
            if let Some(value) = value {
                draft = draft.set(name, value);
            }
        }
        world.docpal.records(&world.owner, snapshot.id()).create(&draft).await.expect("a hostile record");
    }
    let page = world.list(snapshot.id(), &ViewSpec::new().limit(1_000)).await;
    let ids: Vec<RecordId> = (0..page.len()).map(|index| page.id(index).expect("an id")).collect();
    choose(&world, &snapshot, ids[GONE], &["opt_0123456789ab", "opt_0123456789ac"]).await;
    choose(&world, &snapshot, ids[EMPTY], &[]).await;
    (world, snapshot, ids)
}

/// Puts ids into the column of a multiple select as they are.
async fn choose(world: &World, snapshot: &TableSnapshot, id: RecordId, options: &[&str]) {
    let tags = snapshot.fields().iter().find(|field| field.name() == "tags").expect("the field");
    let (column, ty) = tags.column().expect("a stored field");
    let cell = Cell::TextList(options.iter().map(|id| (*id).to_owned()).collect());
    let mut update = Query::update();
    update.table(snapshot.physical().table_ref()).value(column, expr::bind(&cell, ty));
    update.and_where(expr::column(&ColumnName::ID).eq(expr::uuid(id.uuid())));
    let mut connection = world.db.pool().acquire().await.expect("a connection");
    let changed = exec::execute(&mut connection, update.into()).await.expect("an update");
    assert_eq!(changed, 1);
}

fn long_for(name: &str, long: &str) -> String {
    let most = if name == "t" { 10_000 } else { 100_000 };
    long.chars().take(most).collect()
}

fn same(value: &Value<'_>, cell: CellRef<'_>) -> bool {
    match (value, cell) {
        (Value::Null, CellRef::Null) => true,
        (Value::Number(number), CellRef::Number(cell)) => cell.to_decimal() == Some(*number),
        (Value::Text(text), CellRef::Text(cell)) => text == cell,
        (Value::Bool(flag), CellRef::Bool(cell)) => *flag == cell,
        (Value::Date(day), CellRef::Date(cell)) => *day == cell,
        (Value::DateTime(instant), CellRef::DateTime(micros)) => instant_to_pg(*instant) == micros,
        _ => false,
    }
}

fn cut(text: String) -> String {
    let short: String = text.chars().take(200).collect();
    if short.len() < text.len() { format!("{short}… ({} bytes)", text.len()) } else { short }
}

fn memory(result: &Result<Value<'_>, EvalError>) -> String {
    match result {
        Ok(value) => cut(format!("{value:?}")),
        Err(error) => format!("the error {}", error.code()),
    }
}

fn shown(cell: CellRef<'_>) -> String {
    cut(match cell {
        CellRef::Number(number) => format!("{:?}", number.to_decimal()),
        CellRef::DateTime(micros) => format!("{:?}", instant_from_pg(micros)),
        cell => format!("{cell:?}"),
    })
}

/// The slots of a program for one record.
struct Inputs<'i> {
    hostile: &'i Hostile,
    computed: &'i Computed,
    record: usize,
    context: &'i Context,
}

impl Row for Inputs<'_> {
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        match self.computed.inputs()[slot] {
            Input::Field(id) => self.hostile.of_field(id, self.record, self.context),
            Input::Record(RecordProperty::Id) => Ok(Value::from(self.hostile.ids[self.record].to_string())),
            _ => Err(ErrorCode::Unavailable.into()),
        }
    }
}
