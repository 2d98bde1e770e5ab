//! `JSON_TEXT`.

use serde_json::Value as Json;

use super::json_number::decimal;
use crate::functions::builtin::prelude::*;
use crate::value::number_text;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("json", ParamType::Json), optional("path", ParamType::JsonPath)],
        Returns::Text,
    ),
    doc: "The text, number or truth at a path of a JSON document as text; blank when there is \
          none.",
    examples: &[example("JSON_TEXT(NULL, \"a.b\")", "NULL")],
    eval: |call| {
        let path = call.json_path(1)?;
        let text = call.json(0)?.and_then(|json| match path.find(&json)? {
            Json::String(text) => Some(Ok(text.clone())),
            Json::Number(number) => Some(decimal(number).map(number_text)),
            Json::Bool(flag) => Some(Ok(flag.to_string())),
            Json::Null | Json::Array(_) | Json::Object(_) => None,
        });
        text.transpose().map(Value::from)
    },
    ..Builtin::new(Category::Json, "JSON_TEXT")
};
