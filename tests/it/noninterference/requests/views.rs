//! Filters, sorts, groups, aggregates and pages: as a body, and as parameters.

use serde_json::{Value, json};

use super::{Asking, Named, query};
use crate::noninterference::model::Table;

/// What users' ids take, which no field type lists.
const USER: &[(&str, bool)] = &[
    ("is", true),
    ("is_not", true),
    ("is_me", false),
    ("is_not_me", false),
    ("is_any_of", true),
    ("is_empty", false),
];

impl<'a> Asking<'a> {
    fn filter(&mut self, table: Option<&'a Table>, depth: usize) -> Value {
        let below = |asking: &mut Self| asking.filter(table, depth - 1);
        match self.dice.roll(if depth == 0 { 1 } else { 8 }) {
            0..=4 => self.test(table),
            5 => json!({"and": [below(self), below(self)]}),
            6 => json!({"or": [below(self), below(self)]}),
            _ => json!({"not": below(self)}),
        }
    }

    fn test(&mut self, table: Option<&'a Table>) -> Value {
        let named = self.readable(table);
        let (op, example) = self.operator(&named);
        let mut test = json!({"field": named.key, "op": op});
        let value = self.operand(table, &named, &op, &example);
        if !value.is_null() {
            test["value"] = value;
        }
        if self.dice.chance(10) {
            test["case_sensitive"] = json!(true);
        }
        test
    }

    /// An operator of the field, with an example of its value.
    fn operator(&mut self, named: &Named) -> (String, Value) {
        if self.dice.chance(3) {
            return ("contians".to_owned(), json!("x"));
        }
        let kind = match named.kind.as_str() {
            "formula" if self.dice.chance(15) => {
                let op = *self.dice.pick(&["is_error", "is_not_error"]);
                return (op.to_owned(), Value::Null);
            }
            "formula" => *self.dice.pick(&["number", "text", "switch"]),
            "user" => {
                let (op, takes) = *self.dice.pick(USER);
                return (op.to_owned(), if takes { json!("id") } else { Value::Null });
            }
            "id" => return ("is".to_owned(), json!("id")),
            kind => kind,
        };
        let operators = self.catalogue.of(kind, "operators");
        self.dice.any(&operators).cloned().unwrap_or_else(|| ("is_empty".to_owned(), Value::Null))
    }

    /// A value in the shape of the example.
    fn operand(&mut self, table: Option<&'a Table>, named: &Named, op: &str, example: &Value) -> Value {
        if self.dice.chance(2) {
            let letter = *self.dice.pick(&["a", "(", "\\", "ß", "."]);
            return json!(letter.repeat(4_000));
        }
        if op.starts_with("count_") || op.starts_with("length_") {
            return json!(self.dice.roll(8));
        }
        match example {
            Value::Null => Value::Null,
            Value::Array(_) => {
                let count = if op.contains("between") { 2 } else { 1 + self.dice.roll(3) };
                let cells = (0..count).map(|_| match self.cell(table, named) {
                    Value::Array(items) => items.first().cloned().unwrap_or_else(|| json!("open")),
                    other => other,
                });
                Value::Array(cells.collect())
            }
            Value::Object(_) if self.dice.chance(50) => example.clone(),
            _ if self.dice.chance(5) => example.clone(),
            _ => match self.cell(table, named) {
                Value::String(text) if op.contains("with") || op.contains("contain") => self.part(&text),
                other => other,
            },
        }
    }

    /// A beginning, an end or a word of a text: how one would read a hidden one letter by letter.
    fn part(&mut self, text: &str) -> Value {
        let letters: Vec<char> = text.chars().collect();
        let cut = self.dice.roll(letters.len() + 1);
        let half: String =
            if self.dice.chance(60) { letters[..cut].iter() } else { letters[cut..].iter() }.collect();
        json!(if half.is_empty() { text.to_owned() } else { half })
    }

    fn sort(&mut self, table: Option<&'a Table>) -> Value {
        let count = 1 + self.dice.roll(2);
        let sorts = (0..count).map(|_| {
            let mut sort = json!({"field": self.readable(table).key});
            if self.dice.chance(60) {
                sort["direction"] = json!(self.dice.pick(&["asc", "desc", "desc", "down"]));
            }
            if self.dice.chance(30) {
                sort["empty"] = json!(self.dice.pick(&["first", "last"]));
            }
            sort
        });
        Value::Array(sorts.collect())
    }

    fn group(&mut self, table: Option<&'a Table>) -> Value {
        let count = 1 + self.dice.roll(2);
        let groups = (0..count).map(|_| {
            let named = self.readable(table);
            let mut group = json!({ "field": named.key });
            let bucket = match named.kind.as_str() {
                "date" | "datetime" => json!(self.dice.pick(&["day", "week", "month", "quarter", "year"])),
                "number" | "currency" | "autonumber" => json!(self.dice.pick(&[1, 5, 10])),
                _ => Value::Null,
            };
            if !bucket.is_null() && self.dice.chance(60) {
                group["bucket"] = bucket;
            }
            if self.dice.chance(10) {
                group["zone"] = json!("Europe/Rome");
            }
            if self.dice.chance(30) {
                group["direction"] = json!("desc");
            }
            group
        });
        Value::Array(groups.collect())
    }

    fn aggregates(&mut self, table: Option<&'a Table>) -> Value {
        let count = 1 + self.dice.roll(3);
        let aggregates = (0..count).map(|_| {
            let named = self.readable(table);
            let functions = self.catalogue.of(&named.kind, "aggregates");
            let function =
                self.dice.any(&functions).map_or_else(|| "count".to_owned(), |(code, _)| code.clone());
            json!({"field": named.key, "function": function})
        });
        Value::Array(aggregates.collect())
    }

    fn columns(&mut self, table: Option<&'a Table>) -> Vec<String> {
        (0..1 + self.dice.roll(3)).map(|_| self.readable(table).key).collect()
    }

    /// The body of a query or a summary.
    pub(super) fn view(&mut self, table: Option<&'a Table>, summary: bool) -> Value {
        let mut view = json!({});
        if self.dice.chance(60) {
            view["filter"] = self.filter(table, 2);
        }
        if self.dice.chance(45) {
            view["sort"] = self.sort(table);
        }
        if self.dice.chance(if summary { 75 } else { 20 }) {
            view["group"] = self.group(table);
        }
        if self.dice.chance(if summary { 80 } else { 5 }) {
            view["aggregates"] = self.aggregates(table);
        }
        if self.dice.chance(30) {
            view["columns"] = json!(self.columns(table));
        }
        if !summary && self.dice.chance(70) {
            view["page"] = json!({"limit": 1 + self.dice.roll(4)});
            if self.dice.chance(25) {
                view["page"]["offset"] = json!(self.dice.roll(6));
            }
        }
        if self.dice.chance(25) {
            view["count"] = json!(self.dice.pick(&["none", "capped", "exact"]));
        }
        if self.dice.chance(3) {
            view["filtre"] = json!(1);
        }
        view
    }

    /// The parameters of a list, or of an export.
    pub(super) fn parameters(&mut self, table: Option<&'a Table>, export: bool) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut add = |key: &str, value: String| pairs.push((key.to_owned(), value));
        if self.dice.chance(50) {
            add("filter", self.filter(table, 1).to_string());
        }
        if self.dice.chance(45) {
            let sort = match self.dice.chance(50) {
                true => self.sort(table).to_string(),
                false => format!("-{},{}", self.readable(table).key, self.readable(table).key),
            };
            add("sort", sort);
        }
        if self.dice.chance(30) {
            let columns = self.columns(table);
            add("fields", if self.dice.chance(50) { columns.join(",") } else { json!(columns).to_string() });
        }
        if export {
            add("format", (*self.dice.pick(&["csv", "json", "ndjson", "csv", "xls"])).to_owned());
            if self.dice.chance(10) {
                add("raw", "true".to_owned());
            }
        } else {
            if self.dice.chance(70) {
                add("limit", (1 + self.dice.roll(4)).to_string());
            }
            if self.dice.chance(15) {
                add("format", (*self.dice.pick(&["rows", "rows", "records"])).to_owned());
            }
            if self.dice.chance(15) {
                add("offset", self.dice.roll(6).to_string());
            }
            if self.dice.chance(30) {
                add("count", (*self.dice.pick(&["capped", "exact"])).to_owned());
            }
        }
        if self.dice.chance(10) {
            add("numbers", "string".to_owned());
        }
        if self.dice.chance(3) {
            add("limt", "1".to_owned());
        }
        query(&pairs)
    }
}
