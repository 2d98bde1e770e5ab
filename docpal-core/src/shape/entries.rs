//! Reading one object.

use super::{At, Shape, kind};
use crate::error::Result;
use crate::json::Json;

/// The keys of one object that are not read yet; what [`shape!`](crate::shape!) reads from.
#[derive(Debug)]
pub struct Entries(Vec<(String, Json)>);

impl Entries {
    /// Reads an object that has no keys but `known`.
    ///
    /// # Errors
    /// A value of the wrong type, an unknown key, in the terms of `at`.
    pub fn read(json: Json, at: &At<'_>, known: &[&'static str]) -> Result<Self> {
        let Json::Object(entries) = json else { return Err(at.wrong_type("an object", &json)) };
        if let Some((key, _)) =
            entries.iter().find(|(key, _)| !known.iter().any(|known| kind::word(known) == key))
        {
            let known: Vec<_> = known.iter().map(|known| kind::word(known)).collect();
            return Err(at.unknown(key, &known));
        }
        Ok(Self(entries))
    }

    /// The value of `key` in the object that stands at `at`.
    ///
    /// # Errors
    /// Those of the value, and that it is missing.
    pub fn take<T: Shape>(&mut self, at: &At<'_>, key: &'static str) -> Result<T> {
        let key = kind::word(key);
        let at = at.key(key);
        let found =
            self.0.iter().position(|(known, _)| known == key).map(|index| self.0.swap_remove(index).1);
        match found {
            None | Some(Json::Null) => T::absent(&at),
            Some(json) => T::read(json, &at),
        }
    }
}
