//! `docpal-server formula`: check and evaluate one formula.

use docpal_core::field_types::{read_day, read_instant, read_number};
use docpal_core::json_out::JsonFormat;
use docpal_core::{Json, names};
use docpal_formula::{Context, Errors, Formula, Functions, Type, Value};

use super::problem::Problem;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The formula, as '{price} * {quantity}'
    formula: String,
    /// A field and its value: what the value looks like, or of the type behind the name, as 'postcode:text=00123' (number,
    /// text, bool, date or datetime); may be given more than once
    #[arg(long = "field", value_name = "NAME[:TYPE]=VALUE", value_parser = field)]
    fields: Vec<Field>,
}

/// The types that a field can have here.
const TYPES: [&str; 5] = ["number", "text", "bool", "date", "datetime"];
const ONE_OF: &str = "a field here is number, text, bool (as a switch is), date or datetime";

/// A field of the formula.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    ty: Type,
    value: Value<'static>,
}

pub(crate) fn run(options: &Options) -> Result<(), Problem> {
    let types: Vec<(String, Type)> =
        options.fields.iter().map(|field| (field.name.clone(), field.ty.clone())).collect();
    let refused = |errors: Errors| Problem::new(errors.to_string().trim_end());
    let formula = Formula::parse(&options.formula).map_err(refused)?;
    known_types(&options.fields, &formula.field_names())?;
    let program = formula.check(&types, &Functions::standard()).map_err(refused)?;
    for warning in program.warnings() {
        let help = warning.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        super::note(&format!("warning[{}]: {}{help}", warning.code, warning.message));
    }
    let row: Vec<Value<'_>> = program
        .fields()
        .iter()
        .map(|slot| {
            let named = options.fields.iter().rev().find(|field| Some(field.name.as_str()) == slot.key());
            named.map_or(Value::Null, |field| field.value.borrowed())
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

/// Refuses a type that does not exist: the formula has a field of what stands before the colon, and none of the whole.
fn known_types(fields: &[Field], used: &[&str]) -> Result<(), Problem> {
    let wrong = fields.iter().find_map(|field| {
        let (name, ty) = field.name.rsplit_once(':')?;
        (used.contains(&name) && !used.contains(&field.name.as_str())).then_some((name, ty))
    });
    wrong.map_or(Ok(()), |(name, ty)| {
        let near = names::suggestion(names::nearest(ty, TYPES));
        Err(Problem::new(format!("--field {name}:{ty}: there is no type `{ty}`; {ONE_OF}{near}")))
    })
}

fn field(text: &str) -> Result<Field, String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE or NAME:TYPE=VALUE")?;
    // A name may have a colon of its own.
    let typed = name.rsplit_once(':').and_then(|(name, ty)| Some((name, ty.parse::<Type>().ok()?)));
    let (name, ty, value) = match typed {
        Some((name, ty)) => {
            let value = if value.is_empty() { Value::Null } else { typed_value(&ty, value)? };
            (name, ty, value)
        }
        None => {
            let value = plain_value(value);
            (name, if value == Value::Null { Type::Text } else { value.ty() }, value)
        }
    };
    Ok(Field { name: name.to_owned(), ty, value })
}

/// A value of a type.
fn typed_value(ty: &Type, text: &str) -> Result<Value<'static>, String> {
    match (ty, text) {
        (Type::Text, _) => Ok(Value::from(text.to_owned())),
        (Type::Number, _) => read_number(&Json::from(text)).map(Value::Number).map_err(|fault| fault.message),
        (Type::Bool, "true") => Ok(Value::Bool(true)),
        (Type::Bool, "false") => Ok(Value::Bool(false)),
        (Type::Bool, _) => Err("expected true or false".to_owned()),
        (Type::Date, _) => read_day(text).map(Value::Date).map_err(|fault| fault.message),
        (Type::DateTime, _) => read_instant(text).map(Value::DateTime).map_err(|fault| fault.message),
        _ => Err(ONE_OF.to_owned()),
    }
}

/// A value by what it looks like.
fn plain_value(text: &str) -> Value<'static> {
    match text {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => read_number(&Json::from(text))
            .map(Value::Number)
            .or_else(|_| read_day(text).map(Value::Date))
            .or_else(|_| read_instant(text).map(Value::DateTime))
            .unwrap_or_else(|_| Value::from(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_of_the_type_behind_its_name() {
        for (text, name, value) in [
            ("p:text=00123", "p", Value::from("00123")),
            ("p=00123", "p", Value::Number(123.into())),
            ("at:12=x", "at:12", Value::from("x")),
            ("n:number=", "n", Value::Null),
            ("a:text=b=c", "a", Value::from("b=c")),
        ] {
            let field = field(text).unwrap();
            assert_eq!((field.name.as_str(), field.value), (name, value), "{text}");
        }
        assert_eq!(field("n:number=").unwrap().ty, Type::Number);
        assert!(field("n:number=many").is_err());
        assert!(field("n").is_err());
    }
}
