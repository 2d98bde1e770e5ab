//! Formulas of the command line, checked over the fields that a file gives before anything is written.

use docpal_core::field_types;
use docpal_formula::{Formula, Functions, Type};
use docpal_server::new_table::Plan;

use crate::cli::problem::Problem;

/// Refuses a formula that is wrong, with its place in it. One that needs itself is left to the making of the table.
pub(super) fn check(plan: &Plan, formulas: &[(String, String)]) -> Result<(), Problem> {
    let mut known: Vec<(String, Type)> = stored(plan);
    let mut waiting = Vec::with_capacity(formulas.len());
    for (name, source) in formulas {
        waiting.push((name, Formula::parse(source).map_err(|errors| refused(plan, name, &errors))?));
    }
    // A formula may use others, which come first then.
    loop {
        let names: Vec<&String> = waiting.iter().map(|(name, _)| *name).collect();
        let waits = |formula: &Formula| {
            formula.field_names().into_iter().any(|used| names.iter().any(|name| name.as_str() == used))
        };
        let (later, now): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, formula)| waits(formula));
        if now.is_empty() {
            return Ok(());
        }
        for (name, formula) in now {
            let program = formula.check(&known, &Functions::standard());
            let program = program.map_err(|errors| refused(plan, name, &errors))?;
            known.push((name.clone(), program.ty().clone()));
        }
        waiting = later;
    }
}

/// The fields that are filled from the file, as formulas see them.
fn stored(plan: &Plan) -> Vec<(String, Type)> {
    let fields = plan.spec().fields.iter().filter(|field| field.field_type != "formula");
    let typed = fields.filter_map(|field| {
        let kind = field_types::find(&field.field_type)?.build(&field.options).ok()?;
        Some((field.name.clone(), kind.formula_type()))
    });
    typed.collect()
}

fn refused(plan: &Plan, name: &str, errors: &docpal_formula::Errors) -> Problem {
    let (table, places) = (&plan.spec().name, errors.to_string());
    Problem::new(format!("{table}: nothing was imported\n--formula {name}:\n{}", places.trim_end()))
}
