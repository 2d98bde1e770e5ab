//! `JSON_EXTRACT`.

use std::borrow::Cow;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("json", ParamType::Json), required("path", ParamType::JsonPath)],
        Returns::Json,
    ),
    doc: "What stands at a path, such as address.city or items[0].price, of a JSON document; blank \
          when there is nothing.",
    examples: &[example("JSON_EXTRACT(NULL, \"a.b\")", "NULL")],
    eval: |call| {
        let path = call.json_path(1)?;
        Ok(match call.json(0)? {
            Some(Cow::Borrowed(json)) => {
                path.find(json).map_or(Value::Null, |found| Value::Json(Cow::Borrowed(found)))
            }
            Some(Cow::Owned(json)) => {
                path.find(&json).map_or(Value::Null, |found| Value::Json(Cow::Owned(found.clone())))
            }
            None => Value::Null,
        })
    },
    ..Builtin::new(Category::Json, "JSON_EXTRACT")
};
