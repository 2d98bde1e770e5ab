//! How long PostgreSQL lets a statement run, wait for a lock, and a transaction stay idle; and what else sessions and
//! transactions of DocPal's own begin with.

use std::fmt;
use std::time::Duration;

use sqlx::postgres::PgConnection;

use super::errors::from_sqlx;
use crate::error::Result;

/// PostgreSQL's names of the limits, in the order of [`Timeouts`].
const NAMES: [&str; 3] = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];

/// The time-outs of a session, each in milliseconds; `None` leaves what the session has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timeouts([Option<u64>; 3]);

impl Timeouts {
    pub(crate) fn new(statement: Option<Duration>, lock: Option<Duration>, idle: Option<Duration>) -> Self {
        // Zero means "no limit" to PostgreSQL; a limit is at least a millisecond, and fits its 32 bits.
        let millis = |limit: Duration| {
            u64::try_from(limit.as_millis()).unwrap_or(u64::MAX).clamp(1, i32::MAX.unsigned_abs().into())
        };
        Self([statement.map(millis), lock.map(millis), idle.map(millis)])
    }

    /// Those that the session of `conn` does not have yet: what the host or its database has set stays.
    pub(crate) async fn missing(self, conn: &mut PgConnection) -> Result<Self> {
        let set: Vec<bool> =
            sqlx::query_scalar("SELECT current_setting(name) <> '0' FROM unnest($1::text[]) WITH ORDINALITY AS n (name, i) ORDER BY i")
                .bind(NAMES.map(str::to_owned).to_vec())
                .fetch_all(conn)
                .await
                .map_err(from_sqlx)?;
        let mut missing = self;
        for (limit, set) in missing.0.iter_mut().zip(set) {
            if set {
                *limit = None;
            }
        }
        Ok(missing)
    }

    /// As PostgreSQL's settings, for a connection to start with.
    pub(crate) fn settings(self) -> impl Iterator<Item = (&'static str, String)> {
        NAMES.into_iter().zip(self.0).filter_map(|(name, limit)| Some((name, limit?.to_string())))
    }

    /// As part of the statement that begins a transaction.
    pub(crate) fn local(self, compiling: Compiling) -> LocalLimits {
        LocalLimits { timeouts: self, compiling }
    }
}

/// The isolation of what is DocPal's own. It is said, as the host's default may be another one: a fence looks at what is
/// there when it is reached, and two that write at once wait for each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadCommitted;

impl ReadCommitted {
    /// What a connection starts with.
    pub(crate) const SESSION: (&str, &str) = ("default_transaction_isolation", "read committed");
    /// What a transaction begins with.
    pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
}

/// Does PostgreSQL compile expressions of a session? While it does, which takes tens of seconds for a filter of 200
/// tests, a statement can neither be cancelled nor run into its time-out: no connection of DocPal's own has it do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compiling {
    /// As the session has it, which is off already or was set so at its start.
    AsIs,
    /// Off for each transaction.
    Off,
}

impl Compiling {
    /// What a connection starts with, to have nothing compiled.
    pub(crate) const OFF: (&str, &str) = ("jit", "off");

    /// What transactions on connections like `conn` need.
    pub(crate) async fn of(conn: &mut PgConnection) -> Result<Self> {
        let jit: String =
            sqlx::query_scalar("SELECT current_setting('jit')").fetch_one(conn).await.map_err(from_sqlx)?;
        Ok(if jit == "off" { Self::AsIs } else { Self::Off })
    }
}

/// The limits as they stand in the statement that begins a transaction; see [`Timeouts::local`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalLimits {
    timeouts: Timeouts,
    compiling: Compiling,
}

impl LocalLimits {
    /// The longest that a statement outside of a transaction may run, where PostgreSQL does not see to it.
    pub(crate) fn statement(self) -> Option<Duration> {
        let [statement, ..] = self.timeouts.0;
        statement.map(Duration::from_millis)
    }
}

impl fmt::Display for LocalLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let off = match self.compiling {
            Compiling::AsIs => None,
            Compiling::Off => Some((Compiling::OFF.0, Compiling::OFF.1.to_owned())),
        };
        let mut settings = self.timeouts.settings().chain(off);
        settings.try_for_each(|(name, value)| write!(f, ", set_config('{name}', '{value}', true)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_never_none_by_accident() {
        let limits = Timeouts::new(Some(Duration::ZERO), None, Some(Duration::MAX));
        assert_eq!(
            limits.local(Compiling::AsIs).to_string(),
            ", set_config('statement_timeout', '1', true), \
             set_config('idle_in_transaction_session_timeout', '2147483647', true)"
        );
        assert_eq!(Timeouts::default().local(Compiling::AsIs).to_string(), "");
        assert_eq!(Timeouts::default().local(Compiling::Off).to_string(), ", set_config('jit', 'off', true)");
    }
}
