//! Where a value stands in a request, and in which words a wrong one is refused.

use std::fmt;

use crate::error::{Error, FieldError};
use crate::json::Json;
use crate::names;

/// Where a value stands. The path is written when something is wrong, and not before.
#[derive(Clone, Copy, Debug)]
pub struct At<'p> {
    step: Step<'p>,
    terms: Terms,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root(&'p str),
    Key(&'p At<'p>, &'p str),
    Item(&'p At<'p>, usize),
}

/// In which words a wrong value is refused.
#[derive(Clone, Copy, Debug)]
pub struct Terms(Words);

#[derive(Clone, Copy, Debug)]
enum Words {
    Body,
    Parameters,
    One(&'static str),
}

impl Terms {
    /// Of a body: `wrong_type`, `invalid_value`, `required` for the missing key.
    pub const BODY: Self = Self(Words::Body);
    /// Of query parameters: `invalid_parameter`, `unknown_parameter`, `required`.
    pub const PARAMETERS: Self = Self(Words::Parameters);

    /// All of it has one code, but for keys that mean nothing: `unknown_key`.
    #[must_use]
    pub const fn one(code: &'static str) -> Self {
        Self(Words::One(code))
    }
}

impl At<'static> {
    /// A whole body.
    pub const BODY: Self = Self { step: Step::Root(""), terms: Terms::BODY };
    /// All query parameters.
    pub const PARAMETERS: Self = Self { step: Step::Root(""), terms: Terms::PARAMETERS };
}

impl<'p> At<'p> {
    /// What stands at `path` of a body.
    #[must_use]
    pub fn path(path: &'p str) -> Self {
        Self { step: Step::Root(path), terms: Terms::BODY }
    }

    /// The same place, with refusals in other words.
    #[must_use]
    pub fn in_terms(&self, terms: Terms) -> Self {
        Self { step: self.step, terms }
    }

    /// The value of `key` in the object that stands here.
    #[must_use]
    pub fn key(&'p self, key: &'p str) -> Self {
        Self { step: Step::Key(self, key), terms: self.terms }
    }

    /// An item of the list that stands here.
    #[must_use]
    pub fn item(&'p self, index: usize) -> Self {
        Self { step: Step::Item(self, index), terms: self.terms }
    }

    /// The refusal of a value of another kind than `expected`, as in "a text".
    #[must_use]
    pub fn wrong_type(&self, expected: &str, got: &Json) -> Error {
        match self.terms.0 {
            Words::Body => {
                let message = format!("expected {expected}, got {}", got.kind());
                Error::invalid("wrong_type", self.to_string(), message)
            }
            _ => self.invalid(&format!("expected {expected}")),
        }
    }

    /// The refusal of a value of the right kind.
    #[must_use]
    pub fn invalid(&self, message: &str) -> Error {
        let path = self.to_string();
        match self.terms.0 {
            Words::Body => Error::invalid("invalid_value", path, message),
            Words::Parameters => Error::invalid("invalid_parameter", path, message),
            Words::One(code) => Error::invalid(code, path, message),
        }
    }

    /// The refusal of a text that PostgreSQL cannot hold.
    #[must_use]
    pub fn nul(&self) -> Error {
        let message = "a text cannot hold the character NUL (U+0000)";
        Error::validation(vec![FieldError::new(self.to_string(), "nul_character", message)])
    }

    /// The refusal of what lacks the value that should stand here.
    #[must_use]
    pub fn missing(&self) -> Error {
        match (self.terms.0, self.step) {
            (Words::Body, _) => {
                let entry = FieldError::new(self.to_string(), "required", "this key is needed");
                Error::validation(vec![entry])
            }
            (Words::Parameters, _) => {
                Error::invalid("required", self.to_string(), "this parameter is needed")
            }
            (Words::One(_), Step::Key(object, key)) => object.invalid(&format!("the key `{key}` is missing")),
            (Words::One(_), _) => self.invalid("this is missing"),
        }
    }

    /// The refusal of a key that none of `known` is.
    #[must_use]
    pub fn unknown(&self, key: &str, known: &[&str]) -> Error {
        let near = names::end_of_sentence(names::nearest(key, known.iter().copied()));
        let all = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let key = names::shown(key);
        let path = self.key(&key).to_string();
        match self.terms.0 {
            Words::Parameters => {
                let message = format!("there is no parameter `{key}`{near} The parameters are: {all}");
                Error::invalid("unknown_parameter", path, message)
            }
            _ => {
                let message = format!("there is no key `{key}`{near} The keys are: {all}");
                Error::invalid("unknown_key", path, message)
            }
        }
    }
}

/// The path, as `fields[0].name`; empty for all of it.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Step::Root(path) => f.write_str(path),
            Step::Key(At { step: Step::Root(""), .. }, key) => f.write_str(key),
            Step::Key(object, key) => write!(f, "{object}.{key}"),
            Step::Item(list, index) => write!(f, "{list}[{index}]"),
        }
    }
}
