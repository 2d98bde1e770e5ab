//! Options as serde structs: unknown keys are refused, numbers are exact.

use rust_decimal::Decimal;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};

use super::Fault;
use crate::json::Json;

/// Reads options of type `T`; null stands for all defaults.
pub(super) fn read<T: DeserializeOwned>(options: &Json) -> Result<T, Fault> {
    let text = match options {
        Json::Null => "{}".to_owned(),
        other => other.to_string(),
    };
    serde_json::from_str(&text).map_err(|error| {
        // serde appends the position in a text that the user never saw.
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        Fault::new("invalid_options", format!("options: {words}"))
    })
}

/// A number in options, read from its exact text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact(pub(super) Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        super::numeric::exact(&json).map(Self).map_err(|fault| D::Error::custom(fault.message))
    }
}

/// An object of the entries that are set.
pub(super) fn object(entries: impl IntoIterator<Item = (&'static str, Option<Json>)>) -> Json {
    let set = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Json::Object(set.collect())
}
