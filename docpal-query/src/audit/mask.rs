//! Which records and cells of entries a reader may see. Takes raw entries and the reader's access per table; asks the
//! database once per table about the records that are there, and once about the images of what they held.

use std::collections::{HashMap, HashSet};

use docpal_core::audit::AuditEntry as Raw;
use docpal_core::model::Field;
use docpal_core::sql::expr::{self, Query, SelectStatement};
use docpal_core::sql::meta::audit::last_images;
use docpal_core::sql::{ColumnName, Connection, Row, Statement, errors, exec, guarded_read};
use docpal_core::{Json, RecordId, Result, TableId};

use crate::access::{Access, Visibility};
use crate::lower::field::Relation;
use crate::lower::predicate;
use crate::lower::select::SYSTEM;
use crate::predicate::Predicate;

/// So many questions about the images of one batch may fail.
const FAILURES: usize = 100;
/// Images are judged about so many bytes at once.
const SLICE: usize = 16 << 20;

/// What is visible: of the records that are there, and, by version, of the images of what they held.
#[derive(Default)]
pub(super) struct Seen {
    now: HashMap<(TableId, RecordId), Cells>,
    then: HashMap<(TableId, RecordId, i64), Cells>,
    /// The versions at which records that are gone were deleted.
    last: HashMap<(TableId, RecordId), i64>,
}

/// Of one record: may it be read, and which of the fields that are there for some records only?
#[derive(Clone, Debug)]
struct Cells {
    readable: bool,
    masked: HashSet<usize>,
}

/// What is visible of the records in `raw`, table by table.
pub(super) async fn seen(
    conn: &mut Connection,
    raw: &[Raw],
    tables: &HashMap<TableId, Option<Access>>,
) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut of_tables: HashMap<TableId, Vec<&Raw>> = HashMap::new();
    for entry in raw.iter().filter(|entry| !entry.records.is_empty()) {
        if let Some(table) = entry.table {
            of_tables.entry(table).or_default().push(entry);
        }
    }
    for (table, entries) in of_tables {
        let access = tables.get(&table).and_then(Option::as_ref);
        let Some(access) = access.filter(|access| access.sees_table() && !sees_all(access)) else {
            continue;
        };
        let mut ids: Vec<RecordId> = entries.iter().flat_map(|entry| entry.records.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut select = question(access);
        select.from(access.snapshot().physical().table_ref());
        let id = expr::column(&ColumnName::ID);
        select.and_where(expr::is_any_of(id, expr::uuid_array(ids.iter().map(|id| id.uuid()))));
        for row in exec::fetch_all(conn, Statement::from(select)).await? {
            if let Some(id) = row.uuid(0) {
                seen.now.insert((table, id.into()), cells(&row, access));
            }
        }
        ids.retain(|id| !seen.now.contains_key(&(table, *id)));
        let mut ends = Vec::new();
        if !ids.is_empty() {
            ends = last_images(conn, access.snapshot().company(), table, &ids).await?;
            let of = |image| Some(((table, record_of(image)?), version_of(image)?));
            seen.last.extend(ends.iter().filter_map(of));
        }
        let images = entries.iter().flat_map(|entry| images(&entry.details)).chain(ends);
        let images: Vec<Json> = images.map(|image| columns(&image, access)).collect();
        for row in judge(conn, access, images).await? {
            if let Some((id, version)) = row.uuid(0).zip(row.int(1)) {
                seen.then.insert((table, id.into(), version), cells(&row, access));
            }
        }
    }
    Ok(seen)
}

/// Rules over images, as one meaning with rules over records. An image that does not fit the table any more decides
/// nothing, so nothing of it is seen; the others are judged without it, as long as there are few such: else what is left
/// decides nothing either.
async fn judge(conn: &mut Connection, access: &Access, images: Vec<Json>) -> Result<Vec<Row>> {
    let (mut rows, mut asked, mut failed) = (Vec::new(), slices(images), 0);
    while let Some(mut images) = asked.pop().filter(|_| failed < FAILURES) {
        let list = format!("[{}]", images.join(","));
        let mut select = question(access);
        expr::from_images(&mut select, &access.snapshot().physical(), &list);
        let mut guarded = guarded_read(conn).await?;
        let found = exec::fetch_all(guarded.connection(), Statement::from(select)).await;
        match guarded.end(found).await {
            Ok(found) => rows.extend(found),
            Err(error) if !errors::is_about_a_value(&error) => return Err(error),
            Err(_) if images.len() > 1 => {
                failed += 1;
                let rest = images.split_off(images.len() / 2);
                asked.extend([images, rest]);
            }
            Err(_) => failed += 1,
        }
    }
    Ok(rows)
}

/// The images as JSON, in slices of about [`SLICE`] bytes: PostgreSQL holds no more than 256 MiB in one.
fn slices(images: Vec<Json>) -> Vec<Vec<String>> {
    let (mut slices, mut room): (Vec<Vec<String>>, usize) = (Vec::new(), 0);
    for image in images.iter().map(Json::to_string) {
        match slices.last_mut() {
            Some(slice) if image.len() <= room => {
                room -= image.len();
                slice.push(image);
            }
            _ => {
                room = SLICE.saturating_sub(image.len());
                slices.push(vec![image]);
            }
        }
    }
    slices
}

/// SELECT id, version, whether the record is readable, and for each masked field whether its cell is
fn question(access: &Access) -> SelectStatement {
    let raw = Relation::table(access.snapshot(), access.moment());
    let mut select = Query::select();
    select.expr(expr::column(&ColumnName::ID)).expr(expr::column(&ColumnName::VERSION));
    select.expr(expr::is_true(predicate::lower(access.read(), &raw)));
    for (_, when) in masks(access) {
        select.expr(expr::is_true(predicate::lower(when, &raw)));
    }
    select
}

fn cells(row: &Row, access: &Access) -> Cells {
    let shown = masks(access).enumerate().filter(|(at, _)| row.bool(at + 3) == Some(true));
    Cells { readable: row.bool(2) == Some(true), masked: shown.map(|(_, (position, _))| position).collect() }
}

/// The stored fields that are there for some records only, and for which.
fn masks(access: &Access) -> impl Iterator<Item = (usize, &Predicate)> {
    let fields = access.snapshot().fields().iter().enumerate();
    fields.filter(|(_, field)| field.column().is_some()).filter_map(|(position, _)| {
        match access.visibility(position) {
            Visibility::Masked(when) => Some((position, when)),
            _ => None,
        }
    })
}

/// Is every cell of every record seen that is seen at all?
fn sees_all(access: &Access) -> bool {
    *access.read() == Predicate::Always && masks(access).next().is_none()
}

impl Seen {
    /// The records of an entry and its details, as far as they are seen; `None` when no record is.
    pub(super) fn masked(&self, entry: &Raw, access: &Access) -> Option<(Vec<RecordId>, Json)> {
        let all = Cells { readable: true, masked: HashSet::new() };
        let versions: HashMap<RecordId, i64> = befores(&entry.details)
            .iter()
            .filter_map(|image| Some((record_of(image)?, version_of(image)?)))
            .collect();
        // A record that is there must be readable now, one that is gone must have been at its end, and an image of it
        // when it was one.
        let table = access.snapshot().id();
        let is_hidden = |id: RecordId| {
            let at_its_end = || self.then.get(&(table, id, *self.last.get(&(table, id))?));
            let cells = self.now.get(&(table, id)).or_else(at_its_end);
            cells.is_none_or(|cells| !cells.readable)
        };
        let at = |id: RecordId, later: i64| {
            if sees_all(access) {
                return Some(&all);
            }
            let version = versions.get(&id)?.checked_add(later)?;
            self.then.get(&(table, id, version)).filter(|cells| cells.readable && !is_hidden(id))
        };
        let is_seen = |id: &RecordId| match versions.contains_key(id) {
            true => at(*id, 0).or_else(|| at(*id, 1)).is_some(),
            // Nothing is said but that it was made.
            false => sees_all(access) || self.now.contains_key(&(table, *id)) && !is_hidden(*id),
        };
        let records: Vec<RecordId> = entry.records.iter().copied().filter(is_seen).collect();
        let only = *records.first()?;
        let one =
            |image: &Json, later: i64| shown(image, access, at(record_of(image).unwrap_or(only), later));
        let Json::Object(parts) = &entry.details else { return Some((records, Json::empty())) };
        let parts = parts.iter().map(|(key, part)| {
            let later = i64::from(key == "after");
            let part = match part {
                Json::List(images) => {
                    Json::List(images.iter().filter_map(|image| one(image, later)).collect())
                }
                image => one(image, later).unwrap_or(Json::Null),
            };
            (key.clone(), part)
        });
        Some((records, Json::Object(parts.collect())))
    }
}

/// What is seen of an image.
fn shown(image: &Json, access: &Access, cells: Option<&Cells>) -> Option<Json> {
    let cells = cells?;
    let Json::Object(entries) = image else { return None };
    let is_system = |key: &str| SYSTEM.iter().any(|(name, _)| name.as_str() == key);
    let is_seen = |key: &str| {
        let position = key.parse().ok().and_then(|id| access.snapshot().position(id));
        position.is_some_and(|position| match access.visibility(position) {
            Visibility::Shown => true,
            Visibility::Hidden => false,
            Visibility::Masked(_) => cells.masked.contains(&position),
        })
    };
    let kept = entries.iter().filter(|(key, _)| is_system(key) || is_seen(key));
    Some(Json::Object(kept.cloned().collect()))
}

/// The whole images of an entry: what records held before and, of an update, what the record held then.
fn images(details: &Json) -> Vec<Json> {
    let mut images = befores(details).to_vec();
    if let (Some(Json::Object(before)), Some(Json::Object(after))) =
        (details.get("before"), details.get("after"))
    {
        let version = details.get("before").and_then(version_of).and_then(|version| version.checked_add(1));
        let mut then = before.clone();
        for (key, value) in after {
            match then.iter_mut().find(|(known, _)| known == key) {
                Some((_, slot)) => *slot = value.clone(),
                None => then.push((key.clone(), value.clone())),
            }
        }
        if let Some((version, (_, slot))) = version.zip(then.iter_mut().find(|(key, _)| key == "version")) {
            *slot = Json::Number(version.to_string());
        }
        images.push(Json::Object(then));
    }
    images
}

/// The images of what records held before.
fn befores(details: &Json) -> &[Json] {
    match details.get("before") {
        Some(Json::List(images)) => images,
        Some(image) => std::slice::from_ref(image),
        None => &[],
    }
}

fn record_of(image: &Json) -> Option<RecordId> {
    image.get("id")?.as_text()?.parse().ok()
}

fn version_of(image: &Json) -> Option<i64> {
    match image.get("version")? {
        Json::Number(version) => version.parse().ok(),
        _ => None,
    }
}

/// The image by the names of columns.
fn columns(image: &Json, access: &Access) -> Json {
    let Json::Object(entries) = image else { return Json::empty() };
    let column = |key: &str| {
        let field = key.parse().ok().and_then(|id| access.snapshot().field(id));
        field.and_then(Field::column).map(|(name, _)| name.as_str().to_owned())
    };
    let named = entries.iter().filter_map(|(key, value)| {
        let system = SYSTEM.iter().any(|(name, _)| name.as_str() == key).then(|| key.clone());
        Some((system.or_else(|| column(key))?, value.clone()))
    });
    Json::Object(named.collect())
}
