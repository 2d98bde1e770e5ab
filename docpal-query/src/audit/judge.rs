//! Asks the database which records that entries are about their reader sees: those that are there, and the images of what
//! they held. Takes raw entries and the tables as the reader sees them; asks once per table and a bounded number of
//! records or bytes, and keeps of each answer a few bits.

use std::collections::{HashMap, HashSet};

use docpal_core::audit::AuditEntry as Raw;
use docpal_core::sql::expr::{self, Query, SelectStatement};
use docpal_core::sql::meta::audit::last_images;
use docpal_core::sql::{ColumnName, Connection, Row, Statement, errors, exec, guarded_read};
use docpal_core::{RecordId, Result, TableId};

use super::image::{all_asked, asked, befores, record_of, version_of};
use super::mask::{Cells, Seen};
use super::table::{Table, masks};
use crate::access::Access;
use crate::lower::field::Relation;
use crate::lower::predicate;

/// So many questions about the images of one table may fail.
const FAILURES: usize = 100;
/// Images are judged about so many bytes at once.
const SLICE: usize = 4 << 20;
/// So many records are asked for at once.
const RECORDS: usize = 5_000;
/// About so many bytes of what records held at their end are asked for at once.
const ENDS: usize = 8 << 20;

/// What is visible of the records in `raw`, table by table.
pub(super) async fn seen(
    conn: &mut Connection,
    raw: &[Raw],
    tables: &HashMap<TableId, Option<Table>>,
) -> Result<Seen> {
    let mut of_tables: HashMap<TableId, Vec<&Raw>> = HashMap::new();
    for entry in raw.iter().filter(|entry| !entry.records.is_empty()) {
        if let Some(table) = entry.table {
            of_tables.entry(table).or_default().push(entry);
        }
    }
    let mut seen = Seen::default();
    for (id, entries) in of_tables {
        let table = tables.get(&id).and_then(Option::as_ref);
        if let Some(table) = table.filter(|table| table.has_conditions()) {
            let mut judge = Judge { id, table, seen: &mut seen, failed: 0 };
            judge.records(conn, &entries).await?;
            judge.images(conn, entries.iter().flat_map(|entry| all_asked(&entry.details, table))).await?;
            judge.ends(conn, &entries).await?;
        }
    }
    Ok(seen)
}

/// Of one table: what is asked, and what is known.
struct Judge<'j> {
    id: TableId,
    table: &'j Table,
    seen: &'j mut Seen,
    failed: usize,
}

impl Judge<'_> {
    /// The records as they are.
    async fn records(&mut self, conn: &mut Connection, entries: &[&Raw]) -> Result<()> {
        let access = &self.table.access;
        let mut ids: Vec<RecordId> = entries.iter().flat_map(|entry| entry.records.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(RECORDS) {
            let mut select = question(access);
            select.from(access.snapshot().physical().table_ref());
            let id = expr::column(&ColumnName::ID);
            select.and_where(expr::is_any_of(id, expr::uuid_array(ids.iter().map(|id| id.uuid()))));
            for row in exec::fetch_all(conn, Statement::from(select)).await? {
                if let Some(id) = row.uuid(0) {
                    self.seen.now.insert((self.id, id.into()), cells(&row, access));
                }
            }
        }
        Ok(())
    }

    /// What records held at their end, of those that are gone and of which there is an image: what was made and is gone
    /// shows nothing anyway, and the image of a deletion is the end.
    async fn ends(&mut self, conn: &mut Connection, entries: &[&Raw]) -> Result<()> {
        let mut gone: HashSet<RecordId> = HashSet::new();
        for entry in entries {
            for image in befores(&entry.details) {
                let Some((id, version)) = record_of(image).zip(version_of(image)) else { continue };
                match entry.action.as_str() {
                    "record.delete" => drop(self.seen.last.insert((self.id, id), version)),
                    _ => drop(gone.insert(id)),
                }
            }
        }
        let is_open = |id: &RecordId| {
            !self.seen.now.contains_key(&(self.id, *id)) && !self.seen.last.contains_key(&(self.id, *id))
        };
        let mut gone: Vec<RecordId> = gone.into_iter().filter(is_open).collect();
        let place = (self.table.access.snapshot().company(), self.id);
        let keys: Vec<&str> = self.table.asked.iter().map(|(key, _)| key.as_str()).collect();
        while !gone.is_empty() {
            let (ends, more) = last_images(conn, place, &gone, &keys, ENDS).await?;
            let of = |image| Some(((self.id, record_of(image)?), version_of(image)?));
            self.seen.last.extend(ends.iter().filter_map(of));
            self.images(conn, ends.iter().map(|image| asked(image, self.table))).await?;
            let open = gone.len();
            gone.retain(|id| more && !self.seen.last.contains_key(&(self.id, *id)));
            if gone.len() == open {
                break;
            }
        }
        Ok(())
    }

    /// Rules over images, as one meaning with rules over records. An image that does not fit the table any more decides
    /// nothing, so nothing of it is seen; the others are judged without it, as long as there are few such: else what is
    /// left decides nothing either.
    async fn images(&mut self, conn: &mut Connection, images: impl Iterator<Item = String>) -> Result<()> {
        let access = &self.table.access;
        let mut slices = slices(images);
        while let Some(mut images) = slices.pop().filter(|_| self.failed < FAILURES) {
            let list = format!("[{}]", images.join(","));
            let mut select = question(access);
            expr::from_images(&mut select, &access.snapshot().physical(), &list);
            let mut guarded = guarded_read(conn).await?;
            let found = exec::fetch_all(guarded.connection(), Statement::from(select)).await;
            match guarded.end(found).await {
                Ok(rows) => {
                    let of = |row: &Row| Some((self.id, row.uuid(0)?.into(), row.int(1)?));
                    let rows = rows.iter().filter_map(|row| Some((of(row)?, cells(row, access))));
                    self.seen.then.extend(rows);
                }
                Err(error) if !errors::is_about_a_value(&error) => return Err(error),
                Err(_) if images.len() > 1 => {
                    self.failed += 1;
                    let rest = images.split_off(images.len() / 2);
                    slices.extend([images, rest]);
                }
                Err(_) => self.failed += 1,
            }
        }
        Ok(())
    }
}

/// The images in slices of about [`SLICE`] bytes: PostgreSQL holds no more than 256 MiB in one.
fn slices(images: impl Iterator<Item = String>) -> Vec<Vec<String>> {
    let (mut slices, mut room): (Vec<Vec<String>>, usize) = (Vec::new(), 0);
    for image in images {
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
