//! The command line: one file per command.

mod address;
mod config;
mod database;
mod demo;
mod doctor;
mod ending;
mod existing;
mod export;
mod formula;
mod import;
mod interrupt;
mod key;
mod last;
mod log_file;
mod place;
mod problem;
mod psql;
mod serve;
mod start;
mod tables;
mod tell;
mod wait;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use self::config::Config;
use self::place::{Command as Kind, Place};
use self::problem::Problem;
use self::tell::{note, say};

/// Tables that people make at run time, on PostgreSQL: HTTP API, import and export.
///
/// Without --database-url it brings its own PostgreSQL, which needs no set-up. Settings come from flags, then from
/// the environment (DOCPAL_*), then from docpal.toml.
///
/// Where the data is: in the PostgreSQL of --database-url, DOCPAL_DATABASE_URL, DATABASE_URL or docpal.toml; else in the
/// private one in the data folder, also while a server runs it: commands beside it use the same. The demo is apart, in
/// a folder of its own, which --demo chooses. Every command says what it uses.
#[derive(Debug, Parser)]
#[command(name = "docpal-server", version, propagate_version = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the HTTP API
    Serve(config::Listen),
    /// Serve the HTTP API with demo data, and print commands to try
    Demo(config::Listen),
    /// Bring the database up to date and stop
    Migrate,
    /// Make a table of each CSV file, all or none, with types inferred from all rows
    Import(import::Options),
    /// Write the records of a table to a file or to the standard output
    Export(export::Options),
    /// List the tables, with the ids that the HTTP API takes
    Tables(tables::Options),
    /// Check and evaluate a formula
    Formula(formula::Options),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Key(key::Options),
    /// Print the OpenAPI 3.1 document
    Openapi,
    /// Say where the data is, how old and how large, and what is wrong; changes nothing
    Doctor,
    /// Open psql on the database, also beside a running server
    Psql(psql::Options),
}

/// Runs a command; a problem goes to the standard error output.
pub(crate) fn run(args: Args) -> ExitCode {
    // What serves has told where, and goes on.
    let serves = matches!(args.command, Command::Serve(_) | Command::Demo(_));
    let done = match args.command {
        Command::Openapi => {
            say(&docpal_server::openapi());
            Ok(())
        }
        Command::Formula(options) => formula::run(&options),
        command => on_database(&args.place, command),
    };
    end(done.and_then(|()| if serves { Ok(()) } else { tell::answered() }))
}

/// Says what is wrong with the arguments, or the help or the version that was asked for.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let text = text.trim_end_matches('\n');
    if error.use_stderr() {
        note(text);
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    say(text);
    end(tell::answered())
}

fn end(done: Result<(), Problem>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => problem.tell(),
    }
}

fn on_database(place: &Place, command: Command) -> Result<(), Problem> {
    let (kind, listen) = match &command {
        Command::Serve(listen) => (Kind::Serve, Some(listen.clone())),
        Command::Demo(listen) => (Kind::Demo, Some(listen.clone())),
        _ => (Kind::Beside, None),
    };
    let config = Config::read(place, listen, kind)?;
    log(kind);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Serve(_) => serve::run(&config).await,
            Command::Demo(_) => demo::run(&config).await,
            Command::Migrate => database::migrate(&config).await,
            Command::Import(options) => import::run(&config, &options).await,
            Command::Export(options) => export::run(&config, &options).await,
            Command::Tables(options) => tables::run(&config, &options).await,
            Command::Key(options) => key::run(&config, options).await,
            Command::Doctor => doctor::run(&config).await,
            Command::Psql(options) => psql::run(&config, &options).await,
            Command::Openapi | Command::Formula(_) => Ok(()),
        }
    })
}

/// Logs to the standard error output; `DOCPAL_LOG` says what, as `info` or `docpal_server=debug,sqlx=warn`. A line that
/// cannot be written is lost: no request fails for its log.
fn log(kind: Kind) {
    use std::io::IsTerminal as _;
    // Without it the driver tells of every connection that PostgreSQL takes along when it is stopped.
    let usual = || match kind {
        Kind::Serve | Kind::Demo => EnvFilter::new("info,sqlx_core::pool=error"),
        // Who comes and goes has no use for SQL that took long.
        Kind::Beside => EnvFilter::new("info,sqlx_core::pool=error,sqlx::query=error"),
    };
    let filter = EnvFilter::try_from_env("DOCPAL_LOG").unwrap_or_else(|_| usual());
    let ansi = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi);
    // It would tell of such a line with `eprintln!`, which panics there.
    log.log_internal_errors(false).init();
}
