//! Which records and cells of an entry its reader sees, and how much of it conditions hide. Takes what the database
//! answered about its records; pure.

use std::collections::HashMap;

use docpal_core::{Json, RecordId, TableId};

use super::image::{befores, record_of, size, version_of};
use super::table::Table;
use crate::access::{Access, Visibility};
use crate::lower::select::SYSTEM;

/// Of an entry of many records so many ids are given.
pub(super) const MOST_RECORDS: usize = 1_000;
/// An id that is hidden counts as so many bytes: it was looked up, too.
const HIDDEN_RECORD: usize = 256;

/// What is visible: of the records that are there, and, by version, of the images of what they held.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) now: HashMap<(TableId, RecordId), Cells>,
    pub(super) then: HashMap<(TableId, RecordId, i64), Cells>,
    /// The versions at which records that are gone were deleted.
    pub(super) last: HashMap<(TableId, RecordId), i64>,
}

/// Of one record: may it be read, and which of the fields that are there for some records only?
#[derive(Clone, Debug)]
pub(super) struct Cells {
    pub(super) readable: bool,
    pub(super) masked: Vec<usize>,
}

/// What an entry says of records.
pub(super) struct OfRecords {
    pub(super) records: Vec<RecordId>,
    pub(super) count: usize,
    pub(super) details: Json,
}

impl Seen {
    /// What is seen of an entry, nothing when no record is, and about how many bytes of it conditions on records hide. A
    /// cell that is hidden in a record that is seen counts nowhere.
    pub(super) fn masked(&self, whole: OfRecords, table: &Table) -> (Option<OfRecords>, usize) {
        let OfRecords { records, count, details } = whole;
        let sees_all = table.sees_all;
        let all = Cells { readable: true, masked: Vec::new() };
        let versions: HashMap<RecordId, i64> = befores(&details)
            .iter()
            .filter_map(|image| Some((record_of(image)?, version_of(image)?)))
            .collect();
        // A record that is there must be readable now, one that is gone must have been at its end, and an image of it
        // when it was one.
        let of = table.access.snapshot().id();
        let is_hidden = |id: RecordId| {
            let at_its_end = || self.then.get(&(of, id, *self.last.get(&(of, id))?));
            let cells = self.now.get(&(of, id)).or_else(at_its_end);
            cells.is_none_or(|cells| !cells.readable)
        };
        let at = |id: RecordId, later: i64| {
            if sees_all {
                return Some(&all);
            }
            let version = versions.get(&id)?.checked_add(later)?;
            self.then.get(&(of, id, version)).filter(|cells| cells.readable && !is_hidden(id))
        };
        let is_seen = |id: &RecordId| match versions.contains_key(id) {
            true => at(*id, 0).or_else(|| at(*id, 1)).is_some(),
            // Nothing is said but that it was made.
            false => sees_all || self.now.contains_key(&(of, *id)) && !is_hidden(*id),
        };
        let total = records.len();
        let mut records: Vec<RecordId> = records.into_iter().filter(is_seen).collect();
        let mut hidden = total.saturating_sub(records.len()).saturating_mul(HIDDEN_RECORD);
        let Some(only) = records.first().copied() else { return (None, hidden + size(&details)) };
        let count = if sees_all { count } else { records.len() };
        records.truncate(MOST_RECORDS);
        records.shrink_to_fit();
        let mut one = |image: Json, later: i64| match at(record_of(&image).unwrap_or(only), later) {
            Some(cells) => shown(image, &table.access, cells),
            None => {
                hidden += size(&image);
                None
            }
        };
        let details = match details {
            Json::Object(parts) => {
                Json::Object(parts.into_iter().map(|part| masked_part(part, &mut one)).collect())
            }
            _ => Json::empty(),
        };
        (Some(OfRecords { records, count, details }), hidden)
    }
}

/// What is seen of `before` or `after`, where `one` says it of an image, and by how many versions that is later.
fn masked_part(
    (key, part): (String, Json),
    one: &mut impl FnMut(Json, i64) -> Option<Json>,
) -> (String, Json) {
    let later = i64::from(key == "after");
    let part = match part {
        Json::List(images) => Json::List(images.into_iter().filter_map(|image| one(image, later)).collect()),
        image => one(image, later).unwrap_or(Json::Null),
    };
    (key, part)
}

/// What is seen of an image.
fn shown(image: Json, access: &Access, cells: &Cells) -> Option<Json> {
    let Json::Object(mut entries) = image else { return None };
    let is_system = |key: &str| SYSTEM.iter().any(|(name, _)| name.as_str() == key);
    let is_seen = |key: &str| {
        let position = key.parse().ok().and_then(|id| access.snapshot().position(id));
        position.is_some_and(|position| match access.visibility(position) {
            Visibility::Shown => true,
            Visibility::Hidden => false,
            Visibility::Masked(_) => cells.masked.contains(&position),
        })
    };
    entries.retain(|(key, _)| is_system(key) || is_seen(key));
    Some(Json::Object(entries))
}
