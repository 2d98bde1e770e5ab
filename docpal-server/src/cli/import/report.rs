//! What `docpal-server import` says about a file.

use docpal_server::import::{ImportErrors, InferredColumn, Reason, Source, grouped};
use docpal_server::new_table::{ImportFailure, Plan};

use crate::cli::problem::Problem;
use crate::cli::say;

/// The rows that a dry run shows.
const ROWS: usize = 5;

/// Says what becomes of each column, and what is left out.
pub(super) fn columns(plan: &Plan) {
    plan.inferred().notes.iter().for_each(|note| say(&format!("  {note}")));
    for column in plan.report() {
        say(&format!("  {:<24} {:<15} {}", column.field, column.field_type, column.why));
    }
    for field in plan.spec().fields.iter().filter(|field| field.field_type == "formula") {
        say(&format!("  {:<24} formula", field.name));
    }
    if let Some((column, nearest)) = plan.inferred().columns.iter().find_map(nearly) {
        say(&format!(
            "  --type \"{column}={nearest}\" --on-bad keep takes such a column for what most of it is; --null takes words \
             for empty cells"
        ));
    }
    let skipped = &plan.inferred().skipped;
    list(&format!("{} lines are left out:", grouped(skipped.total())), skipped);
    let misfits = plan.misfits();
    list(&format!("{} cells do not fit:", grouped(misfits.total())), &misfits);
}

/// The column and its other type, when it is a text for a few cells only.
fn nearly(column: &InferredColumn) -> Option<(&str, &str)> {
    match &column.reason {
        Reason::Odd { nearest, .. } => Some((column.field_name.as_str(), nearest)),
        _ => None,
    }
}

fn list(title: &str, errors: &ImportErrors) {
    if !errors.is_empty() {
        say(&format!("  {title}"));
        errors.to_string().lines().for_each(|line| say(&format!("    {line}")));
    }
}

/// Says what an import would do.
pub(super) fn dry(source: &Source, plan: &Plan) -> Result<(), Problem> {
    let name = &plan.spec().name;
    say(&format!("{name}: {} rows; nothing is written", grouped(plan.inferred().rows)));
    columns(plan);
    for row in plan.first_rows(source, ROWS)? {
        let cells: Vec<String> = row.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        say(&format!("  {{{}}}", cells.join(", ")));
    }
    accept(plan)?;
    Ok(plan.look(source)?)
}

/// Refuses a plan with cells that do not fit.
pub(super) fn accept(plan: &Plan) -> Result<(), Problem> {
    plan.refusal().map_or(Ok(()), |failure| Err(refused(plan, failure)))
}

fn refused(plan: &Plan, failure: ImportFailure) -> Problem {
    Problem::new(format!(
        "{}: nothing was imported\n{failure}\n--on-bad empty leaves these cells empty; --on-bad keep puts their texts \
         into a text field beside (of a new table)",
        plan.spec().name
    ))
}
