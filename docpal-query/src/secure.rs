//! Permissions into the plan: the only way from a [`Plan`] to something that can become SQL.

use docpal_core::sql::ColumnName;
use docpal_core::{Error, Result};

use crate::access::{Access, Visibility};
use crate::plan::Plan;
use crate::predicate::Predicate;
use docpal_core::operators::Moment;

/// A plan that reads only what its actor may see. Made by [`secure`] only.
#[derive(Clone, Debug)]
pub struct SecuredPlan {
    pub(crate) plan: Plan,
    /// Which records exist for the actor.
    pub(crate) rows: Predicate,
    /// Cells that exist only for some records: the column, and when it does.
    pub(crate) masks: Vec<(ColumnName, Predicate)>,
    /// Computed fields that exist only for some records: position, the column to say so, and when they do.
    pub(crate) flags: Vec<(usize, ColumnName, Predicate)>,
    /// What the cursor of this view is bound to.
    pub(crate) fingerprint: Vec<u8>,
    /// When it is, and for whom.
    pub(crate) moment: Moment,
}

/// Puts the actor's permissions into `plan`.
///
/// # Errors
/// `table_not_found` when the actor sees no record by any rule, or `access` is for another table.
pub fn secure(plan: Plan, access: &Access) -> Result<SecuredPlan> {
    if access.snapshot().id() != plan.view.snapshot.id() || !access.sees_table() {
        return Err(docpal_core::docpal::table_not_found());
    }
    let (mut masks, mut flags) = (Vec::new(), Vec::new());
    for (position, field) in plan.view.snapshot.fields().iter().enumerate() {
        match (access.visibility(position), field.column()) {
            (Visibility::Masked(predicate), Some((column, _))) => masks.push((column, predicate.clone())),
            (Visibility::Masked(predicate), None) => {
                flags.push((position, ColumnName::alias("m", position), predicate.clone()));
            }
            (Visibility::Hidden, Some(_)) if plan.fetch.contains(&position) => {
                return Err(Error::internal("a plan fetches a hidden field"));
            }
            _ => {}
        }
    }
    let (rows, fingerprint) = (access.read().clone(), access.fingerprint());
    Ok(SecuredPlan { plan, rows, masks, flags, fingerprint, moment: access.moment() })
}
