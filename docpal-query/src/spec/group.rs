//! How a view groups its records, and what it computes over them: plain data, untrusted.

use chrono_tz::Tz;
use docpal_core::{Json, Result};
use rust_decimal::Decimal;

use super::{Direction, EmptyPlace, direction, empty_place, invalid, object, unknown_key};

/// A view groups by at most this many fields, one inside the other.
pub const MAX_GROUPS: usize = 3;
/// A view computes at most this many aggregates.
pub const MAX_AGGREGATES: usize = 50;

/// One level of groups. The records of a view come in the order of its groups, whatever else it sorts by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupBy {
    /// The field, by name or id.
    pub field: String,
    /// What counts as the same value; the value itself when there is none.
    pub bucket: Option<Bucket>,
    /// The zone in which the days of instants begin; UTC when there is none.
    pub zone: Option<Tz>,
    /// Which end first.
    pub direction: Direction,
    /// Where the group without a value goes; by default first when ascending, last when descending.
    pub empty: Option<EmptyPlace>,
}

impl GroupBy {
    /// A group for each value of `field`, the small ones first.
    #[must_use]
    pub fn field(field: impl Into<String>) -> Self {
        let (direction, empty) = (Direction::default(), None);
        Self { field: field.into(), bucket: None, zone: None, direction, empty }
    }

    /// The same with a group for each `bucket` of values.
    #[must_use]
    pub fn bucket(mut self, bucket: Bucket) -> Self {
        self.bucket = Some(bucket);
        self
    }

    /// The same with days that begin at midnight in `zone`.
    #[must_use]
    pub fn zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }

    /// The same with the large values first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.direction = Direction::Descending;
        self
    }
}

/// Values that make one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// The dates of a day.
    Day,
    /// The dates of a week, which begins on Monday.
    Week,
    /// The dates of a month.
    Month,
    /// The dates of a quarter.
    Quarter,
    /// The dates of a year.
    Year,
    /// The numbers from a multiple of this size up to, but not including, the next.
    Size(Decimal),
}

/// One value computed over the records of a view and of each of its groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateSpec {
    /// The field, by name or id.
    pub field: String,
    /// What is computed, as `sum`; see [`docpal_core::aggregates`].
    pub function: String,
}

/// Reads a list of groups: `[{"field", "bucket"?, "zone"?, "direction"?, "empty"?}]`.
pub(super) fn groups(json: &Json) -> Result<Vec<GroupBy>> {
    let Json::List(items) = json else { return Err(invalid("group", "expected a list")) };
    if items.len() > MAX_GROUPS {
        return Err(invalid("group", &format!("a view groups by at most {MAX_GROUPS} fields")));
    }
    items.iter().enumerate().map(|(index, item)| group(item, &format!("group[{index}]"))).collect()
}

fn group(json: &Json, path: &str) -> Result<GroupBy> {
    let mut group = GroupBy::field("");
    for (key, value) in object(json, path)? {
        let at = format!("{path}.{key}");
        match key.as_str() {
            "field" => group.field = name(value, &at)?,
            "bucket" if *value == Json::Null => {}
            "bucket" => group.bucket = Some(bucket(value, &at)?),
            "zone" if *value == Json::Null => {}
            "zone" => group.zone = Some(zone(value, &at)?),
            "direction" => group.direction = direction(value, &at)?,
            "empty" => group.empty = Some(empty_place(value, &at)?),
            _ => return Err(unknown_key(&at, key, "field, bucket, zone, direction, empty")),
        }
    }
    if group.field.is_empty() {
        return Err(invalid(path, "the key `field` is missing"));
    }
    Ok(group)
}

fn bucket(json: &Json, path: &str) -> Result<Bucket> {
    let wrong =
        || invalid(path, "expected \"day\", \"week\", \"month\", \"quarter\", \"year\", or a number above 0");
    match json {
        Json::Text(word) => match word.as_str() {
            "day" => Ok(Bucket::Day),
            "week" => Ok(Bucket::Week),
            "month" => Ok(Bucket::Month),
            "quarter" => Ok(Bucket::Quarter),
            "year" => Ok(Bucket::Year),
            _ => Err(wrong()),
        },
        number => match docpal_core::field_types::read_number(number) {
            Ok(size) if size > Decimal::ZERO => Ok(Bucket::Size(size)),
            _ => Err(wrong()),
        },
    }
}

fn zone(json: &Json, path: &str) -> Result<Tz> {
    let zone = json.as_text().and_then(|name| name.parse().ok());
    zone.ok_or_else(|| invalid(path, "expected the name of a time zone, such as \"Europe/Rome\""))
}

/// Reads a list of aggregates: `[{"field", "function"}]`.
pub(super) fn aggregates(json: &Json) -> Result<Vec<AggregateSpec>> {
    let Json::List(items) = json else { return Err(invalid("aggregates", "expected a list")) };
    if items.len() > MAX_AGGREGATES {
        return Err(invalid("aggregates", &format!("a view computes at most {MAX_AGGREGATES} aggregates")));
    }
    let item = |(index, item)| aggregate(item, &format!("aggregates[{index}]"));
    items.iter().enumerate().map(item).collect()
}

fn aggregate(json: &Json, path: &str) -> Result<AggregateSpec> {
    let (mut field, mut function) = (None, None);
    for (key, value) in object(json, path)? {
        let at = format!("{path}.{key}");
        match key.as_str() {
            "field" => field = Some(name(value, &at)?),
            "function" => {
                let word = value.as_text().ok_or_else(|| invalid(&at, "expected a word, such as \"sum\""))?;
                function = Some(word.to_owned());
            }
            _ => return Err(unknown_key(&at, key, "field, function")),
        }
    }
    let field = field.ok_or_else(|| invalid(path, "the key `field` is missing"))?;
    let function = function.ok_or_else(|| invalid(path, "the key `function` is missing"))?;
    Ok(AggregateSpec { field, function })
}

fn name(json: &Json, path: &str) -> Result<String> {
    json.as_text().map(str::to_owned).ok_or_else(|| invalid(path, "expected the name of a field"))
}
