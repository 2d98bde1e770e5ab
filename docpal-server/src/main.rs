//! `docpal-server`: the HTTP API on an embedded or an existing PostgreSQL, and the commands around it.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Args::try_parse() {
        Ok(args) => cli::run(args),
        Err(error) => cli::explain(&error),
    }
}
