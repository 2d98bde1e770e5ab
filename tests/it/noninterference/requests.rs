//! Requests over every route and every parameter, by route: what is asked for is drawn from both worlds, what is hidden
//! in them included, so that a guess that is right in one of them is among the guesses.

mod records;
mod rest;
mod views;

use serde_json::{Value, json};

use super::dice::Dice;
use super::kinds;
use super::model::{Field, Model, Table, Who};
use super::served::{Content, Request};
use super::sight::Sight;

/// The operators and aggregates that the server says a type has.
#[derive(Clone, Debug)]
pub(super) struct Catalogue(pub(super) Value);

/// Who asks, what for, and what they know.
pub(super) struct Asking<'a> {
    pub(super) one: &'a Model,
    pub(super) two: &'a Model,
    pub(super) who: &'a Who,
    pub(super) catalogue: &'a Catalogue,
    pub(super) dice: &'a mut Dice,
    /// Requests for further pages of earlier answers.
    pub(super) further: &'a [Request],
    pub(super) fresh: &'a mut u32,
}

/// What a request names as a field.
pub(super) struct Named {
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) field: Option<Field>,
}

impl Catalogue {
    fn of(&self, kind: &str, list: &str) -> Vec<(String, Value)> {
        let types = self.0["data"].as_array().expect("types");
        let own = |code: &str| types.iter().find(|ty| ty["code"] == code).and_then(|ty| ty[list].as_array());
        let items = own(kind).into_iter().flatten();
        items.map(|item| (item["code"].as_str().unwrap().to_owned(), item["example"].clone())).collect()
    }
}

/// A request on `route`, as the document lists it (`get /api/apps`); `None` when nothing makes one.
pub(super) fn request(route: &str, asking: &mut Asking<'_>) -> Option<Request> {
    let (method, path) = route.split_once(' ')?;
    let method = method.to_uppercase();
    if path.starts_with("/api/tables/{table_id}/") {
        return records::request(&method, path, asking);
    }
    rest::request(&method, path, asking)
}

impl<'a> Asking<'a> {
    /// Mostly a table that the actor knows; else one that is hidden, of another company, or of nobody.
    fn table(&mut self) -> (String, Option<&'a Table>) {
        let known = |table: &&Table| Sight::new(self.one, table, self.who).knows_table();
        let (seen, hidden): (Vec<&Table>, Vec<&Table>) = self.one.tables.iter().partition(known);
        let of = |table: &'a Table| (table.id.clone(), Some(table));
        match self.dice.roll(100) {
            0..=89 => self.dice.any(&seen).copied().map(of),
            90..=95 => self.dice.any(&hidden).copied().map(of),
            96..=97 => Some((self.one.other.table.clone(), None)),
            _ => None,
        }
        .unwrap_or_else(|| (self.dice.id(), None))
    }

    /// The table in the second world, when it is there.
    fn twin(&self, table: &Table) -> Option<&'a Table> {
        self.two.table(&table.id)
    }

    /// Mostly a record that the actor reads; else any other id.
    fn record(&mut self, table: Option<&Table>) -> String {
        let Some(table) = table else { return self.one.other.record.clone() };
        let sight = Sight::new(self.one, table, self.who);
        let (seen, hidden): (Vec<_>, Vec<_>) =
            table.records.iter().partition(|record| sight.reads_record(record));
        let inserted = self.twin(table).into_iter().flat_map(|twin| &twin.records);
        let hidden: Vec<_> = hidden.into_iter().chain(inserted).collect();
        let id = match self.dice.roll(100) {
            0..=69 => self.dice.any(&seen).map(|record| record.id.clone()),
            70..=91 => self.dice.any(&hidden).map(|record| record.id.clone()),
            92..=94 => Some(self.one.other.record.clone()),
            95..=96 => Some("not-an-id".to_owned()),
            _ => None,
        };
        id.unwrap_or_else(|| self.dice.id())
    }

    /// A field by name or id: known, hidden in one of the worlds, of the system, mistyped, or none.
    fn field(&mut self, table: Option<&'a Table>) -> Named {
        let system =
            [("id", "id"), ("created_at", "datetime"), ("updated_at", "datetime"), ("created_by", "user")];
        let nobody = |key: &str| Named { key: key.to_owned(), kind: "text".to_owned(), field: None };
        let Some(table) = table else { return nobody("alpha 1") };
        let place = self.dice.roll(table.fields.len());
        let twin = self.twin(table).filter(|_| self.dice.chance(50)).unwrap_or(table);
        let field = &twin.fields[place];
        let named = |key: String| Named { key, kind: field.kind.clone(), field: Some(field.clone()) };
        match self.dice.roll(100) {
            0..=69 => named(field.name.clone()),
            70..=79 => named(field.id.clone()),
            80..=83 => named(field.name.to_uppercase()),
            84..=89 => Named { field: None, ..named(format!("{}x", field.name)) },
            90..=97 => {
                let (key, kind) = *self.dice.pick(&system);
                Named { key: key.to_owned(), kind: kind.to_owned(), field: None }
            }
            98 => nobody(&self.dice.id()),
            _ => nobody("nothing like it"),
        }
    }

    /// A field that the actor does not know by its name in one of the worlds, best one that has another in the other.
    fn guess(&mut self, table: Option<&'a Table>) -> Option<Named> {
        let table = table?;
        let twin = self.twin(table)?;
        let sight = Sight::new(self.one, table, self.who);
        let unknown: Vec<usize> = (0..table.fields.len()).filter(|at| !sight.knows_field(*at)).collect();
        let is_renamed = |at: &&usize| table.fields[**at].name != twin.fields[**at].name;
        let renamed: Vec<usize> = unknown.iter().filter(is_renamed).copied().collect();
        let at = *self.dice.any(if renamed.is_empty() { &unknown } else { &renamed })?;
        let field = if self.dice.chance(50) { &table.fields[at] } else { &twin.fields[at] };
        Some(Named { key: field.name.clone(), kind: field.kind.clone(), field: Some(field.clone()) })
    }

    /// As [`Asking::field`], but most often one that the actor reads.
    fn readable(&mut self, table: Option<&'a Table>) -> Named {
        if self.dice.chance(8)
            && let Some(named) = self.guess(table)
        {
            return named;
        }
        for _ in 0..8 {
            let named = self.field(table);
            let at = table.zip(named.field.as_ref()).and_then(|(table, field)| table.position(&field.id));
            if let (Some(table), Some(at)) = (table, at)
                && Sight::new(self.one, table, self.who).reads_field(at)
            {
                return named;
            }
            if self.dice.chance(5) {
                return named;
            }
        }
        self.field(table)
    }

    /// A value of the field from either world, seen or hidden; or any of its type.
    fn cell(&mut self, table: Option<&'a Table>, named: &Named) -> Value {
        let position = table.zip(named.field.as_ref()).and_then(|(table, field)| table.position(&field.id));
        if let (Some(table), Some(position)) = (table, position)
            && self.dice.chance(80)
        {
            let tables = [Some(table), self.twin(table)];
            let records = tables.into_iter().flatten().flat_map(|table| &table.records);
            let values: Vec<&Value> =
                records.map(|record| &record.values[position]).filter(|value| !value.is_null()).collect();
            if let Some(value) = self.dice.any(&values) {
                return (*value).clone();
            }
        }
        match named.kind.as_str() {
            "formula" | "autonumber" => json!(self.dice.roll(9)),
            "user" => json!(self.dice.pick(&self.one.actors).user),
            "id" => json!(self.record(table)),
            kind => kinds::value(kind, self.dice),
        }
    }
}

/// `?a=b&c=d`
fn query(pairs: &[(String, String)]) -> String {
    let encoded = |text: &str| crate::http::client::encoded(text);
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// The request for what comes after an answer.
pub(super) fn further(request: &Request, cursor: &str) -> Request {
    let mut next = request.clone();
    match &mut next.body {
        Content::Json(body) if next.path.contains("/query") => {
            let limit = body["page"]["limit"].clone();
            body["page"] = json!({"cursor": cursor});
            if !limit.is_null() {
                body["page"]["limit"] = limit;
            }
        }
        _ => {
            let mut parts = next.path.splitn(2, '?');
            let path = parts.next().unwrap_or_default().to_owned();
            let kept = parts.next().unwrap_or_default().split('&').filter(|pair| {
                !pair.is_empty() && !pair.starts_with("cursor=") && !pair.starts_with("offset=")
            });
            let cursor = format!("cursor={cursor}");
            let pairs: Vec<&str> = kept.chain([cursor.as_str()]).collect();
            next.path = format!("{path}?{}", pairs.join("&"));
        }
    }
    next
}
