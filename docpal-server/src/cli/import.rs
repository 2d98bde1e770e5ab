//! `docpal-server import`: CSV files to new tables, all in one transaction.

mod append;
mod formulas;
mod lost;
mod options;
mod report;
mod wish;

use std::path::Path;

use docpal_core::sql::Connection;
use docpal_core::{Actor, AppId, AppSpec, Docpal, names};
use docpal_server::bootstrap::{first_company, oldest_company};
use docpal_server::import::{Progress, Source, grouped, infer};
use docpal_server::new_table::{ImportFailure, Loaded, Plan, load};
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) use self::options::Options;

use self::options::{DEFAULT_APP, is_stream};
use super::config::Config;
use super::database::Database;
use super::export;
use super::interrupt::Interrupt;
use super::key::no_company;
use super::problem::Problem;
use super::serve::COMPANY;

/// A file that was read and can be loaded.
struct Ready {
    source: Source,
    plan: Plan,
}

pub(crate) async fn run(config: &Config, options: &Options) -> Result<(), Problem> {
    options.check()?;
    if let (Some(table), [file]) = (&options.append, options.files.as_slice()) {
        return append(config, options, table, file).await;
    }
    let interrupt = Interrupt::watch("nothing was imported", &config.place)?;
    // Every file is read whole before the database is touched.
    let read = options.files.iter().map(|file| read(file, options)).collect::<Result<Vec<_>, _>>()?;
    let ready = wish::share(read, options)?;
    if options.dry_run {
        return ready.iter().try_for_each(|ready| report::dry(&ready.source, &ready.plan));
    }
    ready.iter().try_for_each(|ready| report::accept(&ready.plan))?;
    let database = Database::open(config).await?;
    database.tell(config);
    let done = interrupt.unless(write(&database, options, &ready, &interrupt)).await;
    let done = lost::explained(&database, done).await;
    drop(interrupt);
    for (Ready { plan, .. }, loaded) in ready.iter().zip(done.iter().flatten()) {
        let (name, rows) = (&plan.spec().name, grouped(loaded.rows));
        super::say(&format!("{name}: {rows} records, table {}", loaded.table));
        report::columns(plan);
    }
    database.finish(done.map(drop)).await
}

/// Adds the rows of a file to a table that is there.
async fn append(config: &Config, options: &Options, table: &str, file: &Path) -> Result<(), Problem> {
    let interrupt = Interrupt::watch("nothing was imported", &config.place)?;
    let database = Database::existing(config).await?;
    database.tell(config);
    let done = interrupt.unless(append_to(&database, options, table, file, &interrupt)).await;
    let done = lost::explained(&database, done).await;
    drop(interrupt);
    database.finish(done).await
}

async fn append_to(
    database: &Database,
    options: &Options,
    table: &str,
    file: &Path,
    interrupt: &Interrupt,
) -> Result<(), Problem> {
    let docpal = &database.docpal;
    let (_, owner) = oldest_company(docpal).await?.ok_or_else(no_company)?;
    let app = Some(options.app.as_str()).filter(|app| *app != DEFAULT_APP);
    let table = export::find(docpal, &owner, table, app).await?;
    let ready = append::plan(docpal, &owner, table, file, options).await?;
    append::run(database, &owner, &ready, options, interrupt).await
}

/// The file, or the standard input, which is kept in a temporary file until it is read.
fn open(file: &Path, options: &Options) -> Result<Source, Problem> {
    let source = match is_stream(file) {
        true => Source::from_reader(std::io::stdin().lock()),
        false => Source::open(file),
    };
    let source = source.and_then(|source| options.as_said(source));
    source.map_err(|errors| in_file(file, errors.into()))
}

fn in_file(file: &Path, failure: ImportFailure) -> Problem {
    let name = if is_stream(file) { "the standard input".into() } else { file.display().to_string() };
    Problem::new(format!("{name}: nothing was imported\n{}", Problem::from(failure)))
}

/// The name of the table, the file, and what was found in it.
fn read(file: &Path, options: &Options) -> Result<wish::Read, Problem> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let table = options.table.clone().unwrap_or(stem);
    let source = open(file, options)?;
    let bar = bar(&format!("reading {table}"), source.bytes());
    let reading = options.reading()?;
    let inferred = infer(&source, &reading, |progress| step(&bar, progress));
    bar.finish_and_clear();
    let inferred = inferred.map_err(|errors| in_file(file, errors.into()))?;
    Ok(wish::Read { file: file.to_owned(), table, source, inferred })
}

/// Loads every file, or nothing.
async fn write(
    database: &Database,
    options: &Options,
    ready: &[Ready],
    interrupt: &Interrupt,
) -> Result<Vec<Loaded>, Problem> {
    let docpal = &database.docpal;
    let (_, owner) = first_company(docpal, COMPANY).await?;
    let mut tx = docpal.begin().await?;
    let app = app(docpal, &owner, &mut tx, &options.app).await?;
    let mut done = Vec::with_capacity(ready.len());
    for Ready { source, plan } in ready {
        let bar = bar(&format!("writing {}", plan.spec().name), source.bytes());
        let loaded = load(docpal, &owner, &mut tx, app, source, plan, |progress| step(&bar, progress)).await;
        bar.finish_and_clear();
        match loaded {
            Ok(loaded) => done.push(loaded),
            Err(failure) => return Err(nothing(&plan.spec().name, failure)),
        }
    }
    interrupt.begin_end().await;
    tx.commit().await?;
    Ok(done)
}

/// What stopped the import of the table `name`; nothing of it was kept.
fn nothing(name: &str, failure: ImportFailure) -> Problem {
    let is_taken = failure.code() == "name_taken";
    let problem = Problem::from(failure).under(&format!("{name}: nothing was imported"));
    if !is_taken {
        return problem;
    }
    problem.and("--append adds the rows to the table that is there, --table NAME makes one of another name")
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

/// A bar on a terminal, nothing elsewhere.
fn bar(what: &str, bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    if let Ok(style) =
        ProgressStyle::with_template("{msg} [{bar:32}] {bytes}/{total_bytes}, {prefix} rows, {eta}")
    {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.set_prefix("0");
    bar
}

fn step(bar: &ProgressBar, progress: Progress) {
    bar.set_prefix(grouped(progress.rows));
    bar.set_position(progress.bytes);
}
