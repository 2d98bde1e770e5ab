//! The OpenAPI document as such: valid, and whole. What it says of requests and answers is held by `shapes`, `answers` and
//! `fuzz`.

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

const OPENAPI: &str = "https://spec.openapis.org/oas/3.1/schema/2022-10-07";
const JSON_SCHEMA: &str = "https://json-schema.org/draft/2020-12/schema";

fn document() -> Value {
    serde_json::from_str(&docpal_server::openapi()).unwrap()
}

/// What documents and what schemas in them must be like.
struct Rules {
    schemas: Schemas,
    document: SchemaIndex,
    schema: SchemaIndex,
}

impl Rules {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let text = serde_json::from_str(include_str!("openapi/schema-3.1.json")).unwrap();
        compiler.add_resource(OPENAPI, text).unwrap();
        let document = compiler.compile(OPENAPI, &mut schemas).unwrap();
        let schema = compiler.compile(JSON_SCHEMA, &mut schemas).unwrap();
        Self { schemas, document, schema }
    }

    /// What is wrong with a document.
    fn wrong(&self, document: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Err(error) = self.schemas.validate(document, self.document) {
            wrong.push(error.to_string());
        }
        for (path, schema) in schemas_of(document) {
            if let Err(error) = self.schemas.validate(schema, self.schema) {
                wrong.push(format!("{path}: {error}"));
            }
        }
        wrong
    }
}

/// The schemas of a document: those with a name, and those that stand where they are used.
fn schemas_of(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        found.push((format!("/components/schemas/{name}"), schema));
    }
    walk(document, "", &mut |path, value| {
        if let Some(schema) = value.get("schema").filter(|_| !path.starts_with("/components/schemas/")) {
            found.push((format!("{path}/schema"), schema));
        }
    });
    found
}

fn walk<'v>(value: &'v Value, path: &str, each: &mut impl FnMut(&str, &'v Value)) {
    each(path, value);
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), each))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{path}/{index}"), each));
        }
        _ => {}
    }
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let mut all = Vec::new();
    for (path, item) in paths {
        all.extend(
            item.as_object()
                .unwrap()
                .iter()
                .map(|(method, operation)| (format!("{method} {path}"), operation)),
        );
    }
    all
}

#[test]
fn the_document_is_valid_openapi_3_1() {
    let (rules, document) = (Rules::new(), document());
    let wrong = rules.wrong(&document);
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What was wrong once: the rules see it.
    let first = "/paths/~1api~1apps/get/responses/200";
    let mut spoiled = document.clone();
    spoiled.pointer_mut(first).unwrap().as_object_mut().unwrap().remove("description");
    assert!(!rules.wrong(&spoiled).is_empty());
    let mut spoiled = document;
    spoiled["components"]["schemas"]["App"]["type"] = json!("thing");
    assert!(!rules.wrong(&spoiled).is_empty());
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let document = document();
    let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (place, operation) in operations(&document) {
        ids.entry(operation["operationId"].as_str().unwrap()).or_default().push(place);
    }
    ids.retain(|_, places| places.len() > 1);
    assert!(ids.is_empty(), "{ids:#?}");
}

#[test]
fn every_answer_and_every_refusal_says_what_it_is() {
    let document = document();
    for (place, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let name = response["$ref"].as_str().and_then(|name| name.rsplit('/').next());
            let response = name.map_or(response, |name| &document["components"]["responses"][name]);
            assert!(response["description"].as_str().is_some_and(|text| text.len() > 5), "{place} {status}");
        }
    }
}

/// Objects whose keys nobody but the caller knows; all others have their keys in the document.
#[test]
fn no_object_is_without_a_shape() {
    let document = document();
    let mut free = BTreeSet::new();
    walk(&document["components"]["schemas"], "", &mut |path, schema| {
        let is_object = match &schema["type"] {
            Value::Array(types) => types.iter().any(|ty| ty == "object"),
            one => one == "object",
        };
        let described = schema.get("properties").is_some() || schema["additionalProperties"].is_object();
        let is_empty = schema["additionalProperties"] == false;
        if is_object && !described && !is_empty {
            free.insert(path.to_owned());
        }
    });
    assert!(free.is_empty(), "{free:#?}");
}
