//! The tables of the demo.

use docpal_core::{FieldSpec, TableSpec};

pub(super) const COUNTRIES: &[&str] =
    &["Denmark", "France", "Germany", "Italy", "Portugal", "Spain", "Sweden"];
pub(super) const CATEGORIES: &[&str] = &["Beans", "Ground", "Capsules", "Tea", "Equipment"];
pub(super) const STATUSES: &[&str] = &["Draft", "Confirmed", "Shipped", "Paid"];

const EUROS: &str = r#"{"code": "EUR", "scale": 2}"#;

pub(super) fn customers() -> TableSpec {
    described("Customers", "Who buys")
        .field(FieldSpec::new("name", "text").required())
        .field(FieldSpec::new("country", "single_select").options(&select(COUNTRIES)))
        .field(FieldSpec::new("email", "email"))
        .field(FieldSpec::new("since", "date"))
        .field(FieldSpec::new("credit_limit", "currency").options(EUROS))
        .field(FieldSpec::new("newsletter", "switch"))
        .field(FieldSpec::formula("years", r#"DATETIME_DIFF(TODAY(), {since}, "years")"#))
}

pub(super) fn products() -> TableSpec {
    described("Products", "What is sold")
        .field(FieldSpec::new("name", "text").required().unique())
        .field(FieldSpec::new("category", "single_select").options(&select(CATEGORIES)))
        .field(FieldSpec::new("unit_price", "currency").options(EUROS).required())
        .field(FieldSpec::new("cost", "currency").options(EUROS))
        .field(FieldSpec::new("in_stock", "number").options(r#"{"min": 0, "scale": 0}"#))
        .field(FieldSpec::formula("margin", "ROUND(({unit_price} - {cost}) / {unit_price}, 3)"))
        .field(FieldSpec::formula("stock_note", r#"IF({in_stock} < 25, "order more", "")"#))
}

pub(super) fn orders() -> TableSpec {
    described("Orders", "What customers want")
        .field(FieldSpec::new("number", "number").options(r#"{"scale": 0}"#).required().unique())
        .field(FieldSpec::new("customer", "text").required())
        .field(FieldSpec::new("status", "single_select").options(&select(STATUSES)).default_value("Draft"))
        .field(FieldSpec::new("ordered_on", "date").default_value("today"))
        .field(FieldSpec::new("shipped_on", "date"))
        .field(FieldSpec::new("note", "long_text"))
        .field(FieldSpec::formula("days_to_ship", r#"DATETIME_DIFF({shipped_on}, {ordered_on}, "days")"#))
}

pub(super) fn lines() -> TableSpec {
    described("Order lines", "What each order is made of")
        .field(FieldSpec::new("order", "number").options(r#"{"scale": 0}"#).required())
        .field(FieldSpec::new("product", "text").required())
        .field(FieldSpec::new("unit_price", "currency").options(EUROS).required())
        .field(FieldSpec::new("quantity", "number").options(r#"{"min": 1, "scale": 0}"#).default_value(1))
        .field(FieldSpec::new("discount", "percent").options(r#"{"min": 0, "max": 1}"#).default_value(0))
        .field(FieldSpec::formula("line_total", "{unit_price} * {quantity} * (1 - {discount})"))
}

fn described(name: &str, about: &str) -> TableSpec {
    TableSpec::new(name).description(about)
}

fn select(options: &[&str]) -> String {
    let quoted: Vec<String> = options.iter().map(|option| format!("\"{option}\"")).collect();
    format!(r#"{{"options": [{}]}}"#, quoted.join(", "))
}
