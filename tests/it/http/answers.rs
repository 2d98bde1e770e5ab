//! What the OpenAPI document says of answers is what the routes answer.

pub(super) mod schema;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::schema::Schemas;
use super::client::{Api, Reply, encoded};

/// Asks a server and holds each answer against its document.
struct Reader<'a> {
    api: &'a Api,
    key: String,
    document: Schemas,
    /// Methods and paths, as the document has them, of which a success was seen.
    seen: BTreeSet<(String, String)>,
    /// What was not as the document has it.
    wrong: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    async fn new(api: &'a Api) -> Self {
        let document = api.send("GET", "/api/openapi.json", &[], b"").await.ok();
        Self {
            api,
            key: api.key().to_owned(),
            document: Schemas(document),
            seen: BTreeSet::new(),
            wrong: BTreeSet::new(),
        }
    }

    /// A success in JSON, as the document has it.
    async fn ask(&mut self, method: &str, path: &str, body: Option<Value>) -> Value {
        let reply = self.api.call_as(&self.key, method, path, body.as_ref()).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.text());
        self.check(method, path, &reply);
        if reply.body.is_empty() { Value::Null } else { reply.json() }
    }

    async fn get(&mut self, path: &str) -> Value {
        self.ask("GET", path, None).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.ask("POST", path, Some(body)).await
    }

    /// A refusal, as the document has it.
    async fn refused(&mut self, method: &str, path: &str, body: Option<Value>) {
        let reply = self.api.call_as(&self.key, method, path, body.as_ref()).await;
        assert!(reply.status >= 400, "{method} {path}: {}", reply.text());
        self.check(method, path, &reply);
    }

    fn check(&mut self, method: &str, path: &str, reply: &Reply) {
        let bare = path.split('?').next().unwrap();
        let paths = self.document.0["paths"].as_object().unwrap();
        let (template, item) = paths.iter().find(|(template, _)| fits(template, bare)).unwrap();
        let operation = &item[method.to_lowercase()];
        let (method, template) = (method.to_owned(), template.clone());
        let responses = &operation["responses"];
        let response = self.document.response(&responses[reply.status.to_string()]);
        let place = format!("{method} {template} {}", reply.status);
        assert!(response.is_object(), "{place} is not in the document");
        match &response["content"] {
            Value::Null => assert!(reply.body.is_empty(), "{place}: {}", reply.text()),
            content => {
                assert_eq!(reply.header("content-type"), Some("application/json"), "{place}");
                let wrong = self.document.wrong(&content["application/json"]["schema"], &reply.json(), true);
                self.wrong.extend(wrong.into_iter().map(|wrong| format!("{place}: {wrong}")));
            }
        }
        if reply.status < 300 {
            self.seen.insert((method, template));
        }
    }

    /// The operations of the document that answer with JSON, or with nothing.
    fn all(&self) -> BTreeSet<(String, String)> {
        let mut all = BTreeSet::new();
        for (path, item) in self.document.0["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let text = operation["responses"]["200"]["content"].as_object();
                if text.is_none_or(|content| content.contains_key("application/json")) {
                    all.insert((method.to_uppercase(), path.clone()));
                }
            }
        }
        all
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (parts, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    parts.len() == given.len()
        && parts
            .iter()
            .zip(given)
            .all(|(part, given)| part.starts_with('{') && given.len() == 36 || *part == given)
}

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap_or_else(|| panic!("no id in {body}")).to_owned()
}

/// A table with a field of every type that needs nothing else, and one record with all their values.
async fn every_type(ask: &mut Reader<'_>, app: &str) {
    let types = ask.get("/api/field-types").await;
    let plain = types["data"].as_array().unwrap().iter().filter(|ty| ty["code"] != "formula");
    let plain: Vec<_> = plain.collect();
    let field =
        |ty: &&Value| json!({"name": ty["code"], "type": ty["code"], "options": ty["example_options"]});
    let fields: Vec<_> = plain.iter().map(field).collect();
    let body = json!({"name": "All", "description": "of each", "fields": fields});
    let table = ask.post(&format!("/api/apps/{app}/tables"), body).await;
    assert_eq!(table["fields"].as_array().unwrap().len(), plain.len());
    let records = format!("/api/tables/{}/records", id(&table));
    ask.post(&records, json!({"fields": {}})).await;
    ask.get(&format!("{records}?count=exact&numbers=string&limit=1")).await;
}

async fn apps_and_tables(ask: &mut Reader<'_>) {
    let app = ask.post("/api/apps", json!({"name": "Own", "icon": "x", "description": "y"})).await;
    let app = id(&app);
    ask.get("/api/apps").await;
    ask.get(&format!("/api/apps/{app}")).await;
    every_type(ask, &app).await;
    ask.get(&format!("/api/apps/{app}/tables")).await;
    let path = format!("/api/apps/{app}/tables/import?name=Files");
    let reply = ask.api.post_text(&path, "text/csv", b"name,price\nTea,18.5\n").await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    ask.check("POST", &path, &reply);
    let table = id(&reply.json()["table"]);
    for (path, file) in [
        (
            format!("/api/apps/{app}/tables/import/preview?types={}", encoded(r#"{"b": "number"}"#)),
            "a,b\n1,x\n2\n",
        ),
        (format!("/api/apps/{app}/tables/import/preview"), "a,b\n1,x\n2,y\nx,z\n"),
        (format!("/api/tables/{table}/records/import/preview"), "name,price\nOats,x\n"),
        (format!("/api/tables/{table}/records/import?on_bad=empty&ragged=skip"), "name,price\nOats,x\nRye\n"),
    ] {
        let reply = ask.api.post_text(&path, "text/csv", file.as_bytes()).await;
        assert!(reply.status < 300, "{}", reply.text());
        ask.check("POST", &path, &reply);
    }
    ask.get(&format!("/api/tables/{table}")).await;
    ask.ask("DELETE", &format!("/api/tables/{table}"), None).await;
}

async fn records(ask: &mut Reader<'_>, table: &str) {
    let path = format!("/api/tables/{table}/records");
    let made = ask.post(&path, json!({"fields": {"customer": "Fay", "price": null, "quantity": 0}})).await;
    let one = format!("{path}/{}", id(&made));
    ask.get(&one).await;
    ask.get(&format!("{one}?numbers=string")).await;
    let change = json!({"fields": {"price": 5, "status": "paid"}});
    ask.ask("PATCH", &one, Some(change.clone())).await;
    ask.ask("PUT", &one, Some(change)).await;
    ask.ask("DELETE", &one, None).await;
    let made = ask.post(&format!("{path}/bulk"), json!({"records": [{"fields": {"customer": "Gus"}}]})).await;
    ask.post(&format!("{path}/bulk/delete"), json!({"ids": made["ids"]})).await;
    for query in
        ["", "?count=exact", "?limit=2", "?fields=customer", "?filter=", "?numbers=string", "?format=rows"]
    {
        ask.get(&format!("{path}{query}")).await;
    }
    let filter = encoded(r#"{"field": "total", "op": "gt", "value": 1}"#);
    ask.get(&format!("{path}?filter={filter}&sort=-total")).await;
    ask.get(&format!("{path}/export?format=json")).await;
    ask.post(&format!("/api/tables/{table}/export?format=json&numbers=string"), json!({})).await;
    for format in ["records", "rows"] {
        let path = format!("/api/tables/{table}/query?format={format}");
        ask.post(&path, json!({"page": {"limit": 1}, "count": "capped"})).await;
    }
}

async fn summaries(ask: &mut Reader<'_>, table: &str) {
    let path = format!("/api/tables/{table}/summary");
    let aggregates = json!([
        {"field": "total", "function": "sum"},
        {"field": "total", "function": "max"},
        {"field": "customer", "function": "empty"},
        {"field": "created_at", "function": "latest"},
        {"field": "quantity", "function": "average"}
    ]);
    for group in [
        json!([]),
        json!([{"field": "status"}]),
        json!([{"field": "quantity"}, {"field": "status"}]),
        json!([{"field": "created_at", "bucket": "month"}]),
        json!([{"field": "total"}]),
    ] {
        for numbers in ["", "?numbers=string"] {
            let view = json!({"group": group, "aggregates": aggregates});
            ask.post(&format!("{path}{numbers}"), view).await;
        }
    }
    let nothing =
        json!({"filter": {"field": "total", "op": "gt", "value": 1_000_000}, "aggregates": aggregates});
    ask.post(&path, nothing).await;
}

async fn formulas(ask: &mut Reader<'_>, table: &str) {
    for formula in ["{price} * 2", "{prise} + ", "1 = \"a\""] {
        ask.post("/api/formula/check", json!({"formula": formula, "table_id": table})).await;
    }
    for formula in ["1 + 2", "\"a\"", "1 / 0", "SPLIT(\"a,b\", \",\")", "TODAY()", "IF(FALSE, 1)"] {
        let body = json!({"formula": formula});
        let reply = ask.api.post("/api/formula/evaluate", &body).await;
        ask.check("POST", "/api/formula/evaluate", &reply);
    }
    for formula in ["RO", "{pr", "ROUND(1, "] {
        let body = json!({"formula": formula, "table_id": table});
        ask.post("/api/formula/complete", body).await;
    }
    ask.get("/api/formula/functions").await;
    ask.refused("POST", "/api/formula/evaluate", Some(json!({"formula": "1 +"}))).await;
}

async fn rules_and_keys(ask: &mut Reader<'_>, table: &str) {
    let on_table = |rule: Value| {
        let mut rule = rule;
        (rule["resource_type"], rule["resource_id"]) = (json!("table"), json!(table));
        rule
    };
    let drafts = json!({"field": "status", "op": "is", "value": "void"});
    let conditional = json!({"role": "member", "action": "read", "effect": "deny", "condition": drafts});
    let rule = ask.post("/api/permissions", on_table(conditional)).await;
    let masked = json!({"role": "member", "action": "read", "effect": "deny", "fields": ["price"]});
    ask.post("/api/permissions", on_table(masked)).await;
    ask.post(
        "/api/permissions",
        json!({"resource_type": "company", "role": "admin", "action": "read", "effect": "allow"}),
    )
    .await;
    ask.get("/api/permissions").await;
    ask.ask("DELETE", &format!("/api/permissions/{}", id(&rule)), None).await;
    let end = json!({"name": "k", "role": "member", "expires_at": "2126-01-31T08:00:00Z"});
    let made = ask.post("/api/api-keys", end).await;
    ask.get("/api/api-keys").await;
    ask.ask("DELETE", &format!("/api/api-keys/{}", id(&made)), None).await;
    ask.get("/api/auth/me").await;
}

/// What somebody gets who may write and not read.
async fn writes_without_reading(ask: &mut Reader<'_>, table: &str) {
    let rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read",
        "effect": "deny", "condition": {"field": "customer", "op": "is", "value": "Secret"}});
    ask.post("/api/permissions", rule).await;
    for action in ["create", "update", "read"] {
        let rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": action,
            "effect": "allow"});
        ask.post("/api/permissions", rule).await;
    }
    let owner = std::mem::replace(&mut ask.key, ask.api.member().await);
    let path = format!("/api/tables/{table}/records");
    let made = ask.post(&path, json!({"fields": {"customer": "Secret"}})).await;
    assert_eq!(made.as_object().unwrap().len(), 1, "{made}");
    let seen = ask.post(&path, json!({"fields": {"customer": "Known"}})).await;
    let hide = json!({"fields": {"customer": "Secret"}});
    let hidden = ask.ask("PATCH", &format!("{path}/{}", id(&seen)), Some(hide)).await;
    assert_eq!(hidden.as_object().unwrap().len(), 1, "{hidden}");
    ask.key = owner;
}

async fn refusals(ask: &mut Reader<'_>, table: &str) {
    let path = format!("/api/tables/{table}/records");
    ask.refused("POST", &path, Some(json!({"fields": {"quantity": "x", "nothing": 1}}))).await;
    ask.refused("POST", &format!("{path}/bulk"), Some(json!({"records": [{"fields": {"price": "x"}}]})))
        .await;
    ask.refused("GET", &format!("{path}?zzz=1"), None).await;
    ask.refused("GET", &format!("{path}/00000000-0000-4000-8000-000000000000"), None).await;
    ask.refused("POST", "/api/apps", None).await;
    let owner = std::mem::replace(&mut ask.key, "dpk_nobody".to_owned());
    ask.refused("GET", "/api/apps", None).await;
    ask.key = owner;
}

// Finding N1.
#[tokio::test]
async fn every_answer_is_what_the_document_says_of_it() {
    let api = Api::start().await;
    let table = api.orders().await;
    let mut ask = Reader::new(&api).await;
    apps_and_tables(&mut ask).await;
    records(&mut ask, &table).await;
    summaries(&mut ask, &table).await;
    formulas(&mut ask, &table).await;
    rules_and_keys(&mut ask, &table).await;
    writes_without_reading(&mut ask, &table).await;
    refusals(&mut ask, &table).await;
    for path in [
        "/api/audit/logs",
        "/api/audit/logs?limit=1",
        "/api/audit/logs?details=true&limit=1000",
        "/healthz",
        "/readyz",
    ] {
        ask.get(path).await;
    }
    assert!(ask.wrong.is_empty(), "{:#?}", ask.wrong);
    let unseen: Vec<_> = ask.all().difference(&ask.seen).cloned().collect();
    assert!(unseen.is_empty(), "not asked: {unseen:#?}");
}
