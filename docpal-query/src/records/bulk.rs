//! Creating many records: all validated before the first is written, then written the way that the connection allows.

use std::sync::Arc;

use docpal_core::audit::Change;
use docpal_core::sql::expr::{self, Query};
use docpal_core::sql::{ColumnName, Connection, PgType, Statement, errors, exec, meta};
use docpal_core::{
    Action, Cell, Error, ErrorKind, FieldError, Json, RecordDraft, RecordId, Result, TableSnapshot, UserId,
};

use super::authorize::{AuthorizedWrite, authorize, refused, require_create};
use super::rows::Rows;
use super::write::{fenced, stands};
use super::{Records, not_allowed, on_field};
use crate::access::Access;
use crate::lower::field::Relation;
use crate::lower::predicate;
use crate::predicate::Predicate;

/// So many records are made in one call.
pub const MAX_RECORDS: usize = 100_000;
/// So many failed entries are given; a file with one wrong column would have one per line.
const MAX_ENTRIES: usize = 100;
/// Ids per audit row.
const LOGGED: usize = 10_000;

/// Conditions, each with the records that must meet it. A record is under few conditions, and there are no more of them
/// than rules, so both are linear in the number of records.
type Checks = Vec<(Predicate, Vec<RecordId>)>;

/// Records whose rows are ready to be written.
struct Encoded {
    ids: Vec<RecordId>,
    /// What some of them must meet once they are there: each condition with the ids of those that must.
    checks: Checks,
}

impl Records<'_> {
    pub(super) async fn create_many_with(
        &self,
        mut rows: Rows<'_>,
        snapshot: &Arc<TableSnapshot>,
        drafts: &[RecordDraft],
    ) -> Result<Vec<RecordId>> {
        let access = self.access(snapshot);
        require_create(&access)?;
        if drafts.len() > MAX_RECORDS {
            let message = format!("{} records; one call makes at most {MAX_RECORDS}", drafts.len());
            return Err(Error::new(ErrorKind::Limit, "too_many_records", message));
        }
        let Encoded { ids, checks } = self.encode(snapshot, &access, drafts, &mut rows)?;
        if ids.is_empty() {
            return Ok(ids);
        }
        let written = rows.write(&snapshot.physical(), &columns(snapshot)).await;
        written.map_err(|error| on_field(error, &access))?;
        let conn = rows.connection();
        check_all(conn, &access, &ids, &checks).await?;
        for chunk in ids.chunks(LOGGED) {
            let change = Change {
                company: snapshot.company(),
                by: self.actor,
                action: "record.create",
                app: Some(snapshot.meta().app),
                table: Some(snapshot.id()),
                records: Some(chunk),
                details: Json::empty(),
            };
            meta::audit::append_with(conn, &change, self.docpal.event_log()).await?;
        }
        Ok(ids)
    }

    /// Validates every draft and encodes it as it goes, so that one record at a time is in memory twice.
    fn encode(
        &self,
        snapshot: &TableSnapshot,
        access: &Access,
        drafts: &[RecordDraft],
        rows: &mut Rows<'_>,
    ) -> Result<Encoded> {
        let (stored, columns) = (stored(snapshot), columns(snapshot));
        let user = self.actor.user().map(UserId::uuid);
        let mut failed: Vec<FieldError> = Vec::new();
        let mut ids = Vec::with_capacity(drafts.len());
        let mut checks = Checks::new();
        for (index, draft) in drafts.iter().enumerate() {
            let write = match authorize(draft, access, Action::Create) {
                Ok(write) => write,
                Err(entries) => {
                    failed.extend(entries.into_iter().map(|entry| entry.in_record(index)));
                    if failed.len() >= MAX_ENTRIES {
                        break;
                    }
                    continue;
                }
            };
            let AuthorizedWrite { columns: record, must_after, .. } = write;
            let id = RecordId::new();
            ids.push(id);
            for part in must_after.parts() {
                match checks.iter_mut().find(|(known, _)| known == part) {
                    Some((_, ids)) => ids.push(id),
                    None => checks.push((part.clone(), vec![id])),
                }
            }
            rows.start_row(&columns);
            rows.uuid(Some(id.uuid()));
            rows.uuid(user);
            rows.uuid(user);
            let mut cells = record.cells().iter().peekable();
            for position in &stored {
                match cells.next_if(|(written, _)| written == position) {
                    Some((_, cell)) => rows.cell(cell),
                    None => rows.cell(&Cell::Null),
                }
            }
        }
        if failed.is_empty() {
            return Ok(Encoded { ids, checks });
        }
        failed.truncate(MAX_ENTRIES);
        Err(refused(failed))
    }
}

/// The positions of the fields that records write: stored, and not counted by the database.
fn stored(snapshot: &TableSnapshot) -> Vec<usize> {
    let fields = snapshot.fields().iter().enumerate();
    fields
        .filter(|(_, field)| field.column().is_some() && !field.kind().counts())
        .map(|(position, _)| position)
        .collect()
}

/// The columns that records write.
fn columns(snapshot: &TableSnapshot) -> Vec<(ColumnName, PgType)> {
    let system = [ColumnName::ID, ColumnName::CREATED_BY, ColumnName::UPDATED_BY];
    let mut columns: Vec<_> = system.into_iter().map(|name| (name, PgType::Uuid)).collect();
    columns.extend(
        stored(snapshot).into_iter().filter_map(|position| snapshot.fields().get(position)?.column()),
    );
    columns
}

/// Every record must meet what it must, on the table as it was authorised; else none stays.
async fn check_all(conn: &mut Connection, access: &Access, ids: &[RecordId], checks: &Checks) -> Result<()> {
    let snapshot = access.snapshot();
    let raw = Relation::table(snapshot, access.moment());
    let mut unmet: Vec<usize> = Vec::new();
    for (check, of) in checks {
        let mut select = Query::select();
        select.expr(expr::column(&ColumnName::ID)).from(snapshot.physical().table_ref());
        let id = expr::column(&ColumnName::ID);
        select.and_where(expr::is_any_of(id, expr::uuid_array(of.iter().map(|id| id.uuid()))));
        select.and_where(expr::not_true(predicate::lower(check, &raw)));
        select.limit(MAX_ENTRIES as u64);
        let rows = exec::fetch_all(conn, Statement::from(select)).await?;
        let wrong = rows.iter().filter_map(|row| row.uuid(0));
        unmet.extend(wrong.filter_map(|wrong| ids.iter().position(|id| id.uuid() == wrong)));
    }
    let still = fenced(snapshot).query(Query::select().expr(stands()).to_owned());
    let row = exec::fetch_optional(conn, Statement::from(still)).await?;
    if row.and_then(|row| row.bool(0)) != Some(true) {
        return Err(errors::table_changed());
    }
    if unmet.is_empty() {
        return Ok(());
    }
    unmet.sort_unstable();
    unmet.dedup();
    let entry = |index: &usize| {
        FieldError::new("", "not_allowed", "your roles do not allow you to create such a record")
            .in_record(*index)
    };
    let entries = unmet.iter().take(MAX_ENTRIES).map(entry).collect();
    Err(not_allowed("create some of these records").with_fields(entries))
}
