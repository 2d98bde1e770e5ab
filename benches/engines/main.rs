//! Our formulas and those of general-purpose engines that have text and types, on the same rows in one run.
//! Each engine is driven the way its own documentation does it.
//!
//! `cargo bench --manifest-path benches/engines/Cargo.toml`; a package of its own, so that nothing else builds
//! the other engines.

#[expect(dead_code, reason = "it has a main of its own")]
#[path = "../formula_eval.rs"]
mod formula_eval;

use std::hint::black_box;
use std::time::Duration;

use rust_decimal::Decimal;

use formula_eval::{Data, ROWS, measure, report};

fn main() {
    let data = Data::new();
    println!("{ROWS} rows, ns per row and ratio to the native loop\n");
    let native = formula_eval::arithmetic(&data);
    arithmetic(&data, native);
    println!();
    let native = formula_eval::texts(&data);
    texts(&data, native);
    println!();
    formula_eval::checking();
}

fn arithmetic(data: &Data, native: Duration) {
    let number = |number: &Decimal| f64::try_from(*number).unwrap_or(0.0);
    let engine = rhai::Engine::new();
    let ast = engine.compile_expression("price * quantity * (1.0 - discount)").expect("a script");
    let mut scope = rhai::Scope::new();
    let rhai = measure(|| {
        for row in 0..ROWS {
            scope.set_value("price", number(&data.price[row]));
            scope.set_value("quantity", number(&data.quantity[row]));
            scope.set_value("discount", number(&data.discount[row]));
            black_box(engine.eval_ast_with_scope::<f64>(&mut scope, &ast).ok());
        }
    });
    report("rhai (binary floating point)", rhai, native);
    let program =
        cel_interpreter::Program::compile("price * quantity * (1.0 - discount)").expect("a program");
    let root = cel_interpreter::Context::default();
    let cel = measure(|| {
        for row in 0..ROWS {
            let mut context = root.new_inner_scope();
            context.add_variable_from_value("price", number(&data.price[row]));
            context.add_variable_from_value("quantity", number(&data.quantity[row]));
            context.add_variable_from_value("discount", number(&data.discount[row]));
            black_box(program.execute(&context).ok());
        }
    });
    report("cel (binary floating point)", cel, native);
}

fn texts(data: &Data, native: Duration) {
    let number = |number: &Decimal| i64::try_from(*number).unwrap_or(0);
    let engine = rhai::Engine::new();
    let script = r#"if qty > 10 { (first + " " + last).to_upper() } else { first + "-" + code }"#;
    let ast = engine.compile(script).expect("a script");
    let mut scope = rhai::Scope::new();
    let rhai = measure(|| {
        for row in 0..ROWS {
            scope.set_value("qty", number(&data.quantity[row]));
            scope.set_value("first", data.first[row].clone());
            scope.set_value("last", data.last[row].clone());
            scope.set_value("code", data.code[row].clone());
            black_box(engine.eval_ast_with_scope::<String>(&mut scope, &ast).ok());
        }
    });
    report("rhai", rhai, native);
    let script = r#"qty > 10 ? upper(first + " " + last) : first + "-" + code"#;
    let program = cel_interpreter::Program::compile(script).expect("a program");
    let mut root = cel_interpreter::Context::default();
    root.add_function("upper", |text: std::sync::Arc<String>| text.to_uppercase());
    let cel = measure(|| {
        for row in 0..ROWS {
            let mut context = root.new_inner_scope();
            context.add_variable_from_value("qty", number(&data.quantity[row]));
            context.add_variable_from_value("first", data.first[row].clone());
            context.add_variable_from_value("last", data.last[row].clone());
            context.add_variable_from_value("code", data.code[row].clone());
            black_box(program.execute(&context).ok());
        }
    });
    report("cel", cel, native);
}
