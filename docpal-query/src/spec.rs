//! What a caller asks to see: plain data, untrusted. Names, operators and values are looked up later.

mod group;

use docpal_core::{Error, Filter, Json, Result};

pub use group::{AggregateSpec, Bucket, GroupBy, MAX_AGGREGATES, MAX_GROUPS};

/// A page has at most this many records; fewer when they have more than about 16 MiB together.
pub const MAX_LIMIT: u32 = 1_000;
/// A page has this many records when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 100;
/// A page starts at most this far in when it is given by offset; cursors reach any depth.
pub const MAX_OFFSET: u32 = 10_000;
/// A view sorts by at most this many fields.
pub const MAX_SORTS: usize = 8;

/// A view of one table.
///
/// # Example
/// ```
/// use docpal_core::{Filter, Json};
/// use docpal_query::{Direction, ViewSpec};
/// let spec = ViewSpec::new()
///     .columns(["name", "total"])
///     .filter(Filter::test("total", "gt", 5000))
///     .sort("total", Direction::Descending)
///     .limit(50);
/// let json = Json::parse(r#"{"columns":["name","total"],"filter":{"field":"total","op":"gt","value":5000},
///     "sort":[{"field":"total","direction":"desc"}],"page":{"limit":50}}"#)?;
/// assert_eq!(ViewSpec::from_json(&json)?, spec);
/// # Ok::<(), docpal_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewSpec {
    /// The fields to show, by name or id; none means all.
    pub columns: Option<Vec<String>>,
    /// Which records.
    pub filter: Option<Filter>,
    /// In which order; ties, and an empty list, go by id.
    pub sort: Vec<Sort>,
    /// Which records belong together, the outermost level first.
    pub group: Vec<GroupBy>,
    /// What to compute over all records and over each group.
    pub aggregates: Vec<AggregateSpec>,
    /// Which part.
    pub page: PageSpec,
    /// How many there are in all.
    pub count: Count,
}

/// One level of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The field, by name or id.
    pub field: String,
    /// Which end first.
    pub direction: Direction,
    /// Where records without a value go; by default first when ascending, last when descending.
    pub empty: Option<EmptyPlace>,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Small first.
    #[default]
    Ascending,
    /// Large first.
    Descending,
}

/// Where records without a value go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyPlace {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

/// Which part of the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSpec {
    /// At most so many records.
    pub limit: Option<u32>,
    /// Where the page before ended, as it said.
    pub cursor: Option<String>,
    /// So many records in; not together with a cursor.
    pub offset: Option<u32>,
}

/// How the total is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// Not at all: the fastest.
    #[default]
    None,
    /// Up to 10,001, which means "more than 10,000".
    Capped,
    /// Exactly, however long it takes.
    Exact,
}

impl ViewSpec {
    /// Every readable field of every readable record.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same view with only these fields.
    #[must_use]
    pub fn columns<T: Into<String>>(mut self, columns: impl IntoIterator<Item = T>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// The same view with only the records that meet `filter`.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// The same view with one more level of order.
    #[must_use]
    pub fn sort(mut self, field: impl Into<String>, direction: Direction) -> Self {
        self.sort.push(Sort { field: field.into(), direction, empty: None });
        self
    }

    /// The same view with one more level of groups, inside those before.
    #[must_use]
    pub fn group(mut self, group: GroupBy) -> Self {
        self.group.push(group);
        self
    }

    /// The same view with one more aggregate.
    #[must_use]
    pub fn aggregate(mut self, field: impl Into<String>, function: impl Into<String>) -> Self {
        self.aggregates.push(AggregateSpec { field: field.into(), function: function.into() });
        self
    }

    /// The same view with pages of `limit` records.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.page.limit = Some(limit);
        self
    }

    /// The same view from where the page before ended.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.page.cursor = Some(cursor.into());
        self
    }

    /// The same view, counting the records.
    #[must_use]
    pub fn count(mut self, count: Count) -> Self {
        self.count = count;
        self
    }

    /// Reads a view from JSON.
    ///
    /// # Errors
    /// `unknown_key` and `invalid_view` with the path of the wrong part, and those of the filter.
    pub fn from_json(json: &Json) -> Result<Self> {
        let mut spec = Self::new();
        for (key, value) in object(json, "")? {
            match key.as_str() {
                "columns" => spec.columns = Some(texts(value, "columns")?),
                "filter" if *value == Json::Null => {}
                "filter" => spec.filter = Some(Filter::from_json(value, "filter")?),
                "sort" => spec.sort = sorts(value)?,
                "group" => spec.group = group::groups(value)?,
                "aggregates" => spec.aggregates = group::aggregates(value)?,
                "page" => spec.page = page(value)?,
                "count" => spec.count = count(value, "count")?,
                _ => {
                    let known = "columns, filter, sort, group, aggregates, page, count";
                    return Err(unknown_key(key, key, known));
                }
            }
        }
        Ok(spec)
    }
}

/// Reads a list of sorts: `[{"field", "direction"?, "empty"?}]`.
///
/// # Errors
/// As [`ViewSpec::from_json`].
pub fn sorts(json: &Json) -> Result<Vec<Sort>> {
    let Json::List(items) = json else { return Err(invalid("sort", "expected a list")) };
    if items.len() > MAX_SORTS {
        return Err(invalid("sort", &format!("a view sorts by at most {MAX_SORTS} fields")));
    }
    items.iter().enumerate().map(|(index, item)| sort(item, &format!("sort[{index}]"))).collect()
}

fn sort(json: &Json, path: &str) -> Result<Sort> {
    let (mut field, mut towards, mut empty) = (None, Direction::default(), None);
    for (key, value) in object(json, path)? {
        let at = format!("{path}.{key}");
        match (key.as_str(), value.as_text()) {
            ("field", Some(name)) => field = Some(name.to_owned()),
            ("field", None) => return Err(invalid(&at, "expected the name of a field")),
            ("direction", _) => towards = direction(value, &at)?,
            ("empty", _) => empty = Some(empty_place(value, &at)?),
            _ => return Err(unknown_key(&at, key, "field, direction, empty")),
        }
    }
    let field = field.ok_or_else(|| invalid(path, "the key `field` is missing"))?;
    Ok(Sort { field, direction: towards, empty })
}

fn direction(json: &Json, path: &str) -> Result<Direction> {
    match json.as_text() {
        Some("asc") => Ok(Direction::Ascending),
        Some("desc") => Ok(Direction::Descending),
        _ => Err(invalid(path, "expected \"asc\" or \"desc\"")),
    }
}

fn empty_place(json: &Json, path: &str) -> Result<EmptyPlace> {
    match json.as_text() {
        Some("first") => Ok(EmptyPlace::First),
        Some("last") => Ok(EmptyPlace::Last),
        _ => Err(invalid(path, "expected \"first\" or \"last\"")),
    }
}

fn page(json: &Json) -> Result<PageSpec> {
    let mut page = PageSpec::default();
    for (key, value) in object(json, "page")? {
        let at = format!("page.{key}");
        match key.as_str() {
            "limit" => page.limit = Some(whole(value, &at)?),
            "offset" => page.offset = Some(whole(value, &at)?),
            "cursor" if *value == Json::Null => {}
            "cursor" => {
                let text = value
                    .as_text()
                    .ok_or_else(|| invalid(&at, "expected the cursor that the page before gave"))?;
                page.cursor = Some(text.to_owned());
            }
            _ => return Err(unknown_key(&at, key, "limit, cursor, offset")),
        }
    }
    Ok(page)
}

/// Reads `none`, `capped` or `exact`.
///
/// # Errors
/// `invalid_view`.
pub fn count(json: &Json, path: &str) -> Result<Count> {
    match json.as_text() {
        Some("none") => Ok(Count::None),
        Some("capped") => Ok(Count::Capped),
        Some("exact") => Ok(Count::Exact),
        _ => Err(invalid(path, "expected \"none\", \"capped\" or \"exact\"")),
    }
}

fn whole(json: &Json, path: &str) -> Result<u32> {
    match json {
        Json::Number(text) => text.parse().map_err(|_| invalid(path, "expected a whole number from 0")),
        _ => Err(invalid(path, "expected a whole number from 0")),
    }
}

fn texts(json: &Json, path: &str) -> Result<Vec<String>> {
    let Json::List(items) = json else { return Err(invalid(path, "expected a list of field names")) };
    let text = |(index, item): (usize, &Json)| {
        item.as_text()
            .map(str::to_owned)
            .ok_or_else(|| invalid(&format!("{path}[{index}]"), "expected a field name"))
    };
    items.iter().enumerate().map(text).collect()
}

fn object<'j>(json: &'j Json, path: &str) -> Result<&'j [(String, Json)]> {
    match json {
        Json::Object(entries) => Ok(entries),
        other => Err(invalid(path, &format!("expected an object, got {}", other.kind()))),
    }
}

fn invalid(path: &str, message: &str) -> Error {
    Error::invalid("invalid_view", path, message)
}

fn unknown_key(path: &str, key: &str, known: &str) -> Error {
    let near = docpal_core::names::suggestion(docpal_core::names::nearest(key, known.split(", ")));
    Error::invalid("unknown_key", path, format!("there is no key `{key}`{near} The keys are: {known}"))
}
