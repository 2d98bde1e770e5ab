//! The filter language as data: what a view, a request or a rule's condition says. Field names and
//! operators are not looked up yet; docpal-query does that against a table.
//!
//! JSON: `{"field", "op", "value"?, "case_sensitive"?}`, `{"and": [..]}`, `{"or": [..]}`, `{"not": ..}`.

pub mod field;

use crate::error::{Error, Result};
use crate::json::Json;
use crate::operators::dates;
use crate::shape;
use crate::shape::{At, Key, Kind, Shape, Terms};

pub use field::{FieldTest, field};

/// A filter nests at most this deep.
pub const MAX_DEPTH: usize = 8;
/// A filter has at most this many tests.
pub const MAX_TESTS: usize = 200;
/// A filter has at most this many parts: tests, and what joins them.
pub const MAX_PARTS: usize = 1_000;

/// In which words filters are refused.
const TERMS: Terms = Terms::one("invalid_filter");

/// Counts the parts of a filter, one by one.
///
/// # Example
/// ```
/// let mut size = docpal_core::filter::Size::default();
/// assert!(size.count(1, true, "filter").is_ok());
/// assert_eq!(size.count(9, false, "filter").unwrap_err().code(), "filter_too_deep");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    parts: usize,
    tests: usize,
}

impl Size {
    /// Counts a part that is `depth` deep and stands at `path`.
    ///
    /// # Errors
    /// `filter_too_deep`, `filter_too_large`.
    pub fn count(&mut self, depth: usize, is_test: bool, path: &str) -> Result<()> {
        self.parts += 1;
        self.tests += usize::from(is_test);
        if depth > MAX_DEPTH {
            let message = format!("a filter nests at most {MAX_DEPTH} deep");
            return Err(Error::invalid("filter_too_deep", path, message));
        }
        let (count, most, what) = match self.tests > MAX_TESTS {
            true => (self.tests, MAX_TESTS, "tests"),
            false => (self.parts, MAX_PARTS, "parts"),
        };
        if count > most {
            return Err(Error::invalid(
                "filter_too_large",
                path,
                format!("a filter has at most {most} {what}"),
            ));
        }
        Ok(())
    }
}

/// A condition on a record.
///
/// # Example
/// ```
/// use docpal_core::{Filter, Json};
/// let json = Json::parse(r#"{"and": [{"field": "total", "op": "gt", "value": 5000}, {"not": {"field": "city", "op": "is_empty"}}]}"#)?;
/// let filter = Filter::from_json(&json, "filter")?;
/// assert_eq!(filter.to_json(), json);
/// # Ok::<(), docpal_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of these hold; an empty list holds.
    And(Vec<Filter>),
    /// At least one of these holds; an empty list does not hold.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// One field compared with a value.
    Test(Test),
}

shape! {
    /// One field compared with a value.
    #[name = "FilterTest"]
    #[example = r#"{"field": "total", "op": "gt", "value": 5000}"#]
    #[terms = TERMS]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Test {
        /// The field's name or id.
        pub field: String,
        /// The operator's code, as `gt`; `/api/field-types` lists those of each type. `eq` and `is`, `ne` and `is_not` are
        /// the same; of dates `lt` is `before` and `gt` is `after`; of options `in` is `is_any_of`.
        pub op: String,
        /// The value to compare with, if the operator takes one.
        #[kind = value_kind()]
        pub value: Option<Json>,
        /// Should a text be compared exactly? Off by default.
        pub case_sensitive: bool = false,
    }
}

impl Filter {
    /// A test of `field`.
    #[must_use]
    pub fn test(field: impl Into<String>, op: impl Into<String>, value: impl Into<Json>) -> Self {
        Self::Test(Test {
            field: field.into(),
            op: op.into(),
            value: Some(value.into()),
            case_sensitive: false,
        })
    }

    /// A test that takes no value, as `is_empty`.
    #[must_use]
    pub fn check(field: impl Into<String>, op: impl Into<String>) -> Self {
        Self::Test(Test { field: field.into(), op: op.into(), value: None, case_sensitive: false })
    }

    /// Reads a filter; `path` is where it stands in the request, for error messages.
    ///
    /// # Errors
    /// `invalid_filter` with the path of the wrong part, `filter_too_deep`, `filter_too_large`.
    pub fn from_json(json: &Json, path: &str) -> Result<Self> {
        Self::read(json.clone(), &At::path(path))
    }

    /// The filter as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let list = |items: &[Filter]| Json::List(items.iter().map(Filter::to_json).collect());
        let entries = match self {
            Self::And(items) => vec![("and".to_owned(), list(items))],
            Self::Or(items) => vec![("or".to_owned(), list(items))],
            Self::Not(inner) => vec![("not".to_owned(), inner.to_json())],
            Self::Test(test) => {
                let mut entries = vec![
                    ("field".to_owned(), Json::from(test.field.as_str())),
                    ("op".to_owned(), Json::from(test.op.as_str())),
                ];
                entries.extend(test.value.clone().map(|value| ("value".to_owned(), value)));
                if test.case_sensitive {
                    entries.push(("case_sensitive".to_owned(), Json::Bool(true)));
                }
                entries
            }
        };
        Json::Object(entries)
    }

    /// Fails when the filter is larger than filters are, however it was made.
    ///
    /// # Errors
    /// `filter_too_deep`, `filter_too_large`, with `path` for the place.
    pub fn require_size(&self, path: &str) -> Result<()> {
        let (mut size, mut todo) = (Size::default(), vec![(self, 1)]);
        while let Some((part, depth)) = todo.pop() {
            size.count(depth, matches!(part, Self::Test(_)), path)?;
            match part {
                Self::And(items) | Self::Or(items) => todo.extend(items.iter().map(|item| (item, depth + 1))),
                Self::Not(inner) => todo.push((inner, depth + 1)),
                Self::Test(_) => {}
            }
        }
        Ok(())
    }

    /// Does it join nothing somewhere?
    #[must_use]
    pub fn has_empty_list(&self) -> bool {
        match self {
            Self::And(items) | Self::Or(items) => items.is_empty() || items.iter().any(Self::has_empty_list),
            Self::Not(inner) => inner.has_empty_list(),
            Self::Test(_) => false,
        }
    }

    /// The same filter with every test passed through `change`.
    ///
    /// # Errors
    /// The first error of `change`.
    pub fn map_tests<E>(&self, change: &mut impl FnMut(&Test) -> Result<Test, E>) -> Result<Self, E> {
        Ok(match self {
            Self::And(items) => {
                Self::And(items.iter().map(|item| item.map_tests(change)).collect::<Result<_, E>>()?)
            }
            Self::Or(items) => {
                Self::Or(items.iter().map(|item| item.map_tests(change)).collect::<Result<_, E>>()?)
            }
            Self::Not(inner) => Self::Not(Box::new(inner.map_tests(change)?)),
            Self::Test(test) => Self::Test(change(test)?),
        })
    }
}

/// What a filter compares with: what `/api/field-types` shows of each operator.
fn value_kind() -> Kind {
    let about = "What the operator compares with: a text, a number, true or false, a list of these; for dates also one \
                 that moves with the day, as `{\"mode\": \"last_days\", \"n\": 7}`";
    let values = || Kind::Either(shape::filter_value(relative_date));
    Kind::named("FilterValue", &[about], values).into()
}

fn relative_date() -> Kind {
    let mode = Key::new("mode", "Which days, seen from today", Kind::Words(dates::modes().collect()));
    let about = "How many; needed with the modes in the plural, `days_ago` and `days_from_now`, and taken by no other";
    let mut n = Key::new("n", about, Kind::Whole(0, dates::MAX_N.into()));
    n.required = false;
    Kind::Object(vec![mode, n])
}

impl Shape for Filter {
    fn kind() -> Kind {
        fn either() -> Kind {
            let list = || Kind::List(Box::new(Filter::kind()));
            let alone = |key: Key| Kind::Object(vec![key]);
            Kind::Either(vec![
                Test::kind(),
                alone(Key::new("and", "All of these hold.", list())),
                alone(Key::new("or", "At least one of these holds.", list())),
                alone(Key::new("not", "This does not hold.", Filter::kind())),
            ])
        }
        Kind::named("Filter", &["A condition on a record; `/api/field-types` lists the operators."], either)
            .into()
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        read(json, &at.in_terms(TERMS), 1, &mut Size::default())
    }
}

/// The keys that join filters; each stands alone in its object.
const JOINS: [&str; 3] = ["and", "or", "not"];
/// All keys that there are.
const KEYS: [&str; 7] = ["field", "op", "value", "case_sensitive", "and", "or", "not"];

fn read(json: Json, at: &At<'_>, depth: usize, size: &mut Size) -> Result<Filter> {
    let joins = |key: &str| JOINS.contains(&key);
    let is_test =
        !matches!(&json, Json::Object(entries) if matches!(entries.as_slice(), [(key, _)] if joins(key)));
    size.count(depth, is_test, &at.to_string())?;
    let Json::Object(mut entries) = json else {
        return Err(
            at.invalid("a filter is an object with `field` and `op`, or with one of `and`, `or`, `not`")
        );
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        return Err(at.unknown(key, &KEYS));
    }
    if is_test {
        if let Some((key, _)) = entries.iter().find(|(key, _)| joins(key)) {
            return Err(at.key(key).invalid(&format!("`{key}` stands alone in its object")));
        }
        return Test::read(Json::Object(entries), at).map(Filter::Test);
    }
    let Some((key, inner)) = entries.pop() else { return Err(at.missing()) };
    let at = at.key(&key);
    if key == "not" {
        return Ok(Filter::Not(Box::new(read(inner, &at, depth + 1, size)?)));
    }
    let Json::List(items) = inner else { return Err(at.invalid("expected a list of filters")) };
    let items = items.into_iter().enumerate();
    let items =
        items.map(|(index, item)| read(item, &at.item(index), depth + 1, size)).collect::<Result<_>>()?;
    Ok(if key == "and" { Filter::And(items) } else { Filter::Or(items) })
}
