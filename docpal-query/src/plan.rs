//! What a view needs from the database: which columns to fetch, what to compute from them afterwards.
//! Data only.

use docpal_core::model::FieldSet;

use crate::resolve::ResolvedView;

/// A plan to read a view. It knows nothing of permissions yet, and nothing can run it:
/// [`crate::secure::secure`] comes first.
///
/// ```compile_fail,E0308
/// fn run(plan: &docpal_query::Plan) {
///     let _ = docpal_query::lower(plan, b"key");
/// }
/// ```
///
/// The same line compiles for a plan that was secured:
///
/// ```
/// fn run(plan: &docpal_query::SecuredPlan) {
///     let _ = docpal_query::lower(plan, b"key");
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) view: ResolvedView,
    /// Positions of the stored fields to fetch, for showing or as inputs of formulas.
    pub(crate) fetch: Vec<usize>,
    /// Positions of the computed fields to evaluate, each after what it needs.
    pub(crate) compute: Vec<usize>,
}

/// Plans a view.
#[must_use]
pub fn plan(view: ResolvedView) -> Plan {
    let snapshot = &view.snapshot;
    let mut needed = FieldSet::default();
    for position in &view.columns {
        needed.insert(*position);
        if let Some(inputs) = snapshot.inputs(*position) {
            needed.extend(inputs);
        }
    }
    let is_stored =
        |position: &usize| snapshot.fields().get(*position).is_some_and(|field| field.column().is_some());
    // Those shown first, in their order; then what formulas read besides.
    let mut fetch: Vec<usize> = view.columns.iter().copied().filter(is_stored).collect();
    let mut shown = FieldSet::default();
    for position in &fetch {
        shown.insert(*position);
    }
    fetch.extend(needed.iter().filter(is_stored).filter(|position| !shown.contains(*position)));
    let order = snapshot.computed_order().iter().copied();
    let broken = needed.iter().filter(|position| {
        // A formula that no longer compiles has no place in the order.
        snapshot
            .fields()
            .get(*position)
            .is_some_and(|field| field.column().is_none() && field.computed().is_none())
    });
    let compute = broken.chain(order.filter(|position| needed.contains(*position))).collect();
    Plan { fetch, compute, view }
}
