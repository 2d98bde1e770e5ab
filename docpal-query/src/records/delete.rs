//! Deleting records.

use std::sync::Arc;

use docpal_core::sql::expr::{self, ExprTrait as _, LockType, Query};
use docpal_core::sql::{ColumnName, Connection, Statement, errors, exec};
use docpal_core::{Action, Error, ErrorKind, RecordId, Result, TableSnapshot};

use super::write::{
    all_columns, before_clause, changeable, cte, fenced, require_read, stands, state_of, why_untouched,
};
use super::{Records, not_allowed, record_not_found};
use crate::lower::field::Relation;
use crate::lower::predicate;

/// So many records are deleted in one call.
pub const MAX_IDS: usize = 10_000;
const DELETED: ColumnName = ColumnName::system("d");
const BEFORE: ColumnName = ColumnName::system("b");
const MAY: ColumnName = ColumnName::system("may");

impl Records<'_> {
    pub(super) async fn delete_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        id: RecordId,
        version: Option<i64>,
    ) -> Result<()> {
        let access = self.access(snapshot);
        require_read(&access)?;
        let mut delete = Query::delete();
        delete.from_table(snapshot.physical().table_ref());
        delete.and_where(expr::column(&ColumnName::ID).in_subquery(changeable(version)));
        delete.returning_col(ColumnName::ID);
        let mut with = before_clause(snapshot, &access, id, access.row(Action::Delete));
        with.cte(cte(&DELETED, delete.into()));
        self.log(snapshot).deleted(&mut with, &BEFORE, &DELETED);
        let deleted = Query::select().expr(expr::column(&ColumnName::ID)).from(DELETED).to_owned();
        if exec::fetch_optional(conn, Statement::from(with.query(deleted))).await?.is_none() {
            let state = before_clause(snapshot, &access, id, access.row(Action::Delete)).query(state_of());
            let row = exec::fetch_optional(conn, Statement::from(state)).await?;
            return Err(why_untouched(row, version, "delete this record"));
        }
        Ok(())
    }

    pub(super) async fn delete_many_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        ids: &[RecordId],
    ) -> Result<u64> {
        let access = self.access(snapshot);
        require_read(&access)?;
        if ids.len() > MAX_IDS {
            let message = format!("{} ids; one call deletes at most {MAX_IDS} records", ids.len());
            return Err(Error::new(ErrorKind::Limit, "too_many_records", message));
        }
        let mut wanted: Vec<RecordId> = ids.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let raw = Relation::table(snapshot, access.moment());
        let mut before = Query::select();
        before.exprs(all_columns(snapshot));
        before.expr_as(expr::is_true(predicate::lower(access.row(Action::Delete), &raw)), MAY);
        before.from(snapshot.physical().table_ref());
        let id = expr::column(&ColumnName::ID);
        before.and_where(expr::is_any_of(id, expr::uuid_array(wanted.iter().map(|id| id.uuid()))));
        before.and_where(predicate::lower(access.read(), &raw));
        // In id order, so that two calls on the same records wait for each other instead of deadlocking.
        before.order_by(ColumnName::ID, expr::Order::Asc).lock(LockType::Update);
        let mut delete = Query::delete();
        delete.from_table(snapshot.physical().table_ref());
        delete.and_where(expr::column(&ColumnName::ID).in_subquery(changeable(None)));
        delete.returning_col(ColumnName::ID);
        let mut with = fenced(snapshot);
        with.cte(cte(&BEFORE, before.into())).cte(cte(&DELETED, delete.into()));
        self.log(snapshot).deleted_many(&mut with, &BEFORE, &DELETED);
        let count =
            |of: ColumnName| expr::subquery(Query::select().expr(expr::count_all()).from(of).to_owned());
        let counts = Query::select().expr(count(BEFORE)).expr(count(DELETED)).expr(stands()).to_owned();
        let row = exec::fetch_optional(conn, Statement::from(with.query(counts))).await?;
        if row.as_ref().and_then(|row| row.bool(2)) != Some(true) {
            return Err(errors::table_changed());
        }
        let counted =
            |index| row.as_ref().and_then(|row| row.int(index)).and_then(|n| usize::try_from(n).ok());
        let (readable, deleted) = (counted(0).unwrap_or(0), counted(1).unwrap_or(0));
        if readable < wanted.len() {
            return Err(record_not_found());
        }
        if deleted < readable {
            return Err(not_allowed("delete some of these records"));
        }
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    }
}
