//! What entries say that records held: images, by field id, system values by their names. Pure; knows no rights.

use docpal_core::{Json, RecordId};

use super::table::Table;

/// About so many bytes a value takes in memory beside its text.
const VALUE: usize = 32;

/// The images of what records held before.
pub(super) fn befores(details: &Json) -> &[Json] {
    match details.get("before") {
        Some(Json::List(images)) => images,
        Some(image) => std::slice::from_ref(image),
        None => &[],
    }
}

pub(super) fn record_of(image: &Json) -> Option<RecordId> {
    image.get("id")?.as_text()?.parse().ok()
}

pub(super) fn version_of(image: &Json) -> Option<i64> {
    match image.get("version")? {
        Json::Number(version) => version.parse().ok(),
        _ => None,
    }
}

/// What conditions ask of an image, by the names of columns, as JSON.
pub(super) fn asked(image: &Json, table: &Table) -> String {
    let entry = |(key, column): &(String, String)| Some((column.clone(), image.get(key)?.clone()));
    Json::Object(table.asked.iter().filter_map(entry).collect()).to_string()
}

/// As [`asked`], of the images of an entry: what records held before and, of an update, what the record held then.
pub(super) fn all_asked(details: &Json, table: &Table) -> Vec<String> {
    let mut images: Vec<String> = befores(details).iter().map(|image| asked(image, table)).collect();
    if let (Some(before @ Json::Object(_)), Some(after @ Json::Object(_))) =
        (details.get("before"), details.get("after"))
    {
        let next = version_of(before).and_then(|version| version.checked_add(1));
        let next = next.map(|version| Json::Number(version.to_string()));
        let value = |key: &str| match &next {
            Some(next) if key == "version" => Some(next),
            _ => after.get(key).or_else(|| before.get(key)),
        };
        let entry = |(key, column): &(String, String)| Some((column.clone(), value(key)?.clone()));
        images.push(Json::Object(table.asked.iter().filter_map(entry).collect()).to_string());
    }
    images
}

/// About so many bytes `json` takes.
pub(super) fn size(json: &Json) -> usize {
    let inside: usize = match json {
        Json::Null | Json::Bool(_) => 0,
        Json::Number(text) | Json::Text(text) => text.len(),
        Json::List(items) => items.iter().map(size).sum(),
        Json::Object(entries) => entries.iter().map(|(key, value)| key.len() + size(value)).sum(),
    };
    VALUE + inside
}
