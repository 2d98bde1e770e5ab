//! The inputs of one evaluation, read from a request.

use docpal_core::field_types::{read_day, read_instant, read_number};
use docpal_core::{Error, Json, Result};
use docpal_formula::{ErrorCode, EvalError, Program, Type, Value};

use crate::http::object::{Object, text, wrong_type};

/// Fields with a type and a value each.
#[derive(Debug, Default)]
pub(super) struct Inputs(Vec<(String, Type, Value<'static>)>);

impl Inputs {
    /// Reads `{"price": {"type": "number", "value": 5}}`.
    ///
    /// # Errors
    /// `wrong_type`, `unknown_key`, `invalid_value` with the path.
    pub(super) fn read(fields: Option<Json>) -> Result<Self> {
        let entries = match fields {
            None => return Ok(Self::default()),
            Some(Json::Object(entries)) => entries,
            Some(other) => {
                return Err(wrong_type("fields", "an object of names with `type` and `value`", &other));
            }
        };
        let read = |(name, json): (String, Json)| {
            let path = format!("fields.{name}");
            let mut body = Object::read(json, &path, &["type", "value"])?;
            let ty = read_type(&body.need("type")?, &format!("{path}.type"))?;
            let value = body.take("value").unwrap_or(Json::Null);
            let value = read_value(&ty, value, &format!("{path}.value"))?;
            Ok((name, ty, value))
        };
        entries.into_iter().map(read).collect::<Result<_>>().map(Self)
    }

    /// The names with their types.
    pub(super) fn types(&self) -> Vec<(String, Type)> {
        self.0.iter().map(|(name, ty, _)| (name.clone(), ty.clone())).collect()
    }

    /// The values in the order in which `program` reads them.
    pub(super) fn row<'i>(&'i self, program: &Program) -> Vec<std::result::Result<Value<'i>, EvalError>> {
        let value =
            |key: &str| self.0.iter().find(|(name, ..)| name == key).map(|(.., value)| value.borrowed());
        let missing = || EvalError::with_message(ErrorCode::Unavailable, "there is no record here");
        program.fields().iter().map(|slot| slot.key().and_then(value).ok_or_else(missing)).collect()
    }
}

/// The type that a text names.
///
/// # Errors
/// `wrong_type`, `invalid_value`.
pub(super) fn read_type(json: &Json, path: &str) -> Result<Type> {
    let name = json.as_text().ok_or_else(|| wrong_type(path, "the name of a type", json))?;
    name.parse().map_err(|error: docpal_formula::UnknownType| {
        Error::invalid("invalid_value", path, error.to_string())
    })
}

fn read_value(ty: &Type, json: Json, path: &str) -> Result<Value<'static>> {
    if json == Json::Null {
        return Ok(Value::Null);
    }
    let fault = |fault: docpal_core::field_types::Fault| Error::invalid("invalid_value", path, fault.message);
    Ok(match (ty, json) {
        (Type::Number, json) => Value::Number(read_number(&json).map_err(fault)?),
        (Type::Text, json) => Value::from(text(json, path)?),
        (Type::Bool, Json::Bool(flag)) => Value::Bool(flag),
        (Type::Bool, json) => return Err(wrong_type(path, "true or false", &json)),
        (Type::Date, json) => Value::Date(read_day(&text(json, path)?).map_err(fault)?),
        (Type::DateTime, json) => Value::DateTime(read_instant(&text(json, path)?).map_err(fault)?),
        (Type::Json, json) => Value::Json(std::borrow::Cow::Owned(
            serde_json::from_str(&json.to_string())
                .map_err(|error| Error::invalid("invalid_value", path, error.to_string()))?,
        )),
        (Type::List(item), Json::List(items)) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, json)| read_value(item, json, &format!("{path}[{index}]")))
                .collect::<Result<_>>()?,
        ),
        (Type::List(_), json) => return Err(wrong_type(path, "a list", &json)),
        (Type::Null, json) => return Err(wrong_type(path, "null", &json)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Inputs> {
        Inputs::read(Some(Json::parse(text).unwrap()))
    }

    #[test]
    fn values_are_read_by_their_types() {
        let inputs = read(
            r#"{"n": {"type": "number", "value": 0.1000000000000000000001}, "d": {"type": "date", "value": "2026-01-31"},
                "l": {"type": "list<text>", "value": ["a", null]}, "e": {"type": "text"}}"#,
        )
        .unwrap();
        assert_eq!(inputs.0[0].2.to_string(), "0.1000000000000000000001");
        assert_eq!(inputs.0[2].2, Value::List(vec![Value::from("a"), Value::Null]));
        assert_eq!(inputs.0[3].2, Value::Null);
    }

    #[test]
    fn a_value_of_another_type_is_refused_with_its_path() {
        let error = read(r#"{"n": {"type": "number", "value": true}}"#).unwrap_err();
        assert_eq!(error.fields()[0].field, "fields.n.value");
        assert_eq!(read(r#"{"n": {"type": "money"}}"#).unwrap_err().code(), "invalid_value");
        assert_eq!(read(r#"{"n": {"tpye": "number"}}"#).unwrap_err().code(), "unknown_key");
    }
}
