//! The inputs of one evaluation, read from a request.

use docpal_core::field_types::{read_day, read_instant, read_number};
use docpal_core::shape::{At, Kind, Map, Shape};
use docpal_core::{Json, Result, shape};
use docpal_formula::{ErrorCode, EvalError, Program, Type, Value};

shape! {
    /// A field of a formula to evaluate.
    #[name = "FormulaInput"]
    #[derive(Debug)]
    pub(crate) struct Input {
        r#type: TypeName,
        /// Of that type; null when there is none.
        value: Option<Json>,
    }
}

/// A type, by its name.
#[derive(Debug)]
pub(crate) struct TypeName(pub(super) Type);

impl Shape for TypeName {
    fn kind() -> Kind {
        let about = "`number`, `text`, `bool`, `date`, `datetime`, `json` or `list<..>`";
        Kind::named("FormulaType", &[about], || Kind::Text).example(r#""number""#).into()
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let name = json.as_text().ok_or_else(|| at.wrong_type("the name of a type", &json))?;
        let ty = name.parse().map_err(|error: docpal_formula::UnknownType| at.invalid(&error.to_string()))?;
        Ok(Self(ty))
    }
}

/// Fields with a type and a value each.
#[derive(Debug, Default)]
pub(super) struct Inputs(Vec<(String, Type, Value<'static>)>);

impl Inputs {
    /// The values by their types.
    ///
    /// # Errors
    /// `wrong_type`, `invalid_value` with the path.
    pub(super) fn read(fields: Map<Input>) -> Result<Self> {
        let at = At::BODY.key("fields");
        let read = |(name, Input { r#type: TypeName(ty), value }): (String, Input)| {
            let value = read_value(&ty, value.unwrap_or(Json::Null), &at.key(&name).key("value"))?;
            Ok((name, ty, value))
        };
        fields.0.into_iter().map(read).collect::<Result<_>>().map(Self)
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

fn read_value(ty: &Type, json: Json, at: &At<'_>) -> Result<Value<'static>> {
    if json == Json::Null {
        return Ok(Value::Null);
    }
    let fault = |fault: docpal_core::field_types::Fault| at.invalid(&fault.message);
    Ok(match (ty, json) {
        (Type::Number, json) => Value::Number(read_number(&json).map_err(fault)?),
        (Type::Text, json) => Value::from(String::read(json, at)?),
        (Type::Bool, Json::Bool(flag)) => Value::Bool(flag),
        (Type::Bool, json) => return Err(at.wrong_type("true or false", &json)),
        (Type::Date, json) => Value::Date(read_day(&String::read(json, at)?).map_err(fault)?),
        (Type::DateTime, json) => Value::DateTime(read_instant(&String::read(json, at)?).map_err(fault)?),
        (Type::Json, json) => Value::Json(std::borrow::Cow::Owned(
            serde_json::from_str(&json.to_string()).map_err(|error| at.invalid(&error.to_string()))?,
        )),
        (Type::List(item), Json::List(items)) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, json)| read_value(item, json, &at.item(index)))
                .collect::<Result<_>>()?,
        ),
        (Type::List(_), json) => return Err(at.wrong_type("a list", &json)),
        (Type::Null, json) => return Err(at.wrong_type("null", &json)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Inputs> {
        Inputs::read(Map::read(Json::parse(text).unwrap(), &At::BODY.key("fields"))?)
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
