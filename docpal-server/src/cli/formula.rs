//! `docpal-server formula`: check and evaluate one formula.

use docpal_core::Json;
use docpal_core::field_types::{read_day, read_instant, read_number};
use docpal_core::json_out::JsonFormat;
use docpal_formula::{Context, Formula, Functions, Type, Value};

use super::problem::Problem;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The formula, as '{price} * {quantity}'
    formula: String,
    /// A field and its value: a number, true or false, a date or datetime, or else a text; may be given more than once
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
    fields: Vec<(String, Value<'static>)>,
}

pub(crate) fn run(options: &Options) -> Result<(), Problem> {
    let types: Vec<(String, Type)> = options
        .fields
        .iter()
        .map(|(name, value)| (name.clone(), if *value == Value::Null { Type::Text } else { value.ty() }))
        .collect();
    let program = Formula::parse(&options.formula)
        .and_then(|formula| formula.check(&types, &Functions::standard()))
        .map_err(|errors| Problem::new(errors.to_string()))?;
    for warning in program.warnings() {
        eprintln!("warning[{}]: {}", warning.code, warning.message);
    }
    let row: Vec<Value<'_>> = program
        .fields()
        .iter()
        .map(|slot| {
            let named = options.fields.iter().rev().find(|(name, _)| Some(name.as_str()) == slot.key());
            named.map_or(Value::Null, |(_, value)| value.borrowed())
        })
        .collect();
    match program.eval(&row, &Context::system()) {
        Ok(value) => {
            let mut out = Vec::new();
            docpal_query::page::write_value(&value, JsonFormat::default(), &mut out);
            super::say(&format!("{}  ({})", String::from_utf8_lossy(&out), program.ty()));
            Ok(())
        }
        Err(error) => Err(Problem::new(format!("{} [{}]", error.message(), error.code()))),
    }
}

fn field(text: &str) -> Result<(String, Value<'static>), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    let json = Json::from(value);
    let value = match value {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => read_number(&json)
            .map(Value::Number)
            .or_else(|_| read_day(value).map(Value::Date))
            .or_else(|_| read_instant(value).map(Value::DateTime))
            .unwrap_or_else(|_| Value::from(value.to_owned())),
    };
    Ok((name.to_owned(), value))
}
