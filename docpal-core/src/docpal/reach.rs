//! Which part of the audit log is about what exists for an actor: tables and apps, and of tables their records. So what
//! does not exist for them is not even looked at, whatever there is of it.

use uuid::Uuid;

use super::Docpal;
use super::companies::require_manage;
use super::sight::Sight;
use crate::access::Actor;
use crate::audit::walk::{MOST, Walk};
use crate::audit::{AuditEntry, Unwanted};
use crate::error::Result;
use crate::id::{CompanyId, TableId};
use crate::sql::{Connection, meta};

/// A place in the audit log of a company, on the way from its newest entries to its oldest, within what an actor may ask
/// for at all. Of that, records and cells are still hidden.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct AuditWalk {
    company: CompanyId,
    /// What has been given has this id or a higher one.
    before: Option<i64>,
    ended: bool,
    /// By the company, apps and tables, each with whether its records are meant; `None` is everything.
    parts: Option<Walk>,
}

impl AuditWalk {
    /// Is there nothing left?
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }
}

impl Docpal {
    /// What of the audit log `actor` may ask for, from the newest entry with an id below `before` on. For those who may
    /// manage the company.
    ///
    /// # Errors
    /// `not_allowed`.
    #[doc(hidden)]
    pub async fn audit_walk_in(
        &self,
        conn: &mut Connection,
        actor: &Actor,
        before: Option<i64>,
    ) -> Result<AuditWalk> {
        require_manage(conn, actor, None).await?;
        let company = actor.company();
        // Also what is gone, which nothing else names any more.
        if actor.is_owner() {
            return Ok(AuditWalk { company, before, ended: false, parts: None });
        }
        let sight = Sight::load(conn, actor, None).await?;
        let mut parts = vec![(company.uuid(), false)];
        for app in meta::apps::list(conn, company).await? {
            parts.extend(sight.knows_app(app.id).then_some((app.id.uuid(), false)));
        }
        for (app, table) in meta::tables::places(conn, company).await? {
            parts.extend(sight.knows_table(app, table).then_some((table.uuid(), false)));
            parts.extend(sight.reads_table(app, table).then_some((table.uuid(), true)));
        }
        let parts = Walk::new(parts, before.unwrap_or(i64::MAX));
        Ok(AuditWalk { company, before, ended: false, parts: Some(parts) })
    }

    /// The ids of the next `count` entries of `walk`, or of what is left of it, each with the table whose records it is
    /// about, if it is.
    ///
    /// # Errors
    /// Database errors as mapped.
    #[doc(hidden)]
    pub async fn audit_next_in(
        &self,
        conn: &mut Connection,
        walk: &mut AuditWalk,
        count: usize,
    ) -> Result<Vec<(i64, Option<TableId>)>> {
        let AuditWalk { company, before, ended, parts } = walk;
        let count = count.clamp(1, MOST);
        let next = match parts {
            Some(parts) => next_ids(conn, *company, parts, count).await?,
            None => meta::audit::ids(conn, *company, *before, i64::try_from(count).unwrap_or(1)).await?,
        };
        *ended = next.len() < count;
        *before = next.last().map(|(id, _)| *id).or(*before);
        Ok(next.into_iter().map(|(id, table)| (id, table.map(TableId::from))).collect())
    }

    /// The first of the entries with these ids, as many as have about `bytes` bytes together and at least one that is
    /// there; all when none is given. With all that they hold but what is unwanted: for `docpal-query`, which shows of
    /// them what their reader may see.
    ///
    /// # Errors
    /// Database errors as mapped.
    #[doc(hidden)]
    pub async fn audit_unmasked_in(
        &self,
        conn: &mut Connection,
        company: CompanyId,
        ids: &[i64],
        unwanted: &Unwanted,
        bytes: usize,
    ) -> Result<Vec<AuditEntry>> {
        meta::audit::get(conn, company, ids, unwanted, bytes).await
    }
}

/// The newest `count` ids of all parts: the rows themselves are fetched of these only.
async fn next_ids(
    conn: &mut Connection,
    company: CompanyId,
    parts: &mut Walk,
    count: usize,
) -> Result<Vec<(i64, Option<Uuid>)>> {
    loop {
        let missing = parts.missing(count);
        if missing.is_empty() {
            return Ok(parts.take(count));
        }
        let mut found: Vec<Vec<i64>> = vec![Vec::new(); missing.len()];
        for (place, id) in meta::audit::newest(conn, company, &missing).await? {
            found.get_mut(place).into_iter().for_each(|ids| ids.push(id));
        }
        for (ask, ids) in missing.iter().zip(&found) {
            parts.add(ask, ids);
        }
    }
}
