//! `docpal-server import`: CSV files to new tables, all in one transaction.

mod wish;

use std::path::{Path, PathBuf};

use docpal_core::sql::Connection;
use docpal_core::{Actor, AppId, AppSpec, Docpal, names};
use docpal_server::bootstrap::first_company;
use docpal_server::import::{DateOrder, InferOptions, Progress, Source, infer};
use docpal_server::new_table::{self, ImportFailure, Loaded, Plan, load};
use indicatif::{ProgressBar, ProgressStyle};

use super::config::Config;
use super::database::Database;
use super::interrupt::Interrupt;
use super::place::Command;
use super::problem::Problem;
use super::serve::COMPANY;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The CSV files; each becomes a table of its name
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The app to make the tables in; made if it is missing
    #[arg(long, value_name = "NAME", default_value = "Imported")]
    app: String,
    /// The name of the table, for a single file
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Add a formula field, to each file that has the columns it uses; may be given more than once
    #[arg(long = "formula", value_name = "NAME=FORMULA", value_parser = pair)]
    formulas: Vec<(String, String)>,
    /// Give a column this field type instead of the one found; may be given more than once
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = pair)]
    types: Vec<(String, String)>,
    /// The order of day and month in dates such as 03/04/2026 that leave it open
    #[arg(long, value_name = "ORDER", value_parser = date_order)]
    dates: Option<DateOrder>,
    /// Take an apostrophe before a formula for a part of the text, as in a file of `export --raw`. Without it such
    /// apostrophes are taken off when every text that `export` guards has one
    #[arg(long)]
    raw: bool,
}

/// A file that was read and can be loaded.
struct Ready {
    source: Source,
    plan: Plan,
}

pub(crate) async fn run(config: &Config, options: &Options) -> Result<(), Problem> {
    if options.files.len() > 1 && options.table.is_some() {
        return Err(Problem::new(
            "--table belongs to a single file; of several, each becomes a table of its name",
        ));
    }
    let interrupt = Interrupt::watch("nothing was imported")?;
    // Every file is read whole before the database is touched.
    let read = options.files.iter().map(|file| read(file, options)).collect::<Result<Vec<_>, _>>()?;
    let ready = wish::share(read, options)?;
    let database = Database::open(config, Command::Beside, None).await?;
    database.tell(config);
    let done = write(&database.docpal, options, &ready, &interrupt).await;
    database.close().await?;
    for (ready, loaded) in ready.iter().zip(done?) {
        report(&ready.plan, &loaded);
    }
    Ok(())
}

/// The name of the table, the file, and what was found in it.
fn read(file: &Path, options: &Options) -> Result<wish::Read, Problem> {
    let in_file = |failure: ImportFailure| {
        Problem::new(format!("{}: nothing was imported\n{}", file.display(), Problem::from(failure)))
    };
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let table = options.table.clone().unwrap_or(stem);
    let source = Source::open(file).map_err(|errors| in_file(errors.into()))?;
    let bar = bar(&format!("reading {table}"), source.bytes());
    let infer_options = InferOptions { date_order: options.dates, raw: options.raw, ..new_table::options() };
    let inferred = infer(&source, &infer_options, |progress| step(&bar, progress));
    bar.finish_and_clear();
    Ok(wish::Read { table, source, inferred: inferred.map_err(|errors| in_file(errors.into()))? })
}

/// Loads every file, or nothing.
async fn write(
    docpal: &Docpal,
    options: &Options,
    ready: &[Ready],
    interrupt: &Interrupt,
) -> Result<Vec<Loaded>, Problem> {
    let (_, owner) = first_company(docpal, COMPANY).await?;
    let mut tx = docpal.begin().await?;
    let app = app(docpal, &owner, &mut tx, &options.app).await?;
    let mut done = Vec::with_capacity(ready.len());
    for Ready { source, plan } in ready {
        let bar = bar(&format!("writing {}", plan.spec().name), source.bytes());
        let loaded = load(docpal, &owner, &mut tx, app, source, plan, |progress| step(&bar, progress)).await;
        bar.finish_and_clear();
        let failed =
            |problem: Problem| Problem::new(format!("{}: nothing was imported\n{problem}", plan.spec().name));
        done.push(loaded.map_err(|failure| failed(failure.into()))?);
    }
    interrupt.begin_end().await;
    tx.commit().await?;
    Ok(done)
}

/// The app with a name, made if it is missing.
async fn app(docpal: &Docpal, owner: &Actor, conn: &mut Connection, name: &str) -> Result<AppId, Problem> {
    if let Some(known) = known_app(docpal, owner, name).await? {
        return Ok(known);
    }
    match docpal.apps(owner).create_in(conn, &AppSpec::new(name)).await {
        Ok(made) => Ok(made.id),
        // Another import has just made it.
        Err(error) if error.is_conflict() => {
            known_app(docpal, owner, name).await?.ok_or_else(|| Problem::from(error))
        }
        Err(error) => Err(error.into()),
    }
}

async fn known_app(docpal: &Docpal, owner: &Actor, name: &str) -> Result<Option<AppId>, Problem> {
    let all = docpal.apps(owner).list().await?;
    Ok(all.into_iter().find(|app| names::fold(&app.name) == names::fold(name.trim())).map(|app| app.id))
}

fn report(plan: &Plan, loaded: &Loaded) {
    let spec = plan.spec();
    super::say(&format!("{}: {} records, table {}", spec.name, loaded.rows, loaded.table));
    for field in &spec.fields {
        super::say(&format!("  {:<24} {}", field.name, field.field_type));
    }
}

/// A bar on a terminal, nothing elsewhere.
fn bar(what: &str, bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:32}] {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

fn step(bar: &ProgressBar, progress: Progress) {
    bar.set_position(progress.bytes);
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.trim().is_empty() || value.trim().is_empty() {
        return Err("expected NAME=VALUE with neither empty".to_owned());
    }
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn date_order(text: &str) -> Result<DateOrder, String> {
    match text {
        "day-first" => Ok(DateOrder::DayMonthYear),
        "month-first" => Ok(DateOrder::MonthDayYear),
        _ => Err("expected day-first or month-first".to_owned()),
    }
}
