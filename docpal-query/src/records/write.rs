//! Creating and updating one record: validate, authorise, then one statement that writes the record, its
//! audit row and its outbox row, and reads the record back as its actor may see it.

use std::sync::Arc;

use docpal_core::model::Field;
use docpal_core::records::{Mode, ValidRecord, validate};
use docpal_core::sql::expr::{
    self, CommonTableExpression, Expr, ExprTrait as _, LockType, PgFn, Query, SubQueryStatement, WithClause,
};
use docpal_core::sql::{ColumnName, Connection, Row, Statement, exec};
use docpal_core::{
    Action, Cell, Error, ErrorKind, FieldError, RecordDraft, RecordId, Result, TableSnapshot, UserId,
};

use super::read::resolve_visible;
use super::{Records, not_allowed, on_field, record_not_found, version_conflict};
use crate::access::Access;
use crate::lower::field::Relation;
use crate::lower::predicate;
use crate::lower::select::{Layout, SYSTEM, after_image};
use crate::page::Page;
use crate::plan::plan;
use crate::predicate::Predicate;
use crate::secure::{SecuredPlan, secure};

/// A record that was written.
#[derive(Debug)]
pub struct Saved {
    id: RecordId,
    record: Option<Page>,
}

impl Saved {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The record as its actor may see it, as a page of one; `None` when they may not.
    #[must_use]
    pub fn record(&self) -> Option<&Page> {
        self.record.as_ref()
    }
}

/// A record whose values fit and whose actor may write them. Made by [`authorize`] only.
pub(super) struct AuthorizedWrite {
    pub(super) record: ValidRecord,
    /// What the record must meet after the write.
    pub(super) checks: Vec<Predicate>,
}

/// Checks a draft and the right to write each field it names.
pub(super) fn authorize(
    draft: &RecordDraft,
    access: &Access,
    action: Action,
) -> std::result::Result<AuthorizedWrite, Vec<FieldError>> {
    let mode = if action == Action::Create { Mode::Create } else { Mode::Update };
    let record = validate(draft, access.snapshot(), mode, access.now(), &|field: &Field| access.sees(field))?;
    let mut checks = vec![access.row(action)];
    let mut refused = Vec::new();
    for position in record.given() {
        match access.write_field(action, *position) {
            Predicate::Always => {}
            Predicate::Never => {
                let name = access.snapshot().fields().get(*position).map_or("", Field::name);
                let message = "your roles do not allow you to write this field";
                refused.push(FieldError::new(name, "field_not_writable", message));
            }
            predicate => checks.push(predicate),
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let check = Predicate::all(checks);
    let checks = if check == Predicate::Always { Vec::new() } else { vec![check] };
    Ok(AuthorizedWrite { record, checks })
}

/// Failed entries as one error: forbidden when rights are all that is missing.
pub(super) fn refused(entries: Vec<FieldError>) -> Error {
    if entries.iter().all(|entry| entry.code == "field_not_writable") {
        not_allowed("write some of these fields").with_fields(entries)
    } else {
        Error::validation(entries)
    }
}

/// The CTE with the record as written.
const WRITTEN: ColumnName = ColumnName::system("w");
/// The CTE with the record as it was.
const BEFORE: ColumnName = ColumnName::system("b");
/// May the record, as it was, be changed?
const MAY: ColumnName = ColumnName::system("may");

impl Records<'_> {
    pub(super) async fn create_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        draft: &RecordDraft,
    ) -> Result<Saved> {
        let access = self.access(snapshot);
        if access.row(Action::Create) == Predicate::Never {
            return Err(self.refuse(&access, "create records here"));
        }
        let write = authorize(draft, &access, Action::Create).map_err(refused)?;
        let secured = secure_all(&access)?;
        let id = RecordId::new();
        let mut insert = Query::insert();
        let user = self.actor.user().map(UserId::uuid);
        let mut columns = vec![ColumnName::ID, ColumnName::CREATED_BY, ColumnName::UPDATED_BY];
        let mut values = vec![expr::uuid(id.uuid()), expr::nullable_uuid(user), expr::nullable_uuid(user)];
        for (column, value) in assignments(snapshot, &write.record) {
            columns.push(column);
            values.push(value);
        }
        insert.into_table(snapshot.physical().table_ref()).columns(columns);
        insert.values(values).map_err(Error::internal)?;
        insert.returning(Query::returning().exprs(all_columns(snapshot)));
        let (after, layout, width) = after_image(&secured, &WRITTEN, &write.checks);
        let mut with = WithClause::new();
        with.cte(cte(&WRITTEN, insert.into()));
        self.log(snapshot).created(&mut with, &WRITTEN);
        let statement = Statement::from(with.query(after));
        let row = exec::fetch_optional(conn, statement).await.map_err(|error| on_field(error, &access))?;
        let row = row.ok_or_else(|| Error::internal("an insert returned no row"))?;
        if !passes(&row, width, write.checks.len()) {
            return Err(not_allowed("create such a record"));
        }
        Ok(saved(id, row, &secured, &layout, width, &access))
    }

    pub(super) async fn update_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        id: RecordId,
        draft: &RecordDraft,
        version: Option<i64>,
    ) -> Result<Saved> {
        let access = self.access(snapshot);
        let secured = secure_all(&access)?;
        let write = match authorize(draft, &access, Action::Update) {
            Ok(write) => write,
            Err(entries) => {
                // Not readable comes first: it must look the same whatever was sent.
                self.get_with(conn, snapshot, id).await?;
                return Err(refused(entries));
            }
        };
        let with = self.update_clause(snapshot, &access, id, &write.record, version);
        let (after, layout, width) = after_image(&secured, &WRITTEN, &write.checks);
        let changed = exec::fetch_optional(conn, Statement::from(with.query(after)))
            .await
            .map_err(|error| on_field(error, &access))?;
        let Some(row) = changed else {
            let state = before_clause(snapshot, &access, id, Action::Update).query(state_of());
            let row = exec::fetch_optional(conn, Statement::from(state)).await?;
            return Err(why_untouched(row, version, "change this record"));
        };
        if !passes(&row, width, write.checks.len()) {
            return Err(not_allowed("change the record so"));
        }
        Ok(saved(id, row, &secured, &layout, width, &access))
    }

    /// WITH b (the readable record, locked), w (the update), and the log.
    fn update_clause(
        &self,
        snapshot: &Arc<TableSnapshot>,
        access: &Access,
        id: RecordId,
        record: &ValidRecord,
        version: Option<i64>,
    ) -> WithClause {
        let mut update = Query::update();
        update.table(snapshot.physical().table_ref());
        update.value(ColumnName::UPDATED_AT, expr::call(PgFn::Now, []));
        update.value(ColumnName::UPDATED_BY, expr::nullable_uuid(self.actor.user().map(UserId::uuid)));
        update.value(ColumnName::VERSION, expr::column(&ColumnName::VERSION).add(expr::integer(1)));
        for (column, value) in assignments(snapshot, record) {
            update.value(column, value);
        }
        update.and_where(expr::column(&ColumnName::ID).in_subquery(changeable(version)));
        update.returning(Query::returning().exprs(all_columns(snapshot)));
        let mut with = before_clause(snapshot, access, id, Action::Update);
        with.cte(cte(&WRITTEN, update.into()));
        let given: Vec<usize> = record.cells().iter().map(|(position, _)| *position).collect();
        self.log(snapshot).updated(&mut with, &BEFORE, &WRITTEN, &given);
        with
    }

    /// Forbidden for who sees the table, else the table does not exist.
    pub(super) fn refuse(&self, access: &Access, what: &str) -> Error {
        if access.sees_table() { not_allowed(what) } else { docpal_core::docpal::table_not_found() }
    }
}

/// The plan of every field the actor sees.
fn secure_all(access: &Access) -> Result<SecuredPlan> {
    secure(plan(resolve_visible(access)?)?, access)
}

pub(super) fn cte(name: &ColumnName, query: SubQueryStatement) -> CommonTableExpression {
    let mut cte = CommonTableExpression::new();
    cte.table_name(name.clone()).query(query);
    cte
}

/// The columns and values a record writes.
fn assignments(snapshot: &TableSnapshot, record: &ValidRecord) -> Vec<(ColumnName, Expr)> {
    let assignment = |(position, cell): &(usize, Cell)| {
        let (column, ty) = snapshot.fields().get(*position)?.column()?;
        Some((column, expr::bind(cell, ty)))
    };
    record.cells().iter().filter_map(assignment).collect()
}

/// Every column of the table: what an image is made of.
pub(super) fn all_columns(snapshot: &TableSnapshot) -> Vec<Expr> {
    let system = SYSTEM.iter().map(|(name, _)| expr::column(name));
    let fields = snapshot.fields().iter().filter_map(Field::column).map(|(name, _)| expr::column(&name));
    system.chain(fields).collect()
}

/// WITH b AS (the record, if readable, locked, and whether `action` may be done to it).
pub(super) fn before_clause(
    snapshot: &TableSnapshot,
    access: &Access,
    id: RecordId,
    action: Action,
) -> WithClause {
    let raw = Relation::table(snapshot, access.now());
    let mut before = Query::select();
    before.exprs(all_columns(snapshot));
    before.expr_as(expr::is_true(predicate::lower(&access.row(action), &raw)), MAY);
    before.from(snapshot.physical().table_ref());
    before.and_where(expr::column(&ColumnName::ID).eq(expr::uuid(id.uuid())));
    before.and_where(predicate::lower(access.read(), &raw));
    before.lock(LockType::Update);
    let mut with = WithClause::new();
    with.cte(cte(&BEFORE, before.into()));
    with
}

/// SELECT id FROM b WHERE may AND version = ..
pub(super) fn changeable(version: Option<i64>) -> docpal_core::sql::expr::SelectStatement {
    let mut select = Query::select();
    select.expr(expr::column(&ColumnName::ID)).from(BEFORE).and_where(expr::column(&MAY));
    if let Some(version) = version {
        select.and_where(expr::column(&ColumnName::VERSION).eq(expr::integer(version)));
    }
    select
}

/// SELECT may, version FROM b
pub(super) fn state_of() -> docpal_core::sql::expr::SelectStatement {
    Query::select().expr(expr::column(&MAY)).expr(expr::column(&ColumnName::VERSION)).from(BEFORE).to_owned()
}

/// Why a record was not touched, from the row of [`state_of`].
pub(super) fn why_untouched(state: Option<Row>, version: Option<i64>, what: &str) -> Error {
    let Some(row) = state else { return record_not_found() };
    let current = row.int(1).unwrap_or_default();
    match row.bool(0) {
        Some(true) if version.is_some_and(|version| version != current) => version_conflict(current),
        Some(true) => Error::new(ErrorKind::Unavailable, "busy", "busy with another change; try again"),
        _ => not_allowed(what),
    }
}

fn passes(row: &Row, width: usize, checks: usize) -> bool {
    (1..=checks).all(|index| row.bool(width + index) == Some(true))
}

fn saved(
    id: RecordId,
    row: Row,
    secured: &SecuredPlan,
    layout: &Layout,
    width: usize,
    access: &Access,
) -> Saved {
    let readable = row.bool(width) == Some(true);
    let record = readable.then(|| Page::new(&secured.plan, layout, vec![row], access.now()));
    Saved { id, record }
}
