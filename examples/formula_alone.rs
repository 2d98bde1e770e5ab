//! The formula language without a database: mistakes, one row, and a whole column of a CSV file.
//!
//! `cargo run --example formula_alone`

#![expect(clippy::print_stdout, reason = "an example prints")]

use docpal::formula::{Column, Context, Formula, Functions, Type, Value};

const ORDERS: &str = "\
item,price,quantity
Pencil,0.95,120
Notebook,4.50,30
Lamp,39.90,
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let functions = Functions::standard();
    let fields = [("item", Type::Text), ("price", Type::Number), ("quantity", Type::Number)];
    let context = Context::system();

    println!("A formula with mistakes shows all of them:\n");
    if let Err(errors) = Formula::parse("ROUDN({prise} * {quantity}, 2) & DATEADD(NOW(), 1, 'dya')")
        .and_then(|formula| formula.check(&fields, &functions))
    {
        println!("{errors}");
    }

    println!("One row:");
    let label_source = "UPPER(LEFT({item}, 3)) & '-' & {quantity}";
    let label = Formula::parse(label_source)?.check(&fields, &functions)?;
    let row = [Value::from("Pencil"), Value::from(120)];
    println!("  {label_source} = {}\n", label.eval(&row, &context)?);

    println!("A column of a CSV file, computed by column:");
    let total = Formula::parse("{price} * {quantity}")?.check(&fields, &functions)?;
    let number = |line: &str, index: usize| line.split(',').nth(index).and_then(|cell| cell.parse().ok());
    let lines: Vec<&str> = ORDERS.lines().skip(1).collect();
    let prices: Vec<_> = lines.iter().map(|line| number(line, 1)).collect();
    let quantities: Vec<_> = lines.iter().map(|line| number(line, 2)).collect();
    let columns = [Column::Numbers(&prices), Column::Numbers(&quantities)];
    let totals = total.eval_batch(lines.len(), &columns, &context);
    for (row, line) in lines.iter().enumerate() {
        match totals.get(row) {
            Some(Ok(value)) => println!("  {line:<22} total {value}"),
            Some(Err(error)) => println!("  {line:<22} {error}"),
            None => {}
        }
    }
    Ok(())
}
