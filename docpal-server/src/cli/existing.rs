//! A PostgreSQL that is given by its URL: is it there, and does it take the role? Told within seconds, with the cause.

use std::io::ErrorKind;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

use super::database::about;
use super::problem::Problem;

/// What the driver reads of a URL; it repeats any other, with its value.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];
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
    // The text of an error quotes parts of the URL, which may be a password.
    let unreadable = || Problem::new(format!("the database URL cannot be read; {like}"));
    let mut url = Url::parse(url).map_err(|_| unreadable())?;
    let unknown = take_unknown(&mut url);
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        tracing::warn!("the database URL has parameters that are not known and change nothing: {unknown}");
    }
    PgConnectOptions::from_str(url.as_str()).map_err(|_| unreadable())
}

/// Takes the parameters out of which the driver would tell, with their values; gives their names.
fn take_unknown(url: &mut Url) -> Vec<String> {
    let pairs = url.query_pairs().into_owned().collect::<Vec<_>>();
    let (known, unknown) = pairs.into_iter().partition::<Vec<_>, _>(|(name, _)| is_known(name));
    if unknown.is_empty() {
        return Vec::new();
    }
    // Behind a password with a `?` in it the names are parts of the password.
    let is_odd = url.query().is_some_and(|query| query.contains('@'));
    url.set_query(None);
    if !known.is_empty() {
        url.query_pairs_mut().extend_pairs(known);
    }
    let named = unknown.iter().map(|(name, value)| match is_word(name) && !value.is_empty() && !is_odd {
        true => format!("`{name}`"),
        false => "one whose name is no word".to_owned(),
    });
    named.collect()
}

fn is_known(name: &str) -> bool {
    PARAMETERS.contains(&name) || name.starts_with("options[")
}

fn is_word(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte))
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

    #[test]
    fn the_driver_sees_no_parameter_that_it_does_not_know() {
        let taken = |url: &str| {
            let mut url = Url::parse(url).unwrap();
            let unknown = take_unknown(&mut url);
            (url.to_string(), unknown.join(", "))
        };
        let all = format!("postgres://db/x?{}=1", PARAMETERS.join("=1&"));
        assert_eq!(taken(&all), (all.clone(), String::new()));
        let (left, unknown) = taken("postgres://db/x?sslpassword=secret&sslmode=require&chanel_binding=a");
        assert_eq!(left, "postgres://db/x?sslmode=require");
        assert_eq!(unknown, "`sslpassword`, `chanel_binding`");
        for odd in ["postgres://db/x?Secret=", "postgres://db/x?secret", "postgres://db:1?secret=1@x/y"] {
            let (left, unknown) = taken(odd);
            assert!(!left.contains('?') && !unknown.contains("ecret"), "{odd}: {left} {unknown}");
        }
    }
}
