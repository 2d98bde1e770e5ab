//! What the OpenAPI document says of requests is what the readers take: over the whole document.

use serde_json::{Map, Value, json};

use super::client::{Api, Reply, encoded};

const RANDOM: &str = "5f0c7f7e-6a1d-4d0b-9f8e-2b8f3a4c5d6e";

/// The codes of what cannot be read; others say that it was read and is not acceptable.
const UNREAD: [&str; 10] = [
    "unknown_key",
    "unknown_parameter",
    "wrong_type",
    "required",
    "invalid_value",
    "invalid_parameter",
    "invalid_view",
    "invalid_filter",
    "invalid_record",
    "invalid_id",
];

/// Schemas of values that are only read where it is known what they are for.
const JUDGED_LATER: [&str; 2] = ["/CellValue", "/FilterValue"];

/// What a body must get for what stands at `path`.
struct Case {
    body: Value,
    path: String,
    expected: Expected,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    /// It is a key that means nothing.
    Unknown,
    /// It is missing: told there, or at the object that lacks it.
    Missing,
    /// It is of the wrong kind, or out of bounds.
    WrongKind,
    /// It can be read.
    Read,
}

/// The schemas of a document.
struct Schemas(Value);

impl Schemas {
    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            None => schema,
            Some(name) => &self.0["components"]["schemas"][name.rsplit('/').next().unwrap()],
        }
    }

    /// What may stand for a schema, without null.
    fn choices<'s>(&'s self, schema: &'s Value) -> Vec<&'s Value> {
        let schema = self.resolve(schema);
        match schema["oneOf"].as_array() {
            None if schema["type"] == "null" => Vec::new(),
            None => vec![schema],
            Some(all) => all.iter().flat_map(|one| self.choices(one)).collect(),
        }
    }

    /// A value that the schema allows.
    fn sample(&self, schema: &Value) -> Value {
        let resolved = self.resolve(schema);
        if let Some(example) = resolved["examples"].get(0) {
            return example.clone();
        }
        let schema = self.choices(schema)[0];
        if let Some(example) = schema["examples"].get(0) {
            return example.clone();
        }
        if let Some(words) = schema["enum"].as_array() {
            return words.last().unwrap().clone();
        }
        match (kind(schema), schema["format"].as_str()) {
            ("string", Some("uuid")) => json!(RANDOM),
            ("string", Some("date-time")) => json!("2126-01-31T08:00:00Z"),
            ("string", _) => json!("x"),
            ("integer" | "number" | "any", _) => json!(1),
            ("boolean", _) => json!(true),
            ("array", _) => json!([self.sample(&schema["items"])]),
            ("object", _) if schema["properties"].is_object() => Value::Object(self.least(schema)),
            ("object", _) => json!({"k": self.sample(&schema["additionalProperties"])}),
            _ => self.sample(schema),
        }
    }

    /// An object with what it needs, and no more.
    fn least(&self, schema: &Value) -> Map<String, Value> {
        let needed = schema["required"].as_array().into_iter().flatten().map(|key| key.as_str().unwrap());
        needed.map(|key| (key.to_owned(), self.sample(&schema["properties"][key]))).collect()
    }

    /// The cases of what stands at `path` of a body that `place` makes of it.
    fn cases(
        &self,
        schema: &Value,
        path: &str,
        place: &dyn Fn(Value) -> Value,
        deep: usize,
        out: &mut Vec<Case>,
    ) {
        let mut case =
            |value: Value, path: String, expected| out.push(Case { body: place(value), path, expected });
        // What a field or an operator takes is judged by it, later and in other words.
        if JUDGED_LATER.iter().any(|name| refers_to(schema, name)) {
            return;
        }
        let resolved = self.resolve(schema);
        for example in resolved["examples"].as_array().into_iter().flatten() {
            case(example.clone(), path.to_owned(), Expected::Read);
        }
        let choices = self.choices(schema);
        if choices.iter().all(|choice| !["array", "any"].contains(&kind(choice))) {
            case(json!([]), path.to_owned(), Expected::WrongKind);
        }
        for choice in &choices {
            for (bound, beyond) in [("minimum", -1), ("maximum", 1)] {
                let Some(bound) = choice[bound].as_i64() else { continue };
                case(json!(bound), path.to_owned(), Expected::Read);
                case(json!(bound + beyond), path.to_owned(), Expected::WrongKind);
            }
        }
        for choice in choices {
            match kind(choice) {
                "array" => {
                    out.push(Case {
                        body: place(json!("x")),
                        path: path.to_owned(),
                        expected: Expected::WrongKind,
                    });
                    let list = |item| place(json!([item]));
                    self.cases(&choice["items"], &format!("{path}[0]"), &list, deep, out);
                }
                "object" if choice["properties"].is_object() => self.keys(choice, path, place, deep, out),
                "object" if choice["additionalProperties"].is_object() => {
                    let map = |value| place(json!({"k": value}));
                    self.cases(&choice["additionalProperties"], &join(path, "k"), &map, deep, out);
                }
                _ => {}
            }
        }
    }

    fn keys(
        &self,
        schema: &Value,
        path: &str,
        place: &dyn Fn(Value) -> Value,
        deep: usize,
        out: &mut Vec<Case>,
    ) {
        let least = self.least(schema);
        let with = |key: &str, value: Value| {
            let mut object = least.clone();
            object.insert(key.to_owned(), value);
            place(Value::Object(object))
        };
        out.push(Case { body: with("zzz", json!(1)), path: join(path, "zzz"), expected: Expected::Unknown });
        assert_eq!(schema["additionalProperties"], false, "{path}");
        for key in least.keys() {
            let mut object = least.clone();
            object.remove(key);
            out.push(Case { body: place(object.into()), path: join(path, key), expected: Expected::Missing });
        }
        for (key, value) in schema["properties"].as_object().unwrap() {
            let at = join(path, key);
            out.push(Case {
                body: with(key, self.sample(value)),
                path: at.clone(),
                expected: Expected::Read,
            });
            if deep > 0 {
                self.cases(value, &at, &|value| with(key, value), deep - 1, out);
            }
        }
    }
}

fn refers_to(schema: &Value, name: &str) -> bool {
    let all = [schema].into_iter().chain(schema["oneOf"].as_array().into_iter().flatten());
    all.into_iter().any(|one| one["$ref"].as_str().is_some_and(|path| path.ends_with(name)))
}

fn kind(schema: &Value) -> &str {
    let first = schema["type"].get(0).unwrap_or(&schema["type"]);
    first.as_str().unwrap_or("any")
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Where the request could not be read: code and path.
fn unread(reply: &Reply) -> Vec<(String, String)> {
    let failed = if reply.status >= 400 { reply.failed() } else { Vec::new() };
    failed.into_iter().filter(|(_, code)| UNREAD.contains(&code.as_str())).collect()
}

fn check(reply: &Reply, case: &Case, route: &str) {
    let (found, path) = (unread(reply), case.path.as_str());
    let at = |wanted: &str, code: Option<&str>| {
        found.iter().any(|(at, got)| at == wanted && code.is_none_or(|code| code == got))
    };
    let holds = match case.expected {
        Expected::Unknown => at(path, Some("unknown_key")),
        Expected::WrongKind => at(path, None),
        Expected::Missing => {
            let object = path.rsplit_once('.').map_or("", |(object, _)| object);
            at(path, Some("required"))
                || at(object, Some("invalid_view"))
                || at(object, Some("invalid_filter"))
        }
        Expected::Read => !found.iter().any(|(at, _)| at.starts_with(path)),
    };
    assert!(holds, "{route}: {:?} at `{path}` of {}: {}", case.expected, case.body, reply.text());
}

/// The routes of a document, with the ids of things that exist.
async fn routes(api: &Api, document: &Value) -> Vec<(String, String, Value)> {
    let table = api.orders().await;
    let app = api.get("/api/apps").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let record = api.get(&format!("/api/tables/{table}/records")).await.ok()["data"][0]["id"].clone();
    let ids =
        [("{table_id}", table), ("{app_id}", app), ("{record_id}", record.as_str().unwrap().to_owned())];
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = ids.iter().fold(path.clone(), |path, (name, id)| path.replace(name, id));
        for (method, operation) in item.as_object().unwrap() {
            routes.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    routes
}

// Finding B9.
#[tokio::test]
async fn every_body_is_read_as_the_document_describes_it() {
    let api = Api::start().await;
    let document = api.send("GET", "/api/openapi.json", &[], b"").await.ok();
    let (schemas, mut bodies) = (Schemas(document.clone()), 0);
    for (method, path, operation) in routes(&api, &document).await {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        bodies += 1;
        assert_eq!(operation["requestBody"]["required"], true, "{method} {path}");
        let mut cases = Vec::new();
        schemas.cases(schema, "", &|body| body, 4, &mut cases);
        for case in cases {
            let reply = api.call_as(api.key(), &method, &path, Some(&case.body)).await;
            check(&reply, &case, &format!("{method} {path}"));
        }
    }
    assert!(bodies >= 14, "{bodies}");
}

// Finding B9.
#[tokio::test]
async fn every_query_parameter_is_read_as_the_document_describes_it() {
    let api = Api::start().await;
    let document = api.send("GET", "/api/openapi.json", &[], b"").await.ok();
    let (schemas, mut checked, mut bounds) = (Schemas(document.clone()), 0, 0);
    for (method, path, operation) in routes(&api, &document).await {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let parameters: Vec<_> = parameters.iter().filter(|parameter| parameter["in"] == "query").collect();
        for parameter in &parameters {
            checked += 1;
            let (name, sample) = (
                parameter["name"].as_str().unwrap(),
                match &parameter["example"] {
                    Value::Null => schemas.sample(&parameter["schema"]),
                    example => example.clone(),
                },
            );
            let text = sample.as_str().map_or_else(|| sample.to_string(), str::to_owned);
            let ask = |query: String| {
                let (api, path, method) = (&api, &path, &method);
                async move { api.call_as(api.key(), method, &format!("{path}?{query}"), Some(&json!({}))).await }
            };
            let reply = ask(format!("zz{name}=1")).await;
            assert_eq!(reply.refusal(), (400, "unknown_parameter".to_owned()), "{method} {path}");
            for (bound, beyond) in [("minimum", -1), ("maximum", 1)] {
                let Some(bound) = parameter["schema"][bound].as_i64() else { continue };
                bounds += 1;
                assert!(!unread(&ask(format!("{name}={bound}")).await).iter().any(|(at, _)| at == name));
                let refused = unread(&ask(format!("{name}={}", bound + beyond)).await);
                assert_eq!(refused, [(name.to_owned(), "invalid_parameter".to_owned())], "{method} {path}");
            }
            let reply = ask(format!("{name}={}", encoded(&text))).await;
            assert!(
                !unread(&reply).iter().any(|(at, _)| at == name),
                "{method} {path} {name}: {}",
                reply.text()
            );
        }
    }
    assert!(checked > 20 && bounds >= 4, "{checked} with {bounds} bounds");
}

// Finding N2.
#[tokio::test]
async fn every_header_is_read_where_the_document_has_it_and_nowhere_else() {
    let api = Api::start().await;
    let document = api.send("GET", "/api/openapi.json", &[], b"").await.ok();
    let bearer = format!("Bearer {}", api.key());
    let mut routes = routes(&api, &document).await;
    // What deletes a table comes after what is asked of it.
    routes.sort_by_key(|(_, path, _)| std::cmp::Reverse(path.len()));
    for (name, wrong, code, least) in
        [("Idempotency-Key", "", "invalid_idempotency_key", 12), ("If-Match", "x", "invalid_version", 3)]
    {
        let mut documented = 0;
        for (method, path, operation) in &routes {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let has = parameters.iter().any(|one| one["in"] == "header" && one["name"] == name);
            documented += usize::from(has);
            let headers = [("Authorization", bearer.as_str()), (name, wrong)];
            let reply = api.send(method, path, &headers, b"").await;
            let refused = reply.status == 400 && reply.refusal().1 == code;
            assert_eq!(refused, has, "{name} at {method} {path}: {}", reply.text());
        }
        assert!(documented >= least, "{name}: {documented}");
    }
}
