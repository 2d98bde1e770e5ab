//! What is wrong with a file of JSON objects, by line.

use docpal_core::Json;
use serde::de::IgnoredAny;

use super::objects::VALUES;
use crate::import::error::LineError;

/// The characters shown of what is wrong.
const SHOWN: usize = 20;

pub(super) fn wrong(line: u64, message: impl Into<String>) -> LineError {
    LineError::line(line, "invalid_json", message)
}

/// The character at a byte, as a message has it.
pub(super) fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { "something else".to_owned() }
}

/// An object by its text, which begins on `line`.
pub(super) fn parse(text: &[u8], line: u64) -> Result<Vec<(String, Json)>, LineError> {
    let text = std::str::from_utf8(text).map_err(|_| {
        let message = "the object holds bytes that are no text in the file's encoding";
        LineError::line(line, "invalid_text", message)
    })?;
    match Json::parse_within(text, VALUES) {
        Ok(Json::Object(entries)) => Ok(entries),
        Ok(_) => Err(wrong(line, "an object was expected here")),
        Err(error) if error.code() == "too_many_values" => {
            Err(wrong(line, format!("the object that begins here holds more than {VALUES} values")))
        }
        Err(error) => {
            Err(malformed(text, line).unwrap_or_else(|| wrong(line, without_place(error.message()))))
        }
    }
}

/// Where in the object its text is no JSON.
fn malformed(text: &str, line: u64) -> Option<LineError> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let at = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let place = error.column().saturating_sub(1);
    let rest = at.as_bytes().get(place..).unwrap_or_default();
    let rest = String::from_utf8_lossy(rest);
    let line = line + (error.line() as u64).saturating_sub(1);
    if let Some(word) = ["NaN", "Infinity"].into_iter().find(|word| rest.starts_with(word)) {
        return Some(wrong(line, format!("`{word}` is no JSON; `null` is what stands for no number")));
    }
    let near: String = rest.chars().take(SHOWN).collect();
    let near = if near.is_empty() { "the end of the line".to_owned() } else { format!("`{near}`") };
    Some(wrong(line, format!("this is no JSON: {} at {near}", without_place(&error.to_string()))))
}

/// A message of the parser without its place, which is one inside the object.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(message)
}
