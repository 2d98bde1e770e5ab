//! One more column for a CSV file: a formula over its columns, computed by column.
//!
//! `cargo run --example csv_column -- orders.csv '{price} * {quantity}'`; without arguments it shows a small file of
//! its own. The result goes to the standard output; a wrong formula or file is told on the standard error.

#![expect(clippy::print_stderr, reason = "an example prints")]

use std::collections::HashSet;
use std::error::Error;
use std::io::{self, Read};
use std::process::ExitCode;

use chrono::NaiveDate;
use docpal::formula::{Batch, Column, Context, Formula, Functions, Type, Value};
use rust_decimal::Decimal;

/// A price that is no number makes the column a text: `VALUE` reads it, and its row shows the error.
const ORDERS: &str = "\
item,price,quantity,ordered
\"Pencil, black\",0.95,120,2024-02-28
Notebook,4.50,,2024-02-29
\"Lamp \"\"Moon\"\"\",ask us,1,
\"Desk, oak\",219.90,2,2024-03-01
";
const TOTAL: &str = "ROUND(VALUE({price}) * {quantity} * IF({ordered} < '2024-03-01', 1 - 10%, 1), 2)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [] => add_column(ORDERS.as_bytes(), TOTAL),
        [path, formula] => std::fs::File::open(path)
            .map_err(|error| format!("cannot read `{path}`: {error}").into())
            .and_then(|file| add_column(file, formula)),
        _ => Err("usage: csv_column FILE FORMULA".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads a CSV file with a header and writes it with the results of `source` as its last column.
fn add_column(file: impl Read, source: &str) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers()?.clone();
    let mut names = HashSet::new();
    if let Some(name) = header.iter().find(|name| !names.insert(*name)) {
        return Err(format!("the file has two columns named `{name}`").into());
    }
    // The type of a column is known only when all of its cells are.
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let cells: Vec<Cells<'_>> = (0..header.len())
        .map(|column| Cells::read(rows.iter().map(|row| row.get(column).unwrap_or_default()).collect()))
        .collect();

    let fields: Vec<(&str, Type)> =
        header.iter().zip(&cells).map(|(name, cells)| (name, cells.ty())).collect();
    let program = Formula::parse(source)?.check(&fields, &Functions::standard())?;
    let columns: Vec<Column<'_>> = program
        .fields()
        .iter()
        .filter_map(|slot| {
            let (_, cells) = header.iter().zip(&cells).find(|(name, _)| slot.key() == Some(*name))?;
            Some(cells.column())
        })
        .collect();
    if columns.len() < program.fields().len() {
        return Err("a file has no record properties, such as RECORD_ID()".into());
    }
    let results = program.eval_batch(rows.len(), &columns, &Context::system());

    let mut writer = csv::Writer::from_writer(io::stdout().lock());
    writer.write_record(header.iter().chain([source]))?;
    for (i, row) in rows.iter().enumerate() {
        writer.write_record(row.iter().chain([shown(&results, i).as_str()]))?;
    }
    writer.flush()?;
    Ok(())
}

/// A result as a cell: blank is empty, an error is its code.
fn shown(results: &Batch, row: usize) -> String {
    match results.get(row) {
        Some(Ok(value)) => value.to_string(),
        Some(Err(error)) => format!("#{}", error.code()),
        None => String::new(),
    }
}

/// The cells of a column by its type; an empty cell is blank.
enum Cells<'a> {
    Numbers(Vec<Option<Decimal>>),
    Dates(Vec<Value<'a>>),
    Texts(Vec<Value<'a>>),
}

impl<'a> Cells<'a> {
    /// Numbers or dates when every filled cell is one, else texts; a column without any is of texts.
    fn read(cells: Vec<&'a str>) -> Self {
        if cells.iter().all(|cell| cell.is_empty()) {
            return Self::Texts(vec![Value::Null; cells.len()]);
        }
        if let Some(numbers) = each(&cells, |cell| Decimal::from_str_exact(cell).ok()) {
            return Self::Numbers(numbers);
        }
        if let Some(dates) = each(&cells, date) {
            return Self::Dates(dates.into_iter().map(Value::from).collect());
        }
        Self::Texts(cells.into_iter().map(|cell| (!cell.is_empty()).then_some(cell).into()).collect())
    }

    fn ty(&self) -> Type {
        match self {
            Self::Numbers(_) => Type::Number,
            Self::Dates(_) => Type::Date,
            Self::Texts(_) => Type::Text,
        }
    }

    fn column(&self) -> Column<'_> {
        match self {
            Self::Numbers(numbers) => Column::Numbers(numbers),
            Self::Dates(values) | Self::Texts(values) => Column::Values(values),
        }
    }
}

/// Every filled cell read, or nothing when one of them cannot be.
fn each<T>(cells: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
    cells.iter().map(|cell| if cell.is_empty() { Some(None) } else { read(cell).map(Some) }).collect()
}

/// A date as `YYYY-MM-DD` and in no other form.
fn date(cell: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok().filter(|_| cell.len() == 10)
}
