//! A PostgreSQL that is given by its URL: is it there, and does it take the role? Told within seconds, with the cause.

use std::io::ErrorKind;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::database::about;
use super::problem::Problem;

/// A database that is there has answered by then.
const PATIENCE: Duration = Duration::from_secs(3);

/// How to connect, when it was possible a moment ago.
pub(super) async fn reach(url: &str) -> Result<PgConnectOptions, Problem> {
    let options = parse(url)?;
    let at = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let cause = match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(Ok(connection)) => {
            drop(connection.close().await);
            return Ok(options);
        }
        Ok(Err(error)) => words(&error, &at),
        Err(_) => format!("no answer from {at} within {} seconds", PATIENCE.as_secs()),
    };
    Err(Problem::new(format!("cannot connect to {}: {cause}", about(url))))
}

fn words(error: &sqlx::Error, at: &str) -> String {
    match error {
        sqlx::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => {
            format!("connection refused at {at}; is PostgreSQL running there?")
        }
        sqlx::Error::Io(io) => format!("{io}, at {at}"),
        sqlx::Error::Database(database) => format!("PostgreSQL at {at} says: {}", database.message()),
        other => format!("{other}, at {at}"),
    }
}

fn parse(url: &str) -> Result<PgConnectOptions, Problem> {
    let like = "it looks like postgres://user:password@host:5432/database";
    match url.split_once("://") {
        Some(("postgres" | "postgresql", _)) => {}
        Some((other, _)) if other.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+') => {
            return Err(Problem::new(format!(
                "the database URL begins with `{other}://`, and DocPal works on PostgreSQL alone; {like}"
            )));
        }
        _ => return Err(Problem::new(format!("the database URL has no `postgres://`; {like}"))),
    }
    // The text of the error quotes parts of the URL, which may be a password.
    PgConnectOptions::from_str(url)
        .map_err(|_| Problem::new(format!("the database URL cannot be read; {like}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_none_is_refused_without_its_password() {
        let said = |url: &str| parse(url).unwrap_err().to_string();
        assert!(!said("postgres://ada:secret@db:notaport/x").contains("secret"));
        assert!(said("mysql://root:secret@db/x").contains("`mysql://`"));
        for url in ["mysql://root:secret@db/x", "ada:secret@db", "host=db password=secret"] {
            assert!(!said(url).contains("secret"), "{url}");
        }
    }
}
