//! Reading one object.

use super::{At, Shape, kind};
use crate::error::Result;
use crate::json::Json;

/// The keys of one object that are not read yet; what [`shape!`](crate::shape!) reads from.
#[derive(Debug)]
pub struct Entries(Vec<(String, Json)>);

impl Entries {
    /// An object with the keys of a shape in the place of their aliases, each given with its key.
    ///
    /// # Errors
    /// In the terms of `at`, when a key stands there under both.
    pub fn named(mut json: Json, at: &At<'_>, aliases: &[(&str, &'static str)]) -> Result<Json> {
        let Json::Object(entries) = &mut json else { return Ok(json) };
        for (alias, key) in aliases {
            let key = kind::word(key);
            let Some(at_alias) = entries.iter().position(|(known, _)| known == alias) else { continue };
            if entries.iter().any(|(known, _)| known == key) {
                let message = format!("`{alias}` is another word for `{key}`; give one of the two");
                return Err(at.key(alias).invalid(&message));
            }
            if let Some((name, _)) = entries.get_mut(at_alias) {
                key.clone_into(name);
            }
        }
        Ok(json)
    }

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

    /// Refuses a whole number at `key` that is out of bounds; the value itself is read by [`Entries::take`].
    ///
    /// # Errors
    /// In the terms of `at`, with the bounds.
    pub fn require_within(&self, at: &At<'_>, key: &'static str, from: i64, to: i64) -> Result<()> {
        let key = kind::word(key);
        let given = self.0.iter().find(|(known, _)| known == key);
        // What is no whole number is refused as such; one that is too large to be read is out of bounds, too.
        let Some((_, Json::Number(text))) = given else { return Ok(()) };
        let is_whole = text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
        if !is_whole || text.parse().is_ok_and(|number: i64| (from..=to).contains(&number)) {
            return Ok(());
        }
        Err(at.key(key).invalid(&format!("expected a whole number from {from} to {to}")))
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
