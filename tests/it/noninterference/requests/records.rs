//! Requests on the records of a table: reads, writes that succeed and writes that fail.

use serde_json::{Value, json};

use super::Asking;
use crate::noninterference::kinds;
use crate::noninterference::model::{Record, Table};
use crate::noninterference::secret::drafted;
use crate::noninterference::served::{KEPT, Request};
use crate::noninterference::sight::Sight;

pub(super) fn request(method: &str, route: &str, asking: &mut Asking<'_>) -> Option<Request> {
    let below = route.strip_prefix("/api/tables/{table_id}/")?;
    let writes =
        method != "GET" && !["export", "query", "summary", "records/import/preview"].contains(&below);
    if writes && asking.dice.chance(15) {
        let kept: Vec<&Request> = asking.further.iter().filter(|request| request.is_kept()).collect();
        if let Some(request) = asking.dice.any(&kept) {
            return Some((*request).clone());
        }
    }
    let (id, table) = asking.table();
    let path = format!("/api/tables/{id}");
    let request = match (method, below) {
        ("GET", "records") => further(asking, "/records?").unwrap_or_else(|| {
            Request::new("GET", format!("{path}/records{}", asking.parameters(table, false)))
        }),
        ("GET", "records/export") => {
            Request::new("GET", format!("{path}/records/export{}", asking.parameters(table, true)))
        }
        ("POST", "export") => {
            let format = asking.dice.pick(&["csv", "json", "ndjson"]);
            Request::new("POST", format!("{path}/export?format={format}")).json(asking.view(table, false))
        }
        ("POST", "query") => further(asking, "/query").unwrap_or_else(|| {
            Request::new("POST", format!("{path}/query{}", list_style(asking)))
                .json(asking.view(table, false))
        }),
        ("POST", "summary") => {
            Request::new("POST", format!("{path}/summary{}", numbers(asking))).json(asking.view(table, true))
        }
        ("GET", "records/{record_id}") => {
            Request::new("GET", format!("{path}/records/{}{}", asking.record(table), numbers(asking)))
        }
        ("POST", "records") => {
            let draft = draft(asking, table, None)?;
            Request::new("POST", format!("{path}/records{}", numbers(asking)))
                .json(json!({ "fields": draft }))
        }
        ("POST", "records/bulk") => {
            let drafts = (0..1 + asking.dice.roll(3)).map(|_| draft(asking, table, None));
            let drafts = drafts.map(|draft| Some(json!({"fields": draft?}))).collect::<Option<Vec<_>>>()?;
            Request::new("POST", format!("{path}/records/bulk")).json(json!({ "records": drafts }))
        }
        ("POST", "records/import" | "records/import/preview") => {
            let choices = asking.dice.pick(&["", "?on_bad=empty", "?ragged=skip", "?on_bad=keep"]);
            let file = file(&draft(asking, table, None)?);
            Request::new("POST", format!("{path}/{below}{choices}")).raw("text/csv", &file)
        }
        ("PATCH" | "PUT", "records/{record_id}") => update(method, &path, table, asking)?,
        ("DELETE", "records/{record_id}") => {
            let request = Request::new("DELETE", format!("{path}/records/{}", asking.record(table)));
            versioned(request, asking)
        }
        ("POST", "records/bulk/delete") => {
            let ids: Vec<String> = (0..1 + asking.dice.roll(2)).map(|_| asking.record(table)).collect();
            Request::new("POST", format!("{path}/records/bulk/delete")).json(json!({ "ids": ids }))
        }
        _ => return None,
    };
    let request = if asking.dice.chance(4) { spoiled(request, asking) } else { request };
    let is_kept = writes && asking.dice.chance(25);
    Some(if is_kept { request.header(KEPT, format!("k{}", asking.dice.roll(60))) } else { request })
}

/// A CSV file with one row of these fields.
fn file(draft: &Value) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fields: Vec<(&String, &Value)> = draft.as_object().into_iter().flatten().collect();
    let names: Vec<String> = fields.iter().map(|(name, _)| quoted(name)).collect();
    let cells: Vec<String> = fields.iter().map(|(_, value)| quoted(&text(value))).collect();
    format!("{}\n{}\n", names.join(","), cells.join(","))
}

fn numbers(asking: &mut Asking<'_>) -> &'static str {
    match asking.dice.roll(20) {
        0 => "?numbers=string",
        1 => "?nubmers=string",
        _ => "",
    }
}

fn list_style(asking: &mut Asking<'_>) -> &'static str {
    match asking.dice.roll(5) {
        0 => "?format=rows",
        _ => numbers(asking),
    }
}

/// A request with the cursor of an earlier answer; sometimes one that somebody has changed.
fn further(asking: &mut Asking<'_>, of: &str) -> Option<Request> {
    let fitting: Vec<&Request> = asking.further.iter().filter(|request| request.path.contains(of)).collect();
    asking.dice.chance(25).then(|| asking.dice.any(&fitting).map(|request| (*request).clone())).flatten()
}

/// A body or a method that is wrong whatever the table.
fn spoiled(request: Request, asking: &mut Asking<'_>) -> Request {
    match asking.dice.roll(5) {
        0 => request.raw("application/json", "{"),
        1 => request.raw("application/json", ""),
        2 => request.json(json!({})),
        3 => request.json(json!({"records": 1, "ids": 1, "fields": 1})),
        _ => request.raw("text/plain", "{}"),
    }
}

fn update(method: &str, path: &str, table: Option<&Table>, asking: &mut Asking<'_>) -> Option<Request> {
    let id = asking.record(table);
    let table = table.map(|table| asking.one.table(&table.id).expect("a table"));
    let draft = draft(asking, table, Some(&id))?;
    let mut body = json!({ "fields": draft });
    if asking.dice.chance(15) {
        body["version"] = json!(asking.dice.roll(3));
    }
    let request = Request::new(method, format!("{path}/records/{id}{}", numbers(asking))).json(body);
    Some(if asking.dice.chance(10) { request.header("if-match", "\"1\"") } else { request })
}

fn versioned(request: Request, asking: &mut Asking<'_>) -> Request {
    match asking.dice.roll(6) {
        0 => Request { path: format!("{}?version={}", request.path, asking.dice.roll(3)), ..request },
        1 => request.header("if-match", format!("\"{}\"", asking.dice.roll(3))),
        _ => request,
    }
}

/// Values for a record that is made, or for the one with this id. `None` when writing them would rightly show something:
/// a rule may open a cell because of what was written.
fn draft(asking: &mut Asking<'_>, table: Option<&Table>, record: Option<&str>) -> Option<Value> {
    let Some(table) = table else { return Some(json!({"alpha 1": "x"})) };
    let table = asking.one.table(&table.id).expect("a table of the world");
    let whole = record.is_none() && asking.dice.chance(60);
    let mut draft = serde_json::Map::new();
    for at in 0..table.fields.len() {
        let field = &table.fields[at];
        let writes = Sight::new(asking.one, table, asking.who).knows_field(at) && field.is_writable();
        let wanted = field.required || (whole && asking.dice.chance(70)) || asking.dice.chance(15);
        if writes && wanted {
            let value = value(asking, table, at);
            draft.insert(if asking.dice.chance(80) { field.name.clone() } else { field.id.clone() }, value);
        }
    }
    if asking.dice.chance(25) || draft.is_empty() {
        let guess = if asking.dice.chance(40) { asking.guess(Some(table)) } else { None };
        let named = guess.unwrap_or_else(|| asking.field(Some(table)));
        if let Some(at) = named.field.as_ref().and_then(|field| table.position(&field.id)) {
            let value = value(asking, table, at);
            draft.insert(named.key, value);
        } else {
            draft.insert(named.key, json!("x"));
        }
    }
    let draft = Value::Object(draft);
    shows_nothing(asking, table, record, &draft).then_some(draft)
}

fn value(asking: &mut Asking<'_>, table: &Table, at: usize) -> Value {
    let field = &table.fields[at];
    if field.unique {
        *asking.fresh += 1;
        return kinds::unique_value(&field.kind, *asking.fresh);
    }
    match asking.dice.roll(12) {
        0 => kinds::odd_value(&field.kind, asking.dice),
        1 => Value::Null,
        _ if field.is_writable() => kinds::value(&field.kind, asking.dice),
        _ => json!(1),
    }
}

/// Is what shows of the record after the write the same in both worlds?
fn shows_nothing(asking: &Asking<'_>, table: &Table, record: Option<&str>, draft: &Value) -> bool {
    let Some(twin) = asking.two.table(&table.id) else { return true };
    let after = |world, table: &Table| {
        let sight = Sight::new(world, table, asking.who);
        let mut after = match record {
            Some(id) => table.record(id).filter(|record| sight.reads_record(record))?.clone(),
            None => Record {
                id: String::new(),
                created_by: asking.who.user.clone(),
                values: table.fields.iter().map(|field| field.default.clone()).collect(),
            },
        };
        drafted(table, &mut after, draft);
        Some(sight.record(&after))
    };
    after(asking.one, table) == after(asking.two, twin)
}
