//! Reading request bodies by hand: exact numbers, unknown keys refused with the nearest one, and the path
//! of the wrong part in every error.

use std::str::FromStr;

use docpal_core::{Error, FieldError, Json, Result, names};

/// The keys of one object of a request.
#[derive(Debug)]
pub(crate) struct Object {
    path: String,
    entries: Vec<(String, Json)>,
}

impl Object {
    /// Reads an object that has no keys but `known`; `path` is where it stands in the request.
    ///
    /// # Errors
    /// `wrong_type`, `unknown_key`.
    pub(crate) fn read(json: Json, path: &str, known: &[&str]) -> Result<Self> {
        let Json::Object(entries) = json else { return Err(wrong_type(path, "an object", &json)) };
        if let Some((key, _)) = entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            let message =
                format!("there is no key `{key}`{} The keys are: {}", hint(key, known), known.join(", "));
            return Err(Error::invalid("unknown_key", join(path, key), message));
        }
        Ok(Self { path: path.to_owned(), entries })
    }

    /// The path of `key` in the request.
    pub(crate) fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The value of `key`; null counts as absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Json> {
        let at = self.entries.iter().position(|(known, _)| known == key)?;
        Some(self.entries.swap_remove(at).1).filter(|json| *json != Json::Null)
    }

    /// The value of `key`, which must be given.
    ///
    /// # Errors
    /// `required`.
    pub(crate) fn need(&mut self, key: &str) -> Result<Json> {
        self.take(key).ok_or_else(|| missing(self.path_of(key)))
    }

    /// The text at `key`.
    ///
    /// # Errors
    /// `wrong_type`, `nul_character`.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>> {
        self.take(key).map(|json| text(json, &self.path_of(key))).transpose()
    }

    /// The text at `key`, which must be given.
    ///
    /// # Errors
    /// `required`, and as [`Object::text`].
    pub(crate) fn need_text(&mut self, key: &str) -> Result<String> {
        let json = self.need(key)?;
        text(json, &self.path_of(key))
    }

    /// The text at `key`, read as a `T`.
    ///
    /// # Errors
    /// `invalid_value` with what was expected.
    pub(crate) fn parsed<T: FromStr>(&mut self, key: &str, expected: &str) -> Result<Option<T>> {
        let path = self.path_of(key);
        let parse = |text: String| {
            text.parse()
                .map_err(|_| Error::invalid("invalid_value", path.as_str(), format!("expected {expected}")))
        };
        self.text(key)?.map(parse).transpose()
    }

    /// The text at `key`, which must be given, read as a `T`.
    ///
    /// # Errors
    /// `required`, and as [`Object::parsed`].
    pub(crate) fn need_parsed<T: FromStr>(&mut self, key: &str, expected: &str) -> Result<T> {
        let path = self.path_of(key);
        self.parsed(key, expected)?.ok_or_else(|| missing(path))
    }

    /// The flag at `key`; off when absent.
    ///
    /// # Errors
    /// `wrong_type`.
    pub(crate) fn flag(&mut self, key: &str) -> Result<bool> {
        match self.take(key) {
            None => Ok(false),
            Some(Json::Bool(flag)) => Ok(flag),
            Some(other) => Err(wrong_type(&self.path_of(key), "true or false", &other)),
        }
    }

    /// The whole number at `key`.
    ///
    /// # Errors
    /// `wrong_type`.
    pub(crate) fn whole(&mut self, key: &str) -> Result<Option<i64>> {
        let path = self.path_of(key);
        let read = |json: Json| match &json {
            Json::Number(text) => text.parse().map_err(|_| wrong_type(&path, "a whole number", &json)),
            _ => Err(wrong_type(&path, "a whole number", &json)),
        };
        self.take(key).map(read).transpose()
    }

    /// The list at `key`.
    ///
    /// # Errors
    /// `wrong_type`.
    pub(crate) fn list(&mut self, key: &str) -> Result<Option<Vec<Json>>> {
        match self.take(key) {
            None => Ok(None),
            Some(Json::List(items)) => Ok(Some(items)),
            Some(other) => Err(wrong_type(&self.path_of(key), "a list", &other)),
        }
    }

    /// The list of texts at `key`.
    ///
    /// # Errors
    /// `wrong_type` with the position, `nul_character`.
    pub(crate) fn texts(&mut self, key: &str) -> Result<Option<Vec<String>>> {
        let path = self.path_of(key);
        let read = |items: Vec<Json>| {
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| text(item, &format!("{path}[{index}]")))
                .collect()
        };
        self.list(key)?.map(read).transpose()
    }
}

/// A text that PostgreSQL can hold.
///
/// # Errors
/// `wrong_type`, `nul_character`.
pub(crate) fn text(json: Json, path: &str) -> Result<String> {
    match json {
        Json::Text(text) if text.contains('\0') => {
            let message = "a text cannot hold the character NUL (U+0000)";
            Err(Error::validation(vec![FieldError::new(path, "nul_character", message)]))
        }
        Json::Text(text) => Ok(text),
        other => Err(wrong_type(path, "a text", &other)),
    }
}

/// The end of a sentence about a name that is not known: the nearest one, if one is near.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    match names::suggestion(names::nearest(name, known.iter().copied())) {
        none if none.is_empty() => ".".to_owned(),
        near => near,
    }
}

/// The error for a value of the wrong kind.
pub(crate) fn wrong_type(path: &str, expected: &str, got: &Json) -> Error {
    Error::invalid("wrong_type", path, format!("expected {expected}, got {}", got.kind()))
}

fn missing(path: String) -> Error {
    Error::validation(vec![FieldError::new(path, "required", "this key is needed")])
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Object> {
        Object::read(Json::parse(text).unwrap(), "", &["name", "fields"])
    }

    #[test]
    fn an_unknown_key_names_the_nearest_and_its_path() {
        let error = read(r#"{"nam": "x"}"#).unwrap_err();
        assert_eq!((error.code(), error.fields()[0].field.as_str()), ("unknown_key", "nam"));
        assert!(error.message().contains("did you mean `name`?"), "{error}");
    }

    #[test]
    fn wrong_types_say_what_was_expected_and_what_came() {
        let error = read(r#"{"name": 5}"#).unwrap().need_text("name").unwrap_err();
        assert_eq!((error.code(), error.message()), ("wrong_type", "expected a text, got a number"));
        assert_eq!(read("[]").unwrap_err().code(), "wrong_type");
    }

    #[test]
    fn null_counts_as_absent_and_nul_is_refused() {
        assert_eq!(read(r#"{"name": null}"#).unwrap().text("name").unwrap(), None);
        let error = read(r#"{"name": "a\u0000b"}"#).unwrap().text("name").unwrap_err();
        assert_eq!(error.fields()[0].code, "nul_character");
    }
}
