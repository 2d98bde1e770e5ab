//! The command line: one file per command.

mod config;
mod database;
mod demo;
mod doctor;
mod export;
mod formula;
mod import;
mod key;
mod problem;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use self::config::{Config, Place};
use self::problem::Problem;

/// Tables that people make at run time, on PostgreSQL: HTTP API, import and export.
///
/// Without --database-url it brings its own PostgreSQL, which needs no set-up. Settings come from flags, then from
/// the environment (DOCPAL_*), then from docpal.toml.
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
    /// Check and evaluate a formula
    Formula(formula::Options),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Key(key::Options),
    /// Print the OpenAPI 3.1 document
    Openapi,
    /// Look for PostgreSQL and the data, connect, and say what was found
    Doctor,
}

/// Runs a command; a problem goes to the standard error output.
pub(crate) fn run(args: Args) -> ExitCode {
    let done = match args.command {
        Command::Openapi => {
            say(&docpal_server::openapi());
            Ok(())
        }
        Command::Formula(options) => formula::run(&options),
        command => on_database(args.place, command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn on_database(place: Place, command: Command) -> Result<(), Problem> {
    let listen = match &command {
        Command::Serve(listen) | Command::Demo(listen) => Some(listen.clone()),
        _ => None,
    };
    let config = Config::read(place, listen)?;
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Serve(_) => serve::run(&config).await,
            Command::Demo(_) => demo::run(config).await,
            Command::Migrate => database::migrate(&config).await,
            Command::Import(options) => import::run(&config, &options).await,
            Command::Export(options) => export::run(&config, &options).await,
            Command::Key(options) => key::run(&config, options).await,
            Command::Doctor => doctor::run(&config).await,
            Command::Openapi | Command::Formula(_) => Ok(()),
        }
    })
}

/// Logs to the standard error output; `DOCPAL_LOG` says what, as `info` or `docpal_server=debug,sqlx=warn`.
fn log() {
    use std::io::IsTerminal as _;
    let filter = EnvFilter::try_from_env("DOCPAL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi).init();
}

/// Answers on the standard output. When nobody reads it any more, as behind `head`, the command goes on.
fn say(text: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stdout(), "{text}"));
}
