//! Fields with values, and the outcome of a formula over them as one text.

use docpal_formula::{Context, Errors, Formula, Functions, Program, Type, Value};

/// A field of a test with its value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    name: &'static str,
    ty: Type,
    value: Value<'static>,
}

impl Field {
    pub(crate) fn new(name: &'static str, ty: Type, value: Value<'static>) -> Self {
        Self { name, ty, value }
    }

    /// A number; the empty text is blank.
    pub(crate) fn number(name: &'static str, value: &str) -> Self {
        Self::new(name, Type::Number, value.parse::<rust_decimal::Decimal>().ok().into())
    }

    /// A text; the empty text is blank.
    pub(crate) fn text(name: &'static str, value: &'static str) -> Self {
        Self::new(name, Type::Text, (!value.is_empty()).then_some(value).into())
    }

    /// A date; the empty text is blank.
    pub(crate) fn date(name: &'static str, value: &str) -> Self {
        Self::new(name, Type::Date, value.parse::<chrono::NaiveDate>().ok().into())
    }

    /// An instant; the empty text is blank.
    pub(crate) fn datetime(name: &'static str, value: &str) -> Self {
        Self::new(name, Type::DateTime, value.parse::<chrono::DateTime<chrono::Utc>>().ok().into())
    }
}

/// The clock of all tests: 29 February 2024, a Thursday.
/// A field of every type.
pub(crate) fn fields() -> Vec<(&'static str, Type)> {
    vec![
        ("n", Type::Number),
        ("m", Type::Number),
        ("t", Type::Text),
        ("b", Type::Bool),
        ("d", Type::Date),
        ("at", Type::DateTime),
        ("l", Type::list(Type::Number)),
        ("j", Type::Json),
    ]
}

pub(crate) fn context() -> Context {
    Context::new("2024-02-29T12:34:56Z".parse().expect("an instant"))
}

pub(crate) fn program(source: &str, fields: &[Field]) -> Result<Program, Errors> {
    let types: Vec<(&str, Type)> = fields.iter().map(|field| (field.name, field.ty.clone())).collect();
    Formula::parse(source)?.check(&types, &Functions::standard())
}

/// The value's text, `<null>`, `#code` of an evaluation error or `!code` of the first finding.
pub(crate) fn outcome(source: &str, fields: &[Field]) -> String {
    let program = match program(source, fields) {
        Ok(program) => program,
        Err(errors) => return format!("!{}", errors.first().code),
    };
    let value_of = |key: &str| fields.iter().find(|field| field.name == key).map(|field| field.value.clone());
    let row: Vec<Value<'_>> = program.fields().iter().filter_map(|slot| value_of(slot.key()?)).collect();
    let outcome = program.eval(&row, &context());
    match outcome {
        Ok(Value::Null) => "<null>".to_owned(),
        Ok(value) => value.to_string(),
        Err(error) => format!("#{}", error.code()),
    }
}
