//! A private PostgreSQL that DocPal starts, owns and stops.
//!
//! [`Cluster::start`] finds the PostgreSQL programs on the machine, makes a data folder at the first start, and
//! runs a server that listens on a Unix socket only: no port, no password, no set-up. It works for root (the server
//! then runs as the owner of the cluster, else `docpal`, `postgres` or `nobody`) and for an ordinary user.
//!
//! - One manager per data folder: a second [`Cluster::start`] is refused ([`EmbeddedError::is_locked`]).
//! - The server stops with the process that started it, however that process ends: a supervising shell reads a pipe
//!   from it, and the kernel closes that pipe even after `kill -9`.
//! - A server that ends early is brought back, if the caller wants that: [`Cluster::guarded`].
//! - The next start stops an orphan, sees through a stale `postmaster.pid`, and lets PostgreSQL recover its log.
//!
//! # Layout of the data folder
//!
//! ```text
//! <data_dir>/postgres/lock              held while a manager runs; contains its process id
//! <data_dir>/postgres/guests            locked, shared, by those who use the server of another manager
//! <data_dir>/postgres/data              the cluster (PGDATA)
//! <data_dir>/postgres/run               the socket (or a short folder in /tmp if this path is too long for one)
//! <data_dir>/postgres/log/postgres.log  what the server says, and postgres.log.1 what it said before; 8 MiB each
//! ```
//!
//! # Example
//!
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use docpal_core::embedded::{Cluster, Settings};
//!
//! let cluster = Cluster::start(Settings::durable("/srv/docpal")).await?;
//! cluster.ensure_database("docpal").await?;
//! let pool = sqlx::PgPool::connect_with(cluster.connect_options("docpal")).await?;
//! # drop(pool);
//! cluster.stop().await?;
//! # Ok(())
//! # }
//! ```

mod binaries;
mod cluster;
#[cfg(feature = "download")]
mod download;
mod error;
mod found;
mod guarded;
mod guests;
mod halt;
mod home;
mod initdb;
mod log;
mod owner;
mod postmaster;
mod process;
mod pulse;
mod settings;

pub use binaries::installed;
pub use cluster::Cluster;
pub use error::{EmbeddedError, EmbeddedErrorKind};
pub use found::{Found, Joined};
pub use guarded::{Guarded, Health};
pub use halt::Halt;
pub use settings::{Durability, Settings, default_data_dir};

#[cfg(feature = "testing")]
pub(crate) use self::{
    binaries::Binaries,
    cluster::options,
    home::{Home, fingerprint, make_dir, open_lock, own_dir},
    initdb::ensure_data,
    owner::Owner,
    postmaster::{Postmaster, State, Supervision},
    process::is_alive,
};

/// The superuser of every embedded cluster; trusted because only its owner and root can reach the socket.
pub(crate) const ROLE: &str = "docpal";
