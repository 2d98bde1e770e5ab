//! Groups and aggregates computed record by record from a page: slow, and plain enough to be believed.

use std::collections::HashSet;

use chrono::{Datelike as _, NaiveDate, TimeDelta};
use docpal::core::json_out::JsonFormat;
use docpal::core::model::TableSnapshot;
use docpal::core::target::Compared;
use docpal::core::values::Groups;
use docpal::formula::{Context, Formula, Functions, Type, Value};
use docpal::query::{
    Aggregated, Bucket, Direction, EmptyPlace, GroupBy, Page, Summary, SummaryGroup, ViewSpec,
};
use rust_decimal::{Decimal, RoundingStrategy};

/// A cell: its value, or an error.
type Cell = Result<Value<'static>, ()>;

/// All cells of a page, by record and column.
struct Cells<'c> {
    snapshot: &'c TableSnapshot,
    names: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl<'c> Cells<'c> {
    fn new(snapshot: &'c TableSnapshot, page: &Page) -> Self {
        let names: Vec<String> = page.columns().map(|field| field.name().to_owned()).collect();
        let mut rows: Vec<Vec<Cell>> = vec![Vec::new(); page.len()];
        page.write_cells(JsonFormat::default(), |row, column, json| {
            let value = page.value(row, &names[column]);
            // The empty text is a blank, and so is an empty list.
            let value = if value.is_blank() { Value::Null } else { value };
            rows[row].push(if json.starts_with(b"{\"error\"") { Err(()) } else { Ok(value) });
        });
        Self { snapshot, names, rows }
    }

    fn cell(&self, row: usize, field: &str) -> Cell {
        self.rows[row][self.names.iter().position(|name| name == field).expect("a column")].clone()
    }

    fn compared(&self, field: &str) -> Compared {
        Compared::of_field(self.snapshot.find(field).expect("a field"))
    }
}

/// Checks a whole summary.
pub(super) fn check(snapshot: &TableSnapshot, page: &Page, spec: &ViewSpec, found: &Summary) {
    let cells = Cells::new(snapshot, page);
    let rows: Vec<usize> = (0..page.len()).collect();
    check_group(&cells, &rows, spec, 0, found.whole(), &mut Vec::new());
}

fn check_group(
    cells: &Cells<'_>,
    rows: &[usize],
    spec: &ViewSpec,
    level: usize,
    found: &SummaryGroup,
    path: &mut Vec<String>,
) {
    assert_eq!(found.count(), i64::try_from(rows.len()).unwrap(), "{path:?} of {:?}", spec.group);
    for (asked, aggregated) in spec.aggregates.iter().zip(found.aggregates()) {
        let values: Vec<Cell> = rows.iter().map(|row| cells.cell(*row, &asked.field)).collect();
        let expected = aggregate(&asked.function, &values);
        assert_eq!(*aggregated, expected, "{asked:?} in {path:?} of {:?}", spec.group);
    }
    assert_eq!(found.aggregates().len(), spec.aggregates.len());
    let Some(by) = spec.group.get(level) else {
        assert!(found.groups().is_empty());
        return;
    };
    let key = |row: usize| cells.cell(row, &by.field).map(|value| bucketed(value, by));
    let mut left = rows.len();
    let mut before: Option<Cell> = None;
    for group in found.groups() {
        let own: Cell = if group.is_error() { Err(()) } else { Ok(group.value().into_owned()) };
        let inside: Vec<usize> = rows.iter().copied().filter(|row| key(*row) == own).collect();
        left -= inside.len();
        path.push(format!("{own:?}"));
        if inside.is_empty() {
            let of_options = cells.compared(&by.field).family().groups == Groups::OfOptions;
            assert!(level == 0 && of_options, "{path:?}");
            assert_eq!(group.count(), 0);
        } else {
            check_group(cells, &inside, spec, level + 1, group, path);
        }
        path.pop();
        if let Some(before) = &before {
            assert!(precedes(cells, by, before, &own), "{before:?} before {own:?} in {by:?}");
        }
        before = Some(own);
    }
    assert_eq!(left, 0, "each record is in one group: {path:?} of {:?}", spec.group);
}

fn bucketed(value: Value<'static>, by: &GroupBy) -> Value<'static> {
    let day = match (&value, by.bucket) {
        (_, None) | (Value::Null, _) => return value,
        (Value::Number(number), Some(Bucket::Size(size))) => {
            return Value::Number(((number / size).floor() * size).normalize());
        }
        (Value::Date(day), _) => *day,
        (Value::DateTime(at), _) => at.with_timezone(&by.zone.unwrap_or(chrono_tz::Tz::UTC)).date_naive(),
        other => panic!("no buckets for {other:?}"),
    };
    let first = |month: u32| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap();
    Value::Date(match by.bucket {
        Some(Bucket::Week) => day - TimeDelta::days(day.weekday().num_days_from_monday().into()),
        Some(Bucket::Month) => first(day.month()),
        Some(Bucket::Quarter) => first(day.month0() / 3 * 3 + 1),
        Some(Bucket::Year) => first(1),
        _ => day,
    })
}

/// Whether two neighbours are in order, as far as that is plain: texts go by a collation.
fn precedes(cells: &Cells<'_>, by: &GroupBy, a: &Cell, b: &Cell) -> bool {
    let empty = by.empty.unwrap_or(match by.direction {
        Direction::Ascending => EmptyPlace::First,
        Direction::Descending => EmptyPlace::Last,
    });
    let (a, b) = match (a, b) {
        (Err(()), _) => return false,
        (_, Err(())) => return true,
        (Ok(Value::Null), _) => return empty == EmptyPlace::First,
        (_, Ok(Value::Null)) => return empty == EmptyPlace::Last,
        (Ok(a), Ok(b)) => (a, b),
    };
    let compared = cells.compared(&by.field);
    let rises = match (a, b, compared.options()) {
        (Value::Text(_), _, []) => return true,
        (Value::Text(a), Value::Text(b), options) => {
            let rank = |name: &str| options.iter().position(|option| option.name == name);
            rank(a) < rank(b)
        }
        (Value::Number(a), Value::Number(b), _) => a < b,
        (Value::Bool(a), Value::Bool(b), _) => a < b,
        (Value::Date(a), Value::Date(b), _) => a < b,
        (Value::DateTime(a), Value::DateTime(b), _) => a < b,
        (Value::List(a), Value::List(b), _) => a.len() < b.len(),
        other => panic!("{other:?} in one column"),
    };
    rises == (by.direction == Direction::Ascending)
}

fn computed(source: &str, a: Decimal, b: Decimal) -> Value<'static> {
    let fields = [("a", Type::Number), ("b", Type::Number)];
    let program = Formula::parse(source).unwrap().check(&fields, &Functions::standard()).unwrap();
    let slots: Vec<Value<'_>> = program
        .fields()
        .iter()
        .map(|slot| Value::from(if slot.key() == Some("a") { a } else { b }))
        .collect();
    program.eval(&slots, &Context::system()).unwrap().into_owned()
}

fn aggregate(function: &str, cells: &[Cell]) -> Aggregated {
    let errors = cells.iter().filter(|cell| cell.is_err()).count();
    let filled: Vec<&Value<'static>> =
        cells.iter().filter_map(|cell| cell.as_ref().ok()).filter(|value| **value != Value::Null).collect();
    let unique: HashSet<String> = filled.iter().map(|value| format!("{value:?}")).collect();
    let on = filled.iter().filter(|value| ***value == Value::Bool(true)).count();
    let counted = |function: &str| match function {
        "count" => cells.len(),
        "empty" => cells.len() - filled.len() - errors,
        "filled" => filled.len(),
        "unique" => unique.len(),
        "errors" => errors,
        "checked" => on,
        "unchecked" => cells.len() - on - errors,
        other => panic!("no count `{other}`"),
    };
    let decimal = |count: usize| Decimal::from(count);
    match function {
        "count" | "empty" | "filled" | "unique" | "errors" | "checked" | "unchecked" => {
            return Aggregated::Value(Value::from(decimal(counted(function))));
        }
        _ => {}
    }
    if let Some(function) = function.strip_prefix("percent_") {
        return Aggregated::Value(match cells.len() {
            0 => Value::Null,
            all => computed("100 * {a} / {b}", decimal(counted(function)), decimal(all)),
        });
    }
    if errors > 0 {
        return Aggregated::Errors(i64::try_from(errors).unwrap());
    }
    Aggregated::Value(over(function, &filled))
}

fn over(function: &str, filled: &[&Value<'static>]) -> Value<'static> {
    if filled.is_empty() {
        return if function == "sum" { Value::from(0) } else { Value::Null };
    }
    if matches!(filled[0], Value::Date(_) | Value::DateTime(_)) {
        let mut moments: Vec<_> = filled
            .iter()
            .map(|value| match value {
                Value::Date(day) => (day.and_hms_opt(0, 0, 0).unwrap(), (*value).clone()),
                Value::DateTime(at) => (at.naive_utc(), (*value).clone()),
                other => panic!("{other:?} among dates"),
            })
            .collect();
        moments.sort_by_key(|(at, _)| *at);
        let (first, last) = (moments[0].clone(), moments[moments.len() - 1].clone());
        return match function {
            "earliest" => first.1,
            "latest" => last.1,
            "range_days" => Value::from((last.0 - first.0).num_days()),
            other => panic!("no aggregate `{other}` of dates"),
        };
    }
    let mut numbers: Vec<Decimal> = filled
        .iter()
        .map(|value| match value {
            Value::Number(number) => *number,
            other => panic!("{other:?} among numbers"),
        })
        .collect();
    numbers.sort();
    let n = numbers.len();
    // The first that this part of all values does not exceed.
    let nth = |part: &str| {
        let rank = (part.parse::<Decimal>().unwrap() * Decimal::from(n))
            .round_dp_with_strategy(0, RoundingStrategy::ToPositiveInfinity);
        numbers[usize::try_from(rank).unwrap().max(1) - 1]
    };
    let sum: Decimal = numbers.iter().sum();
    match function {
        "sum" => Value::from(sum),
        "average" => computed("{a} / {b}", sum, Decimal::from(n)),
        "median" => computed("{a} / {b}", numbers[(n - 1) / 2] + numbers[n / 2], Decimal::TWO),
        "min" => Value::from(numbers[0]),
        "max" => Value::from(numbers[n - 1]),
        "range" => Value::from(numbers[n - 1] - numbers[0]),
        "variance" | "stddev" if n < 2 => Value::Null,
        "variance" | "stddev" => {
            // Whole numbers of the smallest place keep this exact.
            let squares: Decimal = numbers.iter().map(|number| number * number).sum();
            let count = Decimal::from(n);
            let source = if function == "variance" { "{a} / {b}" } else { "SQRT({a} / {b})" };
            computed(source, count * squares - sum * sum, count * (count - Decimal::ONE))
        }
        "p10" => Value::from(nth("0.1")),
        "p25" => Value::from(nth("0.25")),
        "p75" => Value::from(nth("0.75")),
        "p90" => Value::from(nth("0.9")),
        "p99" => Value::from(nth("0.99")),
        other => panic!("no aggregate `{other}` of numbers"),
    }
}
