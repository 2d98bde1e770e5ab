//! Which of the wishes on the command line is for which of the files.

use std::path::PathBuf;

use docpal_core::names;
use docpal_formula::Formula;
use docpal_server::import::{Inferred, Source};
use docpal_server::new_table::{Plan, Wishes};

use super::{Options, Ready, formulas, in_file};
use crate::cli::problem::Problem;

/// A file that was read.
pub(super) struct Read {
    pub(super) file: PathBuf,
    pub(super) table: String,
    pub(super) source: Source,
    pub(super) inferred: Inferred,
}

/// Plans a table for each file. A single file gets every wish; of several, each gets those that fit it, and a
/// wish that fits none is refused.
pub(super) fn share(read: Vec<Read>, options: &Options) -> Result<Vec<Ready>, Problem> {
    let alone = read.len() == 1;
    let columns: Vec<Vec<String>> = read.iter().map(|read| columns(&read.inferred)).collect();
    if !alone {
        refuse_unknown(&read, options)?;
        refuse_homeless(&columns, options)?;
    }
    let plan = |(mut read, columns): (Read, &Vec<String>)| {
        let called = read.inferred.columns.clone();
        let known = |name: &str| alone || called.iter().any(|column| column.is_called(name));
        read.inferred.options.skip.retain(|name| known(name));
        let has = |(name, _): &&(String, String)| known(name);
        let fits = |(_, formula): &&(String, String)| alone || fits(formula, columns, options);
        let wishes = Wishes {
            types: options.types.iter().filter(has).cloned().collect(),
            formulas: options.formulas.iter().filter(fits).cloned().collect(),
            table: read.table,
            on_bad: options.on_bad,
        };
        let plan = Plan::of(&read.source, read.inferred, &wishes);
        let plan = plan.map_err(|failure| in_file(&read.file, failure))?;
        formulas::check(&plan, &wishes.formulas)?;
        Ok(Ready { plan, source: read.source })
    };
    read.into_iter().zip(&columns).map(plan).collect()
}

fn columns(inferred: &Inferred) -> Vec<String> {
    inferred.columns.iter().map(|column| column.field_name.clone()).collect()
}

/// Does the file have every field that the formula uses? It may use other formulas too.
fn fits(formula: &str, columns: &[String], options: &Options) -> bool {
    let known = |name: &str| {
        columns.iter().any(|column| column == name) || options.formulas.iter().any(|(other, _)| other == name)
    };
    // One that cannot be read fits everywhere, and is refused with its place.
    Formula::parse(formula).map_or(true, |formula| formula.field_names().into_iter().all(known))
}

/// Refuses what is wanted of a column that no file has.
fn refuse_unknown(files: &[Read], options: &Options) -> Result<(), Problem> {
    let all = || files.iter().flat_map(|read| &read.inferred.columns);
    let types = options.types.iter().map(|(name, _)| ("--type", name));
    for (choice, name) in types.chain(options.skip.iter().map(|name| ("--skip", name))) {
        if !all().any(|column| column.is_called(name)) {
            let near =
                names::suggestion(names::nearest(name, all().map(|column| column.field_name.as_str())));
            return Err(Problem::new(format!("{choice} {name}: no file has a column `{name}`{near}")));
        }
    }
    Ok(())
}

fn refuse_homeless(files: &[Vec<String>], options: &Options) -> Result<(), Problem> {
    for (name, formula) in &options.formulas {
        if !files.iter().any(|columns| fits(formula, columns, options)) {
            return Err(Problem::new(format!(
                "--formula {name}: no file has all the columns that {formula} uses"
            )));
        }
    }
    Ok(())
}
