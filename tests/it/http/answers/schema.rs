//! The part of JSON Schema that the document uses.

use chrono::DateTime;
use serde_json::Value;
use uuid::Uuid;

/// What is known of schemas; another key in one is a defect of this reader.
const KEYS: [&str; 21] = [
    "$ref",
    "additionalProperties",
    "default",
    "description",
    "enum",
    "example",
    "examples",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "properties",
    "propertyNames",
    "required",
    "title",
    "type",
];

/// A document with its schemas.
pub(in super::super) struct Schemas(pub(in super::super) Value);

impl Schemas {
    /// What of `value` is not as `schema` has it, each with its path. With `whole`, also what the schema does not
    /// mention.
    pub(in super::super) fn wrong(&self, schema: &Value, value: &Value, whole: bool) -> Vec<String> {
        let mut out = Vec::new();
        self.check(schema, value, whole, "", &mut out);
        out
    }

    /// What a schema refers to, or the schema itself.
    pub(in super::super) fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        self.referred("schemas", schema)
    }

    /// What an answer of an operation refers to, or the answer itself.
    pub(in super::super) fn response<'s>(&'s self, response: &'s Value) -> &'s Value {
        self.referred("responses", response)
    }

    fn referred<'s>(&'s self, kind: &str, place: &'s Value) -> &'s Value {
        let name = place["$ref"].as_str().and_then(|name| name.rsplit('/').next());
        name.map_or(place, |name| &self.0["components"][kind][name])
    }

    fn check(&self, schema: &Value, value: &Value, whole: bool, at: &str, out: &mut Vec<String>) {
        let keys = schema.as_object().unwrap_or_else(|| panic!("no schema at `{at}`: {schema}"));
        for key in keys.keys() {
            assert!(KEYS.contains(&key.as_str()), "`{key}` is not understood: {schema}");
        }
        if keys.contains_key("$ref") {
            return self.check(self.resolve(schema), value, whole, at, out);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return self.check_one_of(choices, value, whole, at, out);
        }
        if !types(schema).is_none_or(|types| types.iter().any(|ty| is(value, ty))) {
            out.push(format!("`{at}` is no {}: {value}", schema["type"]));
            return;
        }
        if schema["enum"].as_array().is_some_and(|words| !words.contains(value) && !value.is_null()) {
            out.push(format!("`{at}` is none of {}: {value}", schema["enum"]));
        }
        out.extend(
            bounds(schema, value).into_iter().map(|bound| format!("`{at}` is beyond its {bound}: {value}")),
        );
        if !of_format(value, schema["format"].as_str()) {
            out.push(format!("`{at}` has not the format {}: {value}", schema["format"]));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            if !schema["items"].is_null() {
                self.check(&schema["items"], item, whole, &format!("{at}[{index}]"), out);
            }
        }
        if value.is_object() {
            self.check_object(schema, value, whole, at, out);
        }
    }

    fn check_one_of(&self, choices: &[Value], value: &Value, whole: bool, at: &str, out: &mut Vec<String>) {
        let fitting: Vec<_> =
            choices.iter().filter(|choice| self.wrong(choice, value, false).is_empty()).collect();
        match fitting[..] {
            [choice] => self.check(choice, value, whole, at, out),
            _ => out.push(format!("`{at}` is of {} of the choices: {value}", fitting.len())),
        }
    }

    fn check_object(&self, schema: &Value, value: &Value, whole: bool, at: &str, out: &mut Vec<String>) {
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(key).is_none() {
                out.push(format!("`{at}.{key}` is missing"));
            }
        }
        let more = &schema["additionalProperties"];
        for (key, value) in value.as_object().into_iter().flatten() {
            let at = format!("{at}.{key}");
            match schema["properties"].get(key) {
                Some(property) => self.check(property, value, whole, &at, out),
                None if more.is_object() => self.check(more, value, whole, &at, out),
                None if *more == false || (whole && more.is_null() && schema["properties"].is_object()) => {
                    out.push(format!("`{at}` is not in the schema: {value}"));
                }
                None => {}
            }
        }
    }
}

/// The bounds of a schema that a value is beyond.
fn bounds(schema: &Value, value: &Value) -> Option<&'static str> {
    let size = match value {
        Value::String(text) => text.chars().count().to_string(),
        Value::Array(items) => items.len().to_string(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let [least, most] = match value {
        Value::String(_) => ["minLength", "maxLength"],
        Value::Array(_) => ["minItems", "maxItems"],
        _ => ["minimum", "maximum"],
    };
    let size: f64 = size.parse().ok()?;
    let is_below = schema[least].as_f64().is_some_and(|least| size < least);
    let is_above = schema[most].as_f64().is_some_and(|most| size > most);
    if is_below { Some(least) } else { is_above.then_some(most) }
}

/// The types of a schema that names any.
fn types(schema: &Value) -> Option<Vec<&str>> {
    match &schema["type"] {
        Value::Null => None,
        Value::Array(types) => Some(types.iter().filter_map(Value::as_str).collect()),
        one => Some(one.as_str().into_iter().collect()),
    }
}

fn is(value: &Value, ty: &str) -> bool {
    match ty {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type of JSON: {other}"),
    }
}

fn of_format(value: &Value, format: Option<&str>) -> bool {
    match (value.as_str(), format) {
        (Some(text), Some("uuid")) => text.parse::<Uuid>().is_ok(),
        (Some(text), Some("date-time")) => DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    }
}

#[test]
fn what_does_not_fit_a_schema_is_told_with_its_path() {
    use serde_json::json;
    let schemas = Schemas(json!({"components": {"schemas": {
        "Named": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}},
        "Bare": {"type": "object", "required": ["n"], "properties": {"n": {"type": ["integer", "null"]}},
            "additionalProperties": false}
    }}}));
    let either =
        json!({"oneOf": [{"$ref": "#/components/schemas/Named"}, {"$ref": "#/components/schemas/Bare"}]});
    let list = json!({"type": "array", "items": either});
    let random = Uuid::nil();
    let table = [
        (json!([{"n": 1}, {"n": null}, {"id": random}]), None),
        (json!({"n": 1}), Some("`` is no")),
        (json!([{"n": 1.5}]), Some("`[0]` is of 0")),
        (json!([{"n": 1, "m": 2}]), Some("`[0]` is of 0")),
        (json!([{"id": "x"}]), Some("`[0]` is of 0")),
        (json!([{"id": random, "m": 2}]), Some("`[0].m` is not in the schema")),
    ];
    for (value, expected) in table {
        let wrong = schemas.wrong(&list, &value, true);
        match expected {
            None => assert!(wrong.is_empty(), "{value}: {wrong:?}"),
            Some(words) => assert!(wrong.iter().any(|one| one.starts_with(words)), "{value}: {wrong:?}"),
        }
    }
}
