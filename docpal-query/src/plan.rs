//! What a view needs from the database: which columns to fetch, what to compute from them afterwards.
//! Data only.

use docpal_core::model::Input;
use docpal_core::{Error, ErrorKind, Result, TableSnapshot};

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
///
/// # Errors
/// `too_complex` for formulas that need each other in a chain longer than the table has fields.
pub fn plan(view: ResolvedView) -> Result<Plan> {
    let mut needs = Needs { snapshot: &view.snapshot, fetch: Vec::new(), compute: Vec::new() };
    for position in &view.columns {
        needs.add(*position, 0)?;
    }
    let (fetch, compute) = (needs.fetch, needs.compute);
    Ok(Plan { view, fetch, compute })
}

struct Needs<'n> {
    snapshot: &'n TableSnapshot,
    fetch: Vec<usize>,
    compute: Vec<usize>,
}

impl Needs<'_> {
    fn add(&mut self, position: usize, depth: usize) -> Result<()> {
        if self.fetch.contains(&position) || self.compute.contains(&position) {
            return Ok(());
        }
        if depth > self.snapshot.fields().len() {
            return Err(Error::new(
                ErrorKind::Limit,
                "too_complex",
                "formulas that need each other without end",
            ));
        }
        let Some(field) = self.snapshot.fields().get(position) else { return Ok(()) };
        if field.column().is_some() {
            self.fetch.push(position);
            return Ok(());
        }
        for input in field.computed().map(|computed| computed.inputs()).unwrap_or_default() {
            if let Input::Field(id) = input
                && let Some(input) = self.snapshot.position(*id)
            {
                self.add(input, depth + 1)?;
            }
        }
        self.compute.push(position);
        Ok(())
    }
}
