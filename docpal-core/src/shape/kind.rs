//! What a shape looks like, as data that knows no format of schemas.

use std::borrow::Cow;

use super::Shape;

/// What a value looks like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Any JSON.
    Any,
    /// Null.
    Null,
    /// A text.
    Text,
    /// A UUID, as a text.
    Id,
    /// An instant in RFC 3339, as a text.
    Instant,
    /// A number.
    Number,
    /// A whole number from the first to the last.
    Whole(i64, i64),
    /// True or false.
    Flag,
    /// One of these words.
    Words(Vec<&'static str>),
    /// A list of such values.
    List(Box<Kind>),
    /// An object with keys that the caller chooses, each with such a value.
    Map(Box<Kind>),
    /// An object with these keys and no others.
    Object(Vec<Key>),
    /// One of these.
    Either(Vec<Kind>),
    /// A kind with a name of its own.
    Named(Named),
}

/// A kind with a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Named {
    /// Its name, unique among all.
    pub name: &'static str,
    /// What it is, for people.
    pub about: Cow<'static, str>,
    /// An example, in JSON.
    pub example: Option<&'static str>,
    /// What it looks like. A function, because a shape can hold itself.
    pub kind: fn() -> Kind,
}

/// A key of an object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What its value is for, for people.
    pub about: String,
    /// What its value looks like.
    pub kind: Kind,
    /// Must it be given?
    pub required: bool,
    /// An example of its value, in JSON.
    pub example: Option<&'static str>,
    /// How many characters a text has, or values a list: at least and at most. What reads the value may not know of
    /// it, but what takes it refuses others.
    pub length: Option<(usize, usize)>,
    /// Another key that is taken for it.
    pub alias: Option<&'static str>,
}

impl Kind {
    /// A kind with a name, and the lines of what it is.
    #[must_use]
    pub fn named(name: &'static str, about: &[&str], kind: fn() -> Self) -> Named {
        Named { name, about: first_paragraph(about).into(), example: None, kind }
    }
}

impl From<Named> for Kind {
    fn from(named: Named) -> Self {
        Self::Named(named)
    }
}

impl Named {
    /// The same with another name.
    #[must_use]
    pub fn called(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// The same with an example, in JSON.
    #[must_use]
    pub fn example(mut self, json: &'static str) -> Self {
        self.example = Some(json);
        self
    }
}

impl Key {
    /// A key that must be given.
    #[must_use]
    pub fn new(name: &'static str, about: &str, kind: Kind) -> Self {
        Self { name, about: about.to_owned(), kind, required: true, example: None, length: None, alias: None }
    }

    /// A key whose value is a `T`, with the lines of what it is for.
    #[must_use]
    pub fn of<T: Shape>(name: &'static str, about: &[&str]) -> Self {
        Self { required: !T::OPTIONAL, ..Self::new(word(name), &first_paragraph(about), T::kind()) }
    }

    /// The same key, which may be left out when it has a default.
    #[must_use]
    pub fn has_default(mut self, has: bool) -> Self {
        self.required &= !has;
        self
    }

    /// The same key with an example of its value, in JSON.
    #[must_use]
    pub fn example(mut self, json: &'static str) -> Self {
        self.example = Some(json);
        self
    }

    /// The same key, which may be called `alias`, too.
    #[must_use]
    pub fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    /// The same key, with more to say of its value than its type does: what judges it comes later.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same key, of a text or a list, with the least and the greatest number of its characters or values.
    #[must_use]
    pub fn length(mut self, least: usize, most: usize) -> Self {
        self.length = Some((least, most));
        self
    }

    /// The same key, of a whole number, with bounds of its own.
    #[must_use]
    pub fn within(mut self, from: i64, to: i64) -> Self {
        self.kind = Kind::Whole(from, to);
        self
    }
}

/// What stands alone in a cell or in a filter.
const SCALARS: [Kind; 4] = [Kind::Text, Kind::Number, Kind::Flag, Kind::Null];

/// What a cell can hold; whether its field takes it is judged where the field is known.
#[must_use]
pub fn cell_value() -> Kind {
    let about = "What a cell holds, by the type of its field: a text, a number, true or false, or a list of these; null \
                 when it is empty";
    let values = || Kind::Either(SCALARS.into_iter().chain([list_of(SCALARS.into())]).collect());
    Kind::named("CellValue", &[about], values).into()
}

/// What a filter can compare with; whether its operator takes it is judged where the field is known. `relative` is what
/// stands for a date that moves.
pub(crate) fn filter_value(relative: fn() -> Kind) -> Vec<Kind> {
    let alone = || SCALARS.into_iter().chain([relative()]);
    alone().chain([list_of(alone().collect())]).collect()
}

fn list_of(kinds: Vec<Kind>) -> Kind {
    Kind::List(Box::new(Kind::Either(kinds)))
}

/// The key that an identifier of Rust stands for.
pub(super) fn word(identifier: &'static str) -> &'static str {
    identifier.strip_prefix("r#").unwrap_or(identifier)
}

/// The lines of a comment up to the first empty one.
fn first_paragraph(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    lines.join(" ")
}
