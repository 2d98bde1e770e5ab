//! `docpal-server psql`: PostgreSQL's own terminal on the database, also beside a running server.

use std::path::PathBuf;
use std::process::Command;

use docpal_core::embedded::{Found, installed};

use super::config::Config;
use super::database::NAME;
use super::ending::Signals;
use super::problem::Problem;
use super::start::{Missing, beside, no_data};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Print the URL of the database instead, for a program of your own beside a running server
    #[arg(long, conflicts_with = "arguments")]
    url: bool,
    /// Arguments for psql, as: docpal-server psql -- -c 'select version()'
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

pub(crate) async fn run(config: &Config, options: &Options) -> Result<(), Problem> {
    if options.url {
        super::say(&url(config).await?);
        return Ok(());
    }
    match &config.place.given {
        Some(given) => {
            let beside = installed(&config.place.data_dir).map(|(folder, _)| folder.join("psql"));
            let program = beside.ok().filter(|program| program.is_file());
            psql(program.unwrap_or_else(|| PathBuf::from("psql")), &given.url, options).await
        }
        None => {
            let program = Found::look(&config.place.data_dir)?.and_then(|found| found.program("psql"));
            let server = beside(&config.place, Missing::Refuse).await?;
            let url = server.url().unwrap_or_default();
            let done = psql(program.unwrap_or_else(|| PathBuf::from("psql")), &url, options).await;
            let done = done.map_err(Problem::told);
            server.close(None).await.and(done)
        }
    }
}

/// The URL that was given, or that of the private PostgreSQL while another process runs it.
async fn url(config: &Config) -> Result<String, Problem> {
    if let Some(given) = &config.place.given {
        return Ok(given.url.clone());
    }
    let folder = config.place.data_dir.display();
    let found = Found::look(&config.place.data_dir)?.ok_or_else(|| no_data(&config.place))?;
    match found.join().await? {
        Some(joined) => Ok(joined.url(NAME)),
        None => Err(Problem::new(format!(
            "the PostgreSQL in {folder} does not run, so there is nothing to connect to; start it with `docpal-server \
             serve` first"
        ))),
    }
}

async fn psql(program: PathBuf, url: &str, options: &Options) -> Result<(), Problem> {
    let mut command = Command::new(&program);
    // What the process list shows holds no password.
    if let Ok(mut without) = url::Url::parse(url)
        && let Some(password) = without.password().map(str::to_owned)
    {
        let _ = without.set_password(None);
        command.env("PGPASSWORD", decoded(&password)).arg(without.as_str());
    } else {
        command.arg(url);
    }
    command.args(&options.arguments);
    // A signal is psql's to answer, and must not end this before it.
    let _signals = Signals::new()?;
    let ended = tokio::task::spawn_blocking(move || command.status()).await;
    let ended = ended.map_err(|error| Problem::new(format!("cannot wait for psql: {error}")))?;
    let status = ended.map_err(|error| {
        Problem::new(format!(
            "cannot run {}: {error}; psql comes with PostgreSQL's client programs (Debian: apt install postgresql-client)",
            program.display()
        ))
    })?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Problem::status(u8::try_from(code).unwrap_or(1))),
        None => Err(Problem::new(format!("psql ended by a signal ({status})"))),
    }
}

/// A part of a URL without its escapes.
fn decoded(part: &str) -> String {
    let pair = format!("p={}", part.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .map(|(_, value)| value.into_owned())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_given_as_it_is_typed() {
        assert_eq!(decoded("a%20b+c%2Fd&e"), "a b+c/d&e");
        assert_eq!(decoded("s%26t"), "s&t");
    }
}
