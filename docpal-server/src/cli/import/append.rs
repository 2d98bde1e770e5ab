//! `docpal-server import --append`: the rows of a file as more records of a table that is there.

use std::path::Path;

use docpal_core::access::scope;
use docpal_core::{Actor, Docpal, TableId};
use docpal_query::known_fields;
use docpal_server::import::{Source, grouped};
use docpal_server::new_table::{self, Plan, plan_append};

use super::options::Options;
use super::{bar, in_file, nothing, open, report, step};
use crate::cli::database::Database;
use crate::cli::interrupt::Interrupt;
use crate::cli::problem::Problem;

/// A file that was read for a table.
pub(super) struct Ready {
    source: Source,
    plan: Plan,
    table: TableId,
}

/// Reads the file for the table.
pub(super) async fn plan(
    docpal: &Docpal,
    owner: &Actor,
    table: TableId,
    file: &Path,
    options: &Options,
) -> Result<Ready, Problem> {
    let snapshot = docpal.snapshot(owner.company(), table).await?;
    let scope = scope(owner, &snapshot);
    let known = known_fields(&scope, &snapshot);
    let name = &snapshot.meta().name;
    let source = open(file, options)?;
    let bar = bar(&format!("reading {}", file.display()), source.bytes());
    let progress = |at| step(&bar, at);
    let plan = plan_append(&source, &options.reading()?, name, &known, options.on_bad, progress);
    bar.finish_and_clear();
    Ok(Ready { plan: plan.map_err(|failure| in_file(file, failure))?, source, table })
}

/// Says what would be done, or does it.
pub(super) async fn run(
    database: &Database,
    owner: &Actor,
    ready: &Ready,
    options: &Options,
    interrupt: &Interrupt,
) -> Result<(), Problem> {
    let Ready { source, plan, table } = ready;
    if options.dry_run {
        report::dry(source, plan)?;
        let to = new_table::Destination::Table(*table);
        return Ok(new_table::rehearse(&database.docpal, owner, to, source, plan).await?);
    }
    report::accept(plan)?;
    let name = &plan.spec().name;
    let bar = bar(&format!("writing {name}"), source.bytes());
    let docpal = &database.docpal;
    let mut tx = docpal.begin().await?;
    let progress = |at| step(&bar, at);
    let added = new_table::append(docpal, owner, &mut tx, *table, source, plan, progress).await;
    bar.finish_and_clear();
    let added = match added {
        Ok(added) => added,
        Err(failure) => return Err(nothing(name, failure)),
    };
    interrupt.begin_end().await;
    tx.commit().await?;
    crate::cli::say(&format!("{name}: {} records more, table {table}", grouped(added.rows)));
    report::columns(plan);
    Ok(())
}
