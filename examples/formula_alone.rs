//! The formula language without a database: mistakes, one row, and a batch of rows by column.
//!
//! `cargo run --example formula_alone`

#![expect(clippy::print_stdout, reason = "an example prints")]

use docpal::formula::{Column, Context, Formula, Functions, Type, Value};

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

    println!("Many rows, computed by column; a file's columns are in the example csv_column:");
    let total = Formula::parse("{price} * {quantity}")?.check(&fields, &functions)?;
    // Numbers of one scale as integers, such as cents: the fastest form. A blank place holds 0.
    let columns = [
        Column::Fixed { values: &[95, 450, 3990], scale: 2, blanks: &[] },
        Column::Fixed { values: &[120, 30, 0], scale: 0, blanks: &[false, false, true] },
    ];
    let totals = total.eval_batch(3, &columns, &context);
    for (row, item) in ["Pencil", "Notebook", "Lamp"].into_iter().enumerate() {
        match totals.get(row) {
            Some(Ok(value)) => println!("  {item:<10} {value}"),
            Some(Err(error)) => println!("  {item:<10} {error}"),
            None => {}
        }
    }
    Ok(())
}
