//! The groups of a view with their aggregates: rows as PostgreSQL sent them, made a tree, and that as JSON.

use docpal_core::TableSnapshot;
use docpal_core::json_out::{self, JsonFormat};
use docpal_core::sql::{CellRef, Row};
use docpal_formula::{ErrorCode, Value};

use crate::lower::summary::{AggregateLayout, MAX_SUMMARY_GROUPS, SummaryLayout};
use crate::page::{write_error, write_value};
use crate::plan::Plan;
use crate::resolve::{ResolvedAggregate, ResolvedSort};
use crate::spec::{Direction, EmptyPlace};
use docpal_core::aggregates::Gives;
use docpal_core::target::{Compared, Target};
use docpal_core::values::Groups;

/// The groups of a view, and what was computed over all of its records.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    whole: SummaryGroup,
    is_grouped: bool,
    truncated: bool,
}

/// The records that have one value, or fall into one range of values.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryGroup {
    key: Key,
    count: i64,
    aggregates: Vec<Aggregated>,
    groups: Vec<SummaryGroup>,
}

/// What the records of a group have in common.
#[derive(Clone, Debug, PartialEq)]
enum Key {
    /// A value, and its JSON as in records.
    Value(Value<'static>, Vec<u8>),
    /// It could not be computed for any of them.
    Error,
}

/// What an aggregate comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Aggregated {
    /// A value; null of nothing.
    Value(Value<'static>),
    /// The result has more than 28 digits before the point.
    TooLarge,
    /// This many of the values it reads could not be computed.
    Errors(i64),
}

impl Summary {
    /// All records of the view: how many, and the aggregates over them. Its value is null, its groups are those of the
    /// first level.
    #[must_use]
    pub fn whole(&self) -> &SummaryGroup {
        &self.whole
    }

    /// Were there more groups than the 1,000, or about 16 MiB, that a summary holds? The outer ones come before those
    /// inside them.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Appends `{"count", "aggregates": [..], "groups": [..], "truncated"}`; the groups only when the view has some.
    pub fn write(&self, format: JsonFormat, out: &mut Vec<u8>) {
        out.push(b'{');
        self.whole.write_content(format, self.is_grouped, out);
        if self.is_grouped {
            out.extend_from_slice(b",\"truncated\":");
            json_out::boolean(self.truncated, out);
        }
        out.push(b'}');
    }

    /// From the rows of the statement, the outer groups first; `cut` when not all of them are there.
    pub(crate) fn new(plan: &Plan, layout: &SummaryLayout, rows: &[Row], cut: bool) -> Self {
        let view = &plan.view;
        let levels = view.sorts.get(..view.groups).unwrap_or_default();
        let reader = Reader { snapshot: &view.snapshot, levels, aggregates: &view.aggregates, layout };
        let mut whole = reader.nothing(Key::Value(Value::Null, b"null".to_vec()));
        // The first row is the whole.
        let truncated = cut || rows.len() > MAX_SUMMARY_GROUPS + 1;
        for row in rows.iter().take(MAX_SUMMARY_GROUPS + 1) {
            reader.add(row, &mut whole);
        }
        if !truncated {
            reader.add_options(&mut whole);
        }
        Self { whole, is_grouped: !levels.is_empty(), truncated }
    }
}

impl SummaryGroup {
    /// The value that the records have, as formulas see it; the first of the range when they are grouped by ranges.
    /// Null when they have none, or when it could not be computed.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        match &self.key {
            Key::Value(value, _) => value.borrowed(),
            Key::Error => Value::Null,
        }
    }

    /// Are these the records for which the value could not be computed?
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.key == Key::Error
    }

    /// How many records.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.count
    }

    /// The aggregates of the view, in its order.
    #[must_use]
    pub fn aggregates(&self) -> &[Aggregated] {
        &self.aggregates
    }

    /// The groups inside this one, in the order of the view.
    #[must_use]
    pub fn groups(&self) -> &[SummaryGroup] {
        &self.groups
    }

    fn write(&self, format: JsonFormat, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"value\":");
        match &self.key {
            Key::Value(number @ Value::Number(_), _) => write_value(number, format, out),
            Key::Value(_, json) => out.extend_from_slice(json),
            Key::Error => out.extend_from_slice(b"null,\"error\":true"),
        }
        out.push(b',');
        self.write_content(format, !self.groups.is_empty(), out);
        out.push(b'}');
    }

    fn write_content(&self, format: JsonFormat, with_groups: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"count\":");
        out.extend_from_slice(self.count.to_string().as_bytes());
        out.extend_from_slice(b",\"aggregates\":");
        json_out::list(self.aggregates.iter(), out, |aggregated, out| aggregated.write(format, out));
        if with_groups {
            out.extend_from_slice(b",\"groups\":");
            json_out::list(self.groups.iter(), out, |group, out| group.write(format, out));
        }
    }
}

impl Aggregated {
    /// The value; `None` for an error.
    #[must_use]
    pub fn value(&self) -> Option<&Value<'static>> {
        match self {
            Self::Value(value) => Some(value),
            Self::TooLarge | Self::Errors(_) => None,
        }
    }

    fn write(&self, format: JsonFormat, out: &mut Vec<u8>) {
        match self {
            Self::Value(value) => write_value(value, format, out),
            Self::TooLarge => {
                let error = ErrorCode::Overflow;
                write_error(error.as_str(), error.message(), out);
            }
            Self::Errors(1) => {
                write_error("values_with_errors", "one of the values could not be computed", out);
            }
            Self::Errors(count) => {
                let message = format!("{count} of the values could not be computed");
                write_error("values_with_errors", &message, out);
            }
        }
    }
}

/// Makes groups of rows.
struct Reader<'r> {
    snapshot: &'r TableSnapshot,
    levels: &'r [ResolvedSort],
    aggregates: &'r [ResolvedAggregate],
    layout: &'r SummaryLayout,
}

impl Reader<'_> {
    /// Puts the group of a row into its place: the outer groups are there already.
    fn add(&self, row: &Row, whole: &mut SummaryGroup) {
        let left_out = row.int(self.layout.left_out).unwrap_or(0).count_ones() as usize;
        let depth = self.levels.len().saturating_sub(left_out);
        let mut group = whole;
        for level in 0..depth {
            let key = self.key(row, level);
            if level + 1 == depth {
                group.groups.push(self.nothing(key));
                let Some(own) = group.groups.last_mut() else { return };
                group = own;
            } else {
                let Some(outer) = group.groups.iter_mut().find(|outer| outer.key == key) else { return };
                group = outer;
            }
        }
        group.count = row.int(self.layout.count).unwrap_or(0);
        group.aggregates = self.layout.aggregates.iter().map(|layout| aggregated(row, *layout)).collect();
    }

    fn key(&self, row: &Row, level: usize) -> Key {
        let Some((index, ty, fails)) = self.layout.keys.get(level).copied() else { return Key::Error };
        if fails.and_then(|index| row.bool(index)) == Some(true) {
            return Key::Error;
        }
        self.key_of(row.cell(index, ty), level)
    }

    fn key_of(&self, cell: CellRef<'_>, level: usize) -> Key {
        let mut json = Vec::new();
        let value = match self.levels.get(level) {
            Some(ResolvedSort { target: Target::Field(position), buckets: None, .. }) => {
                let field = self.snapshot.fields().get(*position);
                field.map(|field| {
                    field.kind().write(cell, JsonFormat::default(), &mut json);
                    field.kind().value(cell).into_owned()
                })
            }
            _ => None,
        };
        let value = value.unwrap_or_else(|| {
            cell.write(JsonFormat::default(), &mut json);
            cell.value().into_owned()
        });
        Key::Value(value, json)
    }

    /// A group without records.
    fn nothing(&self, key: Key) -> SummaryGroup {
        let aggregates = self.aggregates.iter().map(|resolved| {
            Aggregated::Value(match resolved.aggregate.gives {
                Gives::Count | Gives::Sum => Value::from(0),
                Gives::Percent | Gives::Number | Gives::Value => Value::Null,
            })
        });
        SummaryGroup { key, count: 0, aggregates: aggregates.collect(), groups: Vec::new() }
    }

    /// Adds the options of a select that no record has, so that each is a group of the first level.
    fn add_options(&self, whole: &mut SummaryGroup) {
        let Some(ResolvedSort { target: Target::Field(position), direction, empty, .. }) =
            self.levels.first()
        else {
            return;
        };
        let Some(field) = self.snapshot.fields().get(*position) else { return };
        let compared = Compared::of_field(field);
        if compared.family().groups == Groups::OfRecords {
            return;
        }
        let mut keys: Vec<Key> =
            compared.options().iter().map(|option| self.key_of(CellRef::Text(&option.id), 0)).collect();
        if *direction == Direction::Descending {
            keys.reverse();
        }
        // Each goes behind the option before it, the first behind an empty group that comes first.
        let is_empty = |group: &SummaryGroup| matches!(&group.key, Key::Value(Value::Null, _));
        let empty_is_first = *empty == EmptyPlace::First && whole.groups.first().is_some_and(is_empty);
        let mut at = usize::from(empty_is_first);
        for key in keys {
            match whole.groups.iter().position(|group| group.key == key) {
                Some(known) => at = known + 1,
                None => {
                    whole.groups.insert(at, self.nothing(key));
                    at += 1;
                }
            }
        }
    }
}

fn aggregated(row: &Row, layout: AggregateLayout) -> Aggregated {
    let errors = layout.errors.and_then(|index| row.int(index)).unwrap_or(0);
    if errors > 0 {
        return Aggregated::Errors(errors);
    }
    if layout.overflows.and_then(|index| row.bool(index)) == Some(true) {
        return Aggregated::TooLarge;
    }
    Aggregated::Value(row.cell(layout.value, layout.ty).value().into_owned())
}
