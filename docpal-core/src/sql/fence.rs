//! The fence of a write: is the table still in the state that the write was authorised on?

use super::expr::{self, Expr, ExprTrait as _, LockType, Query, SelectStatement};
use super::ident::{ColumnName, MetaTable};
use crate::model::TableSnapshot;

const TABLE: ColumnName = ColumnName::system("ft");
const COMPANY: ColumnName = ColumnName::system("fc");

/// One row while the table and the rules that apply to it have the versions of `snapshot`, none after a change of
/// either. In the statement of a write it makes check and use one: both rows are locked against a change until the
/// write ends, and looked at anew if one was under way, so that a write that waited for its record is held, too.
#[must_use]
pub fn fence(snapshot: &TableSnapshot) -> SelectStatement {
    let version = snapshot.version();
    let is = |table: &ColumnName, column: &'static str, value: Expr| {
        expr::column_of(table, &ColumnName::system(column)).eq(value)
    };
    let mut select = Query::select();
    select.expr(expr::integer(1));
    select.from_as(MetaTable::Tables.table_ref(), TABLE);
    select.from_as(MetaTable::Companies.table_ref(), COMPANY);
    select.and_where(is(&TABLE, "id", expr::uuid(snapshot.id().uuid())));
    select.and_where(is(&TABLE, "version", expr::bigint(version.table)));
    select.and_where(is(&COMPANY, "id", expr::uuid(snapshot.company().uuid())));
    select.and_where(is(&COMPANY, "policy_version", expr::bigint(version.policy)));
    select.lock(LockType::Share);
    select
}
