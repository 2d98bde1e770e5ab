//! Creating and updating one record: validate, authorise, then one statement that writes the record, its
//! audit row and its outbox row, and reads the record back as its actor may see it.

use std::sync::Arc;

use docpal_core::model::Field;
use docpal_core::records::ValidRecord;
use docpal_core::sql::expr::{
    self, CommonTableExpression, Expr, ExprTrait as _, LockType, PgFn, Query, SelectStatement,
    SubQueryStatement, WithClause,
};
use docpal_core::sql::fence::fence;
use docpal_core::sql::{ColumnName, Connection, Row, Statement, errors, exec};
use docpal_core::{Action, Cell, Error, ErrorKind, RecordDraft, RecordId, Result, TableSnapshot, UserId};

use super::authorize::{AuthorizedWrite, authorize, refused, require_create};
use super::read::resolve_visible;
use super::{Records, not_allowed, on_field, record_not_found, version_conflict};
use crate::access::Access;
use crate::lower::field::Relation;
use crate::lower::image::{AfterImage, after_image};
use crate::lower::predicate;
use crate::lower::select::SYSTEM;
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

/// The CTE with the record as written.
const WRITTEN: ColumnName = ColumnName::system("w");
/// The CTE with the record as it was.
const BEFORE: ColumnName = ColumnName::system("b");
/// The CTE with a row while the table is what it was when the write was authorised.
const FENCE: ColumnName = ColumnName::system("f");
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
        require_create(&access)?;
        let write = authorize(draft, &access, Action::Create).map_err(refused)?;
        let secured = secure_all(&access)?;
        let id = RecordId::new();
        let user = self.actor.user().map(UserId::uuid);
        let mut columns = vec![ColumnName::ID, ColumnName::CREATED_BY, ColumnName::UPDATED_BY];
        let mut values = Query::select();
        values.exprs([expr::uuid(id.uuid()), expr::nullable_uuid(user), expr::nullable_uuid(user)]);
        for (column, value) in assignments(snapshot, &write.columns) {
            columns.push(column);
            values.expr(value);
        }
        values.from(FENCE);
        let mut insert = Query::insert();
        insert.into_table(snapshot.physical().table_ref()).columns(columns);
        insert.select_from(values).map_err(Error::internal)?;
        insert.returning(Query::returning().exprs(all_columns(snapshot)));
        let image = after_image(&access, secured.as_ref(), &WRITTEN, &write.must_after);
        let mut with = fenced(snapshot);
        with.cte(cte(&WRITTEN, insert.into()));
        self.log(snapshot).created(&mut with, &WRITTEN);
        let statement = Statement::from(with.query(image.select.clone()));
        let row = exec::fetch_optional(conn, statement).await.map_err(|error| on_field(error, &access))?;
        let row = row.ok_or_else(errors::table_changed)?;
        if !image.passes(&row) {
            return Err(not_allowed("create such a record"));
        }
        Ok(saved(id, row, secured.as_ref(), &image, &access))
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
        require_read(&access)?;
        let write = match authorize(draft, &access, Action::Update) {
            Ok(write) => write,
            Err(entries) => {
                // Not readable comes first: it must look the same whatever was sent.
                self.get_with(conn, snapshot, id).await?;
                return Err(refused(entries));
            }
        };
        let secured = secure_all(&access)?;
        let with = self.update_clause(snapshot, &access, id, &write, version);
        let image = after_image(&access, secured.as_ref(), &WRITTEN, &write.must_after);
        let statement = Statement::from(with.query(image.select.clone()));
        let changed =
            exec::fetch_optional(conn, statement).await.map_err(|error| on_field(error, &access))?;
        let Some(row) = changed else {
            let state = before_clause(snapshot, &access, id, &write.may_before).query(state_of());
            let row = exec::fetch_optional(conn, Statement::from(state)).await?;
            return Err(why_untouched(row, version, "change this record"));
        };
        if !image.passes(&row) {
            return Err(not_allowed("change the record so"));
        }
        Ok(saved(id, row, secured.as_ref(), &image, &access))
    }

    /// WITH b (the readable record, locked), w (the update), and the log.
    fn update_clause(
        &self,
        snapshot: &Arc<TableSnapshot>,
        access: &Access,
        id: RecordId,
        write: &AuthorizedWrite,
        version: Option<i64>,
    ) -> WithClause {
        let mut update = Query::update();
        update.table(snapshot.physical().table_ref());
        update.value(ColumnName::UPDATED_AT, expr::call(PgFn::Now, []));
        update.value(ColumnName::UPDATED_BY, expr::nullable_uuid(self.actor.user().map(UserId::uuid)));
        update.value(ColumnName::VERSION, expr::column(&ColumnName::VERSION).add(expr::integer(1)));
        for (column, value) in assignments(snapshot, &write.columns) {
            update.value(column, value);
        }
        update.and_where(expr::column(&ColumnName::ID).in_subquery(changeable(version)));
        update.returning(Query::returning().exprs(all_columns(snapshot)));
        let mut with = before_clause(snapshot, access, id, &write.may_before);
        with.cte(cte(&WRITTEN, update.into()));
        let given: Vec<usize> = write.columns.cells().iter().map(|(position, _)| *position).collect();
        self.log(snapshot).updated(&mut with, &BEFORE, &WRITTEN, &given);
        with
    }
}

/// Forbidden for who may fill the table without reading it; for who does not know of it, it does not exist.
pub(super) fn require_read(access: &Access) -> Result<()> {
    match (access.sees_table(), access.knows_table()) {
        (true, _) => Ok(()),
        (false, true) => Err(not_allowed("read the records of this table")),
        (false, false) => Err(docpal_core::docpal::table_not_found()),
    }
}

/// The plan of every field the actor sees; `None` for who reads nothing.
fn secure_all(access: &Access) -> Result<Option<SecuredPlan>> {
    if !access.sees_table() {
        return Ok(None);
    }
    Ok(Some(secure(plan(resolve_visible(access)?), access)?))
}

/// WITH f AS (a row while the table is what `snapshot` says).
pub(super) fn fenced(snapshot: &TableSnapshot) -> WithClause {
    let mut with = WithClause::new();
    with.cte(cte(&FENCE, fence(snapshot).into()));
    with
}

/// Is the table still what it was when the write was authorised?
pub(super) fn stands() -> Expr {
    expr::exists(Query::select().expr(expr::integer(1)).from(FENCE).to_owned())
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

/// WITH f (the fence), b AS (the record, if readable, locked, and whether it meets `may`).
pub(super) fn before_clause(
    snapshot: &TableSnapshot,
    access: &Access,
    id: RecordId,
    may: &Predicate,
) -> WithClause {
    let raw = Relation::table(snapshot, access.moment());
    let mut before = Query::select();
    before.exprs(all_columns(snapshot));
    before.expr_as(expr::is_true(predicate::lower(may, &raw)), MAY);
    before.from(snapshot.physical().table_ref());
    before.and_where(expr::column(&ColumnName::ID).eq(expr::uuid(id.uuid())));
    before.and_where(predicate::lower(access.read(), &raw));
    before.lock(LockType::Update);
    let mut with = fenced(snapshot);
    with.cte(cte(&BEFORE, before.into()));
    with
}

/// SELECT id FROM b WHERE may AND version = .. AND the fence stands
pub(super) fn changeable(version: Option<i64>) -> SelectStatement {
    let mut select = Query::select();
    select.expr(expr::column(&ColumnName::ID)).from(BEFORE).and_where(expr::column(&MAY)).and_where(stands());
    if let Some(version) = version {
        select.and_where(expr::column(&ColumnName::VERSION).eq(expr::integer(version)));
    }
    select
}

/// SELECT whether the fence stands, may, version FROM b, or a row with the first only
pub(super) fn state_of() -> SelectStatement {
    let of = |column: &ColumnName| {
        expr::subquery(Query::select().expr(expr::column(column)).from(BEFORE).to_owned())
    };
    Query::select().expr(stands()).expr(of(&MAY)).expr(of(&ColumnName::VERSION)).to_owned()
}

/// Why a record was not touched, from the row of [`state_of`].
pub(super) fn why_untouched(state: Option<Row>, version: Option<i64>, what: &str) -> Error {
    let Some(row) = state.filter(|row| row.bool(0) == Some(true)) else { return errors::table_changed() };
    let Some(current) = row.int(2) else { return record_not_found() };
    match row.bool(1) {
        Some(true) if version.is_some_and(|version| version != current) => version_conflict(current),
        Some(true) => Error::new(ErrorKind::Unavailable, "busy", "busy with another change; try again"),
        _ => not_allowed(what),
    }
}

fn saved(
    id: RecordId,
    row: Row,
    secured: Option<&SecuredPlan>,
    image: &AfterImage,
    access: &Access,
) -> Saved {
    let record = secured
        .filter(|_| image.is_readable(&row))
        .map(|secured| Page::new(&secured.plan, &image.layout, vec![row], access.now()));
    Saved { id, record }
}
