//! docs/functions.md is what the registry says.

use std::fmt::Write;
use std::path::Path;

use docpal_formula::{Category, FunctionRef, Functions, Laziness, ParamType, Returns, Volatility};

const CATEGORIES: [(Category, &str); 7] = [
    (Category::Logic, "Logic"),
    (Category::Number, "Numbers"),
    (Category::Text, "Text"),
    (Category::Date, "Dates"),
    (Category::List, "Lists"),
    (Category::Record, "The record"),
    (Category::Json, "JSON"),
];

fn reference() -> String {
    let functions: Vec<FunctionRef> = Functions::standard().iter().collect();
    let mut page = String::from(
        "# Functions\n\nWritten from the registry by a test; `DOCPAL_BLESS=1 cargo test -p docpal-formula` writes it anew.\n",
    );
    for (category, title) in CATEGORIES {
        let _ = write!(page, "\n## {title}\n");
        for function in functions.iter().filter(|function| function.category() == category) {
            entry(function, &mut page);
        }
    }
    page
}

fn entry(function: &FunctionRef, page: &mut String) {
    let signature = function.signature();
    let _ = write!(page, "\n### {}\n\n`{}({signature})`", function.name(), function.name());
    let returns = returns(signature.returns());
    if !returns.is_empty() {
        let _ = write!(page, " → {returns}");
    }
    if !function.aliases().is_empty() {
        let _ = write!(page, ", also `{}`", function.aliases().join("`, `"));
    }
    let _ = write!(page, "\n\n{}\n", function.doc());
    if function.laziness() == Laziness::Lazy {
        page.push_str("\nLazy: computes only the arguments it needs.\n");
    }
    if function.volatility() == Volatility::Volatile {
        page.push_str("\nReads the clock: its value changes with time.\n");
    }
    let params: Vec<String> = signature
        .params()
        .iter()
        .filter(|param| !matches!(param.ty, ParamType::Any | ParamType::Same(_)))
        .map(|param| format!("`{}`: {}", param.name, param.ty))
        .collect();
    if !params.is_empty() {
        let _ = write!(page, "\n{}\n", params.join("; "));
    }
    if !function.examples().is_empty() {
        page.push_str("\n```text\n");
        for example in function.examples() {
            let _ = writeln!(page, "{} → {}", example.formula, example.result);
        }
        page.push_str("```\n");
    }
}

fn returns(returns: Returns) -> &'static str {
    match returns {
        Returns::Number => "number",
        Returns::Text => "text",
        Returns::Bool => "bool",
        Returns::Date => "date",
        Returns::DateTime => "datetime",
        Returns::Json => "json",
        Returns::ListOf(_) => "list",
        _ => "",
    }
}

#[test]
fn the_function_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/functions.md");
    let page = reference();
    if std::env::var_os("DOCPAL_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the reference can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/functions.md is stale: run with DOCPAL_BLESS=1");
}
