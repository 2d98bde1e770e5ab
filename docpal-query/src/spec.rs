//! What a caller asks to see: plain data, untrusted. Names, operators and values are looked up later.

mod group;

use docpal_core::shape::{At, Shape as _, Terms};
use docpal_core::{Filter, Json, Result, shape, words};

pub use group::{AggregateSpec, Bucket, GroupBy, MAX_AGGREGATES, MAX_GROUPS};

/// A page has at most this many records; fewer when they have more than about 16 MiB together.
pub const MAX_LIMIT: u32 = 1_000;
/// A page has this many records when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 100;
/// A page starts at most this far in when it is given by offset; cursors reach any depth.
pub const MAX_OFFSET: u32 = 10_000;
/// A view sorts by at most this many fields.
pub const MAX_SORTS: usize = 8;

/// In which words views are refused.
pub const TERMS: Terms = Terms::one("invalid_view");

shape! {
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
    #[name = "View"]
    #[example = r#"{"columns": ["name", "total"], "filter": {"field": "total", "op": "gt", "value": 5000},
        "sort": [{"field": "total", "direction": "desc"}], "page": {"limit": 50}, "count": "exact"}"#]
    #[terms = TERMS]
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ViewSpec {
        /// The fields to show, by name or id; none means all. `fields` says the same.
        #[alias = "fields"]
        pub columns: Option<Vec<String>>,
        /// Which records.
        pub filter: Option<Filter>,
        /// In which order; ties, and an empty list, go by id. At most eight.
        pub sort: Vec<Sort> = Vec::new(),
        /// Which records belong together, the outermost level first: at most three. The records of a list come in the
        /// order of their groups.
        pub group: Vec<GroupBy> = Vec::new(),
        /// What to compute over all records and over each group; at most 50.
        pub aggregates: Vec<AggregateSpec> = Vec::new(),
        /// Which part.
        pub page: PageSpec = PageSpec::default(),
        /// How many there are in all.
        pub count: Count = Count::None,
    }
}

shape! {
    /// One level of order.
    #[terms = TERMS]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Sort {
        /// The field, by name or id.
        pub field: String,
        /// Which end first.
        pub direction: Direction = Direction::Ascending,
        /// Where records without a value go; by default first when ascending, last when descending.
        pub empty: Option<EmptyPlace>,
    }
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

words!(Direction: "asc" = Direction::Ascending, "desc" = Direction::Descending);

shape! {
    /// Which part of the records.
    #[name = "ViewPage"]
    #[terms = TERMS]
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct PageSpec {
        /// At most so many records: 100 by default, 1,000 at most.
        #[within = 1, MAX_LIMIT]
        pub limit: Option<u32>,
        /// Where the page before ended, as it said.
        pub cursor: Option<String>,
        /// So many records in, at most 10,000; not together with a cursor.
        #[within = 0, MAX_OFFSET]
        pub offset: Option<u32>,
    }
}

words!(EmptyPlace: "first" = EmptyPlace::First, "last" = EmptyPlace::Last);

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

words!(Count: "none" = Count::None, "capped" = Count::Capped, "exact" = Count::Exact);

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
        Self::read(json.clone(), &At::BODY)
    }
}
