//! `docpal-server serve`: bind, start, serve until told to stop, drain, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use docpal_core::embedded::Health;
use docpal_server::bootstrap::{Bootstrap, OwnerKey, bootstrap};
use docpal_server::{Connections, Server};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::config::Config;
use super::database::Database;
use super::doctor;
use super::ending::Ending;
use super::place::Command;
use super::problem::Problem;
use super::tell;

/// The company that a new database gets.
pub(crate) const COMPANY: &str = "My company";
/// A connection may be still for this long beyond the longest request.
const IDLE: Duration = Duration::from_secs(15);
/// Requests under way get this long to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

pub(crate) async fn run(config: &Config) -> Result<(), Problem> {
    let listener = bind(config.listen).await?;
    let ending = Ending::watch()?;
    let database = Database::serving(config, Command::Serve, &ending).await?;
    let given = given_key();
    let first = bootstrap(&database.docpal, COMPANY, given.as_deref()).await?;
    let address = listener.local_addr().unwrap_or(config.listen);
    announce(address, &database);
    tell_key(&first);
    admit();
    if let Some(wrong) = doctor::clock(&database.docpal.database_facts().await?, Utc::now()) {
        tracing::warn!("{wrong}");
    }
    until_stopped(config, listener, database, &ending).await
}

/// Serves until a signal comes or the database is lost, and closes the database.
pub(crate) async fn until_stopped(
    config: &Config,
    listener: TcpListener,
    database: Database,
    ending: &Ending,
) -> Result<(), Problem> {
    let health = database.health();
    let served = tokio::select! {
        served = serve(config, listener, &database, ending) => served,
        cause = lost(health) => Err(Problem::new(cause.as_ref())),
    };
    let closed = database.close().await;
    served?;
    closed?;
    tracing::info!("stopped");
    Ok(())
}

/// Tells of the embedded PostgreSQL until it is lost; gives the words.
async fn lost(health: Option<watch::Receiver<Health>>) -> Arc<str> {
    let Some(mut health) = health else { return std::future::pending().await };
    let mut known = 0;
    while health.changed().await.is_ok() {
        let now = health.borrow_and_update().clone();
        match now {
            Health::Restarting { attempt, cause } => {
                tracing::warn!(attempt, "PostgreSQL ended and is started again: {cause}");
            }
            Health::Running { restarts } if restarts > known => {
                known = restarts;
                tracing::info!(restarts, "PostgreSQL runs again");
            }
            Health::Lost { cause } => return cause,
            _ => {}
        }
    }
    std::future::pending().await
}

/// The key that the environment gives.
pub(crate) fn given_key() -> Option<String> {
    std::env::var("DOCPAL_API_KEY").ok().filter(|key| !key.is_empty())
}

/// Takes the port before anything else is started.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Problem::new(format!(
            "{address} is in use by another program; choose another with --listen, as --listen {}:{}",
            address.ip(),
            address.port().wrapping_add(1)
        )),
        _ => Problem::new(format!("cannot serve on {address}: {error}")),
    })
}

pub(crate) fn announce(address: SocketAddr, database: &Database) {
    super::say(concat!("DocPal ", env!("CARGO_PKG_VERSION")));
    super::say(&format!("  Start page  http://{address}/"));
    super::say(&format!("  API page    http://{address}/api/docs/"));
    super::say(&format!("  Database    {}", database.about));
}

/// Logs that the start page could not be written: a key that it shows once is lost with it.
pub(crate) fn admit() {
    if let Some(error) = tell::lost() {
        tracing::warn!(
            "the start page could not be written to the standard output: {error}; `docpal-server key new NAME` makes a key"
        );
    }
}

fn tell_key(first: &Bootstrap) {
    match &first.key {
        OwnerKey::Made(secret) => {
            super::say(&format!("  Owner key   {}   (shown this once; keep it)", secret.reveal()));
        }
        OwnerKey::Given => super::say("  Owner key   the one in DOCPAL_API_KEY"),
        OwnerKey::Kept => {
            super::say(
                "  Owner key   shown at the first start; lost it? docpal-server key new NAME makes another",
            );
        }
        OwnerKey::Refused => {
            tracing::warn!(
                "DOCPAL_API_KEY is not a key of this database, which has keys already; it was not added; `docpal-server \
                 key new NAME` makes another"
            );
        }
    }
}

/// Serves until a signal comes, then until the requests under way have ended.
async fn serve(
    config: &Config,
    listener: TcpListener,
    database: &Database,
    ending: &Ending,
) -> Result<(), Problem> {
    let mut server = Server::builder(database.docpal.clone())
        .body_limit(config.body_limit)
        .timeout(config.timeout)
        .metrics(config.metrics);
    if let Some(health) = database.health() {
        server = server.health(health);
    }
    let server = server.start().await?;
    let (stop, mut stopped) = watch::channel(false);
    let told = async move { drop(stopped.wait_for(|stop| *stop).await) };
    // A request may be still for as long as it may take.
    let connections = Connections::default()
        .idle(config.timeout + IDLE)
        .limit(config.connections, config.connections_per_address);
    let mut serving = tokio::spawn(connections.serve(listener, server.router(), told));
    let ended = tokio::select! {
        ended = &mut serving => Some(ended),
        () = ending.told(1) => None,
    };
    let ended = match ended {
        Some(ended) => Some(ended),
        None => {
            tracing::info!("stopping: requests under way are finished first, a second signal ends them");
            stop.send_replace(true);
            tokio::select! {
                ended = &mut serving => Some(ended),
                () = ending.told(2) => None,
                () = tokio::time::sleep(DRAIN) => None,
            }
        }
    };
    match ended {
        Some(Err(error)) => Err(Problem::new(format!("cannot serve any longer: {error}"))),
        Some(Ok(())) => Ok(()),
        None => {
            tracing::warn!("requests under way were ended");
            serving.abort();
            Ok(())
        }
    }
}
