//! Formula evaluation against the same work written in Rust.
//!
//! `cargo bench --bench formula_eval` prints nanoseconds per row, the median of nine runs in CPU time of the
//! thread, so that a busy machine does not disturb, and ratios to the native loop of the same run. The package
//! in `benches/engines` runs this and other engines on the same rows.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use docpal::formula::{Column, Context, EvalError, Formula, Functions, Program, Row, Type, Value};
use rust_decimal::Decimal;

pub(crate) const ROWS: usize = 100_000;
const RUNS: usize = 9;

fn main() {
    let data = Data::new();
    println!("{ROWS} rows, median of {RUNS} runs, ns per row and ratio to the native loop\n");
    arithmetic(&data);
    println!();
    texts(&data);
    println!();
    checking();
}

/// Columns of a made-up order table.
pub(crate) struct Data {
    pub(crate) price: Vec<Decimal>,
    pub(crate) quantity: Vec<Decimal>,
    pub(crate) discount: Vec<Decimal>,
    pub(crate) first: Vec<String>,
    pub(crate) last: Vec<String>,
    pub(crate) code: Vec<String>,
}

impl Data {
    pub(crate) fn new() -> Self {
        // A fixed sequence of pseudo-random numbers: every run computes the same.
        let mut state = 0x2545_f491_4f6c_dd1du64;
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            i64::try_from(state % below).unwrap_or(0)
        };
        let mut data = Self {
            price: Vec::new(),
            quantity: Vec::new(),
            discount: Vec::new(),
            first: Vec::new(),
            last: Vec::new(),
            code: Vec::new(),
        };
        for row in 0..ROWS {
            data.price.push(Decimal::new(next(100_000), 2));
            data.quantity.push(Decimal::new(next(21), 0));
            data.discount.push(Decimal::new(next(50), 2));
            data.first.push(format!("First{}", next(1_000)));
            data.last.push(format!("Lastname{}", next(1_000)));
            data.code.push(format!("C-{row}"));
        }
        data
    }

    fn value(&self, key: &str, row: usize) -> Value<'_> {
        match key {
            "price" => self.price[row].into(),
            "quantity" | "qty" => self.quantity[row].into(),
            "discount" => self.discount[row].into(),
            "first" => self.first[row].as_str().into(),
            "last" => self.last[row].as_str().into(),
            _ => self.code[row].as_str().into(),
        }
    }
}

/// A row that reads the columns where they are.
struct DataRow<'a> {
    slots: &'a [SlotOf<'a>],
    row: usize,
}

enum SlotOf<'a> {
    Number(&'a [Decimal]),
    Text(&'a [String]),
}

impl Row for DataRow<'_> {
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        Ok(match &self.slots[slot] {
            SlotOf::Number(numbers) => Value::Number(numbers[self.row]),
            SlotOf::Text(texts) => Value::from(texts[self.row].as_str()),
        })
    }
}

fn program(source: &str) -> Program {
    let fields = [
        ("price", Type::Number),
        ("quantity", Type::Number),
        ("discount", Type::Number),
        ("qty", Type::Number),
        ("first", Type::Text),
        ("last", Type::Text),
        ("code", Type::Text),
    ];
    Formula::parse(source)
        .and_then(|formula| formula.check(&fields, &Functions::standard()))
        .expect("a formula")
}

fn slots<'a>(program: &Program, data: &'a Data) -> Vec<SlotOf<'a>> {
    let slot = |key: &str| match key {
        "price" => SlotOf::Number(&data.price),
        "quantity" | "qty" => SlotOf::Number(&data.quantity),
        "discount" => SlotOf::Number(&data.discount),
        "first" => SlotOf::Text(&data.first),
        "last" => SlotOf::Text(&data.last),
        _ => SlotOf::Text(&data.code),
    };
    program.fields().iter().filter_map(|field| field.key().map(slot)).collect()
}

/// Prints our times and gives that of the native loop.
pub(crate) fn arithmetic(data: &Data) -> Duration {
    const SOURCE: &str = "price * quantity * (1 - discount)";
    println!("{SOURCE}");
    let context = Context::system();
    let program = program(SOURCE);
    let native = measure(|| {
        let mut sum = Decimal::ZERO;
        for ((price, quantity), discount) in data.price.iter().zip(&data.quantity).zip(&data.discount) {
            let total = price.checked_mul(*quantity).zip(Decimal::ONE.checked_sub(*discount));
            sum = black_box(total.and_then(|(total, rest)| total.checked_mul(rest)).unwrap_or(sum));
        }
        sum
    });
    report("native loop of checked decimals", native, native);

    let slots = slots(&program, data);
    let by_row = measure(|| {
        for row in 0..ROWS {
            black_box(program.eval(&DataRow { slots: &slots, row }, &context).ok());
        }
    });
    report("row by row", by_row, native);

    let numbers = |key: &str| (0..ROWS).map(|row| data.value(key, row).as_number()).collect::<Vec<_>>();
    let (price, quantity, discount) = (numbers("price"), numbers("quantity"), numbers("discount"));
    let columns = [Column::Numbers(&price), Column::Numbers(&quantity), Column::Numbers(&discount)];
    let by_column = measure(|| black_box(program.eval_batch(ROWS, &columns, &context)).len());
    report("batch of decimals", by_column, native);

    let scaled = |numbers: &[Decimal]| -> Vec<i64> {
        numbers.iter().map(|number| i64::try_from(number.mantissa()).unwrap_or(0)).collect()
    };
    let (price, quantity, discount) = (scaled(&data.price), scaled(&data.quantity), scaled(&data.discount));
    let columns = [
        Column::Fixed { values: &price, scale: 2, blanks: &[] },
        Column::Fixed { values: &quantity, scale: 0, blanks: &[] },
        Column::Fixed { values: &discount, scale: 2, blanks: &[] },
    ];
    let fixed = measure(|| black_box(program.eval_batch(ROWS, &columns, &context)).len());
    report("batch of fixed-scale integers", fixed, native);
    native
}

/// Prints our times and gives that of the native closure.
pub(crate) fn texts(data: &Data) -> Duration {
    const SOURCE: &str = r#"IF(qty > 10, UPPER(first & " " & last), first & "-" & code)"#;
    println!("{SOURCE}");
    let context = Context::system();
    let program = program(SOURCE);
    let ten = Decimal::TEN;
    let native = measure(|| {
        for row in 0..ROWS {
            let text = if data.quantity[row] > ten {
                format!("{} {}", data.first[row], data.last[row]).to_uppercase()
            } else {
                format!("{}-{}", data.first[row], data.code[row])
            };
            black_box(text);
        }
    });
    report("native closure", native, native);
    let slots = slots(&program, data);
    let by_row = measure(|| {
        for row in 0..ROWS {
            black_box(program.eval(&DataRow { slots: &slots, row }, &context).ok());
        }
    });
    report("row by row", by_row, native);
    native
}

pub(crate) fn checking() {
    let source = r#"IF(AND({price} * {quantity} > 100, {discount} = 0), UPPER({first} & " " & {last}), "small order of " & ROUND({price} * {quantity} * (1 - {discount}), 2) & " for " & LEFT({first}, 1) & ". " & {last} & " " & {code})"#;
    println!("a formula of {} characters", source.len());
    let functions = Functions::standard();
    let fields = [
        ("price", Type::Number),
        ("quantity", Type::Number),
        ("discount", Type::Number),
        ("first", Type::Text),
        ("last", Type::Text),
        ("code", Type::Text),
    ];
    const TIMES: u32 = 1_000;
    let whole = measure(|| {
        for _ in 0..TIMES {
            let formula = Formula::parse(source).expect("a formula");
            black_box(formula.check(&fields, &functions).expect("a program"));
        }
    });
    println!("  {:<40} {:>9.2} us", "parse, resolve and check", micros(whole, TIMES));
    let tokens = measure(|| {
        for _ in 0..TIMES {
            black_box(docpal::formula::editor::tokens(source));
        }
    });
    println!("  {:<40} {:>9.2} us", "tokens for highlighting", micros(tokens, TIMES));
}

/// The median time of a run.
pub(crate) fn measure<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = ThreadTime::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}

pub(crate) fn report(what: &str, time: Duration, native: Duration) {
    let per_row = time.as_nanos() as f64 / ROWS as f64;
    println!("  {what:<40} {per_row:>9.1} ns  {:>7.2} x", time.as_secs_f64() / native.as_secs_f64());
}

fn micros(time: Duration, times: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(times)
}
