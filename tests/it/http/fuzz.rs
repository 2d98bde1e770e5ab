//! Requests made from the OpenAPI document, right and wrong ones: no fault of the server, no status that is not in the
//! document, no body that is not as it says, and nothing taken that it calls wrong.
//!
//! `DOCPAL_FUZZ_REQUESTS` (600) and `DOCPAL_FUZZ_SEED` (1) make a longer run, or another one:
//! `DOCPAL_FUZZ_REQUESTS=100000 DOCPAL_FUZZ_SEED=7 cargo test --test it http::fuzz`.

mod make;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::make::Maker;
use super::answers::schema::Schemas;
use super::client::{Api, Reply, encoded};
use crate::noninterference::dice::Dice;

/// An operation of the document.
struct Operation {
    method: String,
    path: String,
    about: Value,
}

/// A request, and whether the document calls it wrong.
struct Request {
    method: String,
    path: String,
    content_type: Option<&'static str>,
    body: String,
    is_wrong: bool,
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.map_or(otherwise, |text| {
        text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text}"))
    })
}

#[tokio::test]
async fn every_request_of_the_document_gets_an_answer_of_the_document() {
    let (wanted, seed) = (number("DOCPAL_FUZZ_REQUESTS", 600), number("DOCPAL_FUZZ_SEED", 1));
    let api = Api::start().await;
    let table = api.orders().await;
    let schemas = Schemas(api.send("GET", "/api/openapi.json", &[], b"").await.ok());
    let operations = operations(&schemas.0);
    let mut maker = Maker { schemas: &schemas, dice: Dice::new(seed), ids: ids(&api, &table).await };
    let (mut wrong, mut statuses) = (BTreeSet::new(), BTreeMap::<u16, usize>::new());
    for sent in 0..wanted {
        let operation = &operations[usize::try_from(sent).unwrap() % operations.len()];
        let request = request(operation, &mut maker);
        let reply = send(&api, &request).await;
        *statuses.entry(reply.status).or_default() += 1;
        let found = judge(operation, &request, &reply, &schemas);
        let told =
            |what| format!("{what}: {} {} {}: {}", request.method, request.path, request.body, reply.text());
        wrong.extend(found.into_iter().map(told));
        undo(&api, operation, &reply).await;
        assert!(wrong.len() < 5, "seed {seed}, request {sent}: {wrong:#?}");
    }
    assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
    // Both kinds were asked: what the server takes, and what it does not.
    let taken: usize = statuses.range(200..300).map(|(_, times)| times).sum();
    assert!(taken > 50 && statuses.contains_key(&400) && statuses.contains_key(&422), "{statuses:?}");
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                about: about.clone(),
            });
        }
    }
    operations
}

/// Ids of what there is, by the names of parameters.
async fn ids(api: &Api, table: &str) -> BTreeMap<String, String> {
    let app = api.get("/api/apps").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let page = api.get(&format!("/api/tables/{table}/records?limit=1")).await.ok();
    let record = page["data"][0]["id"].as_str().unwrap().to_owned();
    let names = ["app_id", "table_id", "record_id"];
    names.map(str::to_owned).into_iter().zip([app, table.to_owned(), record]).collect()
}

fn request(operation: &Operation, maker: &mut Maker<'_>) -> Request {
    let mut is_wrong = false;
    // The table that is asked for most stays.
    let deletes_the_table = operation.method == "DELETE" && operation.path.ends_with("{table_id}");
    let mut path = String::new();
    for part in operation.path.split('/').skip(1) {
        path.push('/');
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => path.push_str(&maker.id(name, deletes_the_table)),
            None => path.push_str(part),
        }
    }
    let mut query = Vec::new();
    for parameter in operation.about["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] != "query" {
            continue;
        }
        let needed = parameter["required"] == true;
        if !needed && !maker.dice.chance(25) {
            continue;
        }
        let value = maker.parameter(parameter);
        is_wrong |= !maker.schemas.wrong(&parameter["schema"], &of_text(&value, parameter), false).is_empty();
        query.push(format!("{}={}", parameter["name"].as_str().unwrap(), encoded(&value)));
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let content = &operation.about["requestBody"]["content"];
    let method = operation.method.clone();
    if let Some(schema) = content["application/json"].get("schema") {
        let body = maker.body(schema);
        is_wrong |= !maker.schemas.wrong(schema, &body, false).is_empty();
        let body = body.to_string();
        return Request { method, path, content_type: Some("application/json"), body, is_wrong };
    }
    if content.get("text/csv").is_some() {
        let body = maker.csv();
        return Request { method, path, content_type: Some("text/csv"), body, is_wrong };
    }
    Request { method, path, content_type: None, body: String::new(), is_wrong }
}

/// The text of a parameter as the JSON that its schema is about.
fn of_text(text: &str, parameter: &Value) -> Value {
    match parameter["schema"]["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

async fn send(api: &Api, request: &Request) -> Reply {
    let bearer = format!("Bearer {}", api.key());
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend(request.content_type.map(|ty| ("Content-Type", ty)));
    api.send(&request.method, &request.path, &headers, request.body.as_bytes()).await
}

/// What of an answer is not as the document has it.
fn judge(operation: &Operation, request: &Request, reply: &Reply, schemas: &Schemas) -> Vec<String> {
    let status = reply.status;
    if status >= 500 {
        return vec![format!("a fault, {status}")];
    }
    if request.is_wrong && status < 300 {
        return vec!["the document calls it wrong, and it was taken".to_owned()];
    }
    let response = schemas.response(&operation.about["responses"][status.to_string()]);
    if response.is_null() {
        return vec![format!("{status} is not in the document")];
    }
    let Some(content) = response["content"].as_object() else {
        return if reply.body.is_empty() { Vec::new() } else { vec!["a body where none is".to_owned()] };
    };
    let given = reply.header("content-type").unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default();
    let Some(media) = content.get(essence) else { return vec![format!("`{given}` is not in the document")] };
    match essence {
        "application/json" => schemas.wrong(&media["schema"], &reply.json(), true),
        _ => Vec::new(),
    }
}

/// A rule that was made goes again, so that it hides nothing from those behind it.
async fn undo(api: &Api, operation: &Operation, reply: &Reply) {
    if reply.status == 201 && operation.path == "/api/permissions" {
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        api.delete(&format!("/api/permissions/{id}")).await.ok();
    }
}
