//! Values made from schemas: right ones, and ones with something wrong in them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::http::answers::schema::Schemas;
use crate::noninterference::dice::Dice;

/// What nests deeper is the shortest that is right.
const DEEP: usize = 6;

/// Texts that mean something somewhere, so that requests get further than their reading.
const WORDS: &[&str] = &[
    "customer",
    "price",
    "quantity",
    "status",
    "total",
    "open",
    "created_at",
    "is",
    "eq",
    "gt",
    "contains",
    "is_empty",
    "in",
    "between",
    "within",
    "sum",
    "average",
    "count",
    "unique",
    "owner",
    "member",
    "number",
    "text",
    "list<text>",
    "{price} * {quantity}",
    "{customer} & \"!\"",
    "IF({price} > 2, 1 / 0, TODAY())",
    "ROUND(",
    "2026-01-31",
    "2026-01-31T08:00:00Z",
    "Europe/Berlin",
    "EUR",
    "-total,customer",
    "5.25",
    "",
    " ",
    "a\u{0}b",
    "\u{1F600} \u{202e}z",
    "%' OR 1=1 --",
    "{\"field\": \"total\", \"op\": \"gt\", \"value\": 1}",
    "{\"and\": []}",
    "[",
];

pub(super) struct Maker<'m> {
    pub(super) schemas: &'m Schemas,
    pub(super) dice: Dice,
    /// Ids of what there is, by the names of parameters.
    pub(super) ids: BTreeMap<String, String>,
}

impl Maker<'_> {
    /// An id for a parameter of a path.
    pub(super) fn id(&mut self, name: &str, of_nothing: bool) -> String {
        let known = self.ids.get(name).filter(|_| !of_nothing).cloned();
        match (self.dice.roll(20), known) {
            (0, _) => "no-id".to_owned(),
            (1, _) | (_, None) => self.dice.id(),
            (_, Some(known)) => known,
        }
    }

    /// The text of a parameter of a query.
    pub(super) fn parameter(&mut self, parameter: &Value) -> String {
        let value = match self.dice.roll(10) {
            0 => self.junk(0),
            1 | 2 if !parameter["example"].is_null() => parameter["example"].clone(),
            _ => self.value(&parameter["schema"], 0),
        };
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    /// A body, often with something wrong in it.
    pub(super) fn body(&mut self, schema: &Value) -> Value {
        let examples = self.schemas.resolve(schema)["examples"].as_array().cloned().unwrap_or_default();
        let mut body = match self.dice.any(&examples) {
            Some(example) if self.dice.chance(20) => example.clone(),
            _ => self.value(schema, 0),
        };
        if self.dice.chance(35) {
            self.spoil(&mut body);
        }
        body
    }

    pub(super) fn csv(&mut self) -> String {
        let (rows, cells) = (self.dice.roll(4), 1 + self.dice.roll(4));
        let mut text = String::new();
        for _ in 0..=rows {
            let cells: Vec<String> = (0..cells).map(|_| self.word().replace(['\n', ','], " ")).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        text
    }

    fn word(&mut self) -> String {
        match self.dice.roll(6) {
            0 => "x".repeat(self.dice.roll(130)),
            1 => self.dice.roll(1_000).to_string(),
            _ => (*self.dice.pick(WORDS)).to_owned(),
        }
    }

    /// A value that `schema` allows.
    fn value(&mut self, schema: &Value, deep: usize) -> Value {
        let schema = self.schemas.resolve(schema).clone();
        if let Some(choices) = schema["oneOf"].as_array() {
            // The first has nothing of its own kind in it.
            let some = if deep >= DEEP { &choices[..1] } else { &choices[..] };
            let choice = self.dice.pick(some).clone();
            return self.value(&choice, deep + 1);
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.dice.pick(words).clone();
        }
        let ty = match &schema["type"] {
            Value::Array(types) => self.dice.pick(types).clone(),
            one => one.clone(),
        };
        match ty.as_str() {
            Some("null") => Value::Null,
            Some("boolean") => json!(self.dice.chance(50)),
            Some("integer") => self.whole(&schema),
            Some("number") => {
                self.dice.pick(&[json!(0), json!(2), json!(-1.5), json!(1e20), json!(0.01)]).clone()
            }
            Some("string") => self.text(&schema),
            Some("array") => {
                let most = if deep >= DEEP { 0 } else { 2 };
                let length = self.dice.roll(most + 1);
                (0..length).map(|_| self.value(&schema["items"], deep + 1)).collect()
            }
            Some("object") => self.object(&schema, deep),
            _ => self.junk(deep),
        }
    }

    fn whole(&mut self, schema: &Value) -> Value {
        let least = schema["minimum"].as_i64().unwrap_or(-3);
        let most = schema["maximum"].as_i64().unwrap_or(1_000);
        let near = least.saturating_add(i64::try_from(self.dice.roll(5)).unwrap()).min(most);
        if self.dice.chance(80) { json!(near) } else { json!(self.dice.pick(&[least, most])) }
    }

    fn text(&mut self, schema: &Value) -> Value {
        match schema["format"].as_str() {
            Some("uuid") => {
                let known: Vec<String> = self.ids.values().cloned().collect();
                let known = self.dice.pick(&known).clone();
                return if self.dice.chance(70) { json!(known) } else { json!(self.dice.id()) };
            }
            Some("date-time") => return json!("2126-01-31T08:00:00.5+01:00"),
            _ => {}
        }
        let bound = |bound: &str| schema[bound].as_u64().and_then(|bound| usize::try_from(bound).ok());
        let mut text = match schema["examples"].get(0).and_then(Value::as_str) {
            Some(example) if self.dice.chance(30) => example.to_owned(),
            _ => self.word(),
        };
        let (length, least) = (text.chars().count(), bound("minLength").unwrap_or(0));
        if let Some(most) = bound("maxLength").filter(|most| length > *most) {
            text = text.chars().take(most).collect();
        }
        text.push_str(&"n".repeat(least.saturating_sub(length)));
        json!(text)
    }

    fn object(&mut self, schema: &Value, deep: usize) -> Value {
        let mut made = Map::new();
        let needed =
            |key: &str| schema["required"].as_array().into_iter().flatten().any(|known| known == key);
        for (key, value) in schema["properties"].as_object().into_iter().flatten() {
            if needed(key) || (deep < DEEP && self.dice.chance(35)) {
                made.insert(key.clone(), self.value(value, deep + 1));
            }
        }
        let more = &schema["additionalProperties"];
        if more.is_object() {
            for _ in 0..self.dice.roll(3) {
                made.insert((*self.dice.pick(&WORDS[..5])).to_owned(), self.value(more, deep + 1));
            }
        }
        Value::Object(made)
    }

    /// Any JSON.
    fn junk(&mut self, deep: usize) -> Value {
        match self.dice.roll(if deep > 3 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-7),
            3 => json!(0.125),
            4 => json!(u64::MAX),
            5 => json!(self.word()),
            6 => (0..self.dice.roll(3)).map(|_| self.junk(deep + 1)).collect(),
            _ => json!({ self.word(): self.junk(deep + 1) }),
        }
    }

    /// Puts something else in one place of a value.
    fn spoil(&mut self, value: &mut Value) {
        let inside = self.dice.chance(75);
        match value {
            Value::Object(entries) if inside && !entries.is_empty() => {
                let keys: Vec<String> = entries.keys().cloned().collect();
                let key = self.dice.pick(&keys).clone();
                match self.dice.roll(6) {
                    0 => drop(entries.remove(&key)),
                    1 => drop(entries.insert("zzz".to_owned(), self.junk(2))),
                    _ => self.spoil(entries.get_mut(&key).unwrap()),
                }
            }
            Value::Array(items) if inside && !items.is_empty() => {
                let at = self.dice.roll(items.len());
                self.spoil(&mut items[at]);
            }
            other => *other = self.junk(1),
        }
    }
}
