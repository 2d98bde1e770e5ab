//! The statement that computes formulas for every record of a table.

use chrono_tz::Tz;
use docpal_core::model::Computed;
use docpal_core::sql::expr::{self, Query};
use docpal_core::sql::{ColumnName, PgType, Statement};

use crate::access::{Access, Visibility};
use crate::predicate::Predicate;
use docpal_core::formula_sql::{self, Clock};

/// A statement that computes `formulas` for every record of the table, their instants read in `zone`: rows of the id,
/// then for each formula its value and whether there is an error instead. It reads everything, so only an access to
/// everything makes one.
///
/// # Errors
/// Why a formula has no SQL form, or that `access` does not cover the table.
pub fn formulas(
    access: &Access,
    formulas: &[&Computed],
    zone: Tz,
) -> Result<(Statement, Vec<PgType>), String> {
    let snapshot = access.snapshot();
    let shows = |position| *access.visibility(position) == Visibility::Shown;
    if *access.read() != Predicate::Always || !(0..snapshot.fields().len()).all(shows) {
        return Err("the access does not cover the whole table".to_owned());
    }
    let clock = Clock { zone, ..Clock::at(access.now()) };
    let mut select = Query::select();
    select.expr(expr::column(&ColumnName::ID));
    let mut types = Vec::with_capacity(formulas.len());
    for formula in formulas {
        let (value, ty, fails) = formula_sql::value_of(snapshot, clock, formula)?;
        types.push(ty);
        select.expr(value).expr(fails);
    }
    select.from(snapshot.physical().table_ref());
    Ok((Statement::from(select), types))
}
