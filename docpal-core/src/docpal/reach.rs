//! Which part of the audit log is about what exists for an actor: tables and apps, and of tables their records. So what
//! does not exist for them is not even looked at, whatever there is of it.

use uuid::Uuid;

use super::Docpal;
use super::companies::require_manage;
use super::sight::Sight;
use crate::access::Actor;
use crate::audit::AuditEntry;
use crate::error::Result;
use crate::id::CompanyId;
use crate::sql::{Connection, meta};

/// What of the audit log of a company an actor may ask for at all. Within it, records and cells are still hidden.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct AuditReach {
    company: CompanyId,
    /// The company, apps and tables, each with whether its records are meant; `None` is everything.
    parts: Option<Vec<(Uuid, bool)>>,
}

impl Docpal {
    /// What of the audit log `actor` may ask for. For those who may manage the company.
    ///
    /// # Errors
    /// `not_allowed`.
    #[doc(hidden)]
    pub async fn audit_reach_in(&self, conn: &mut Connection, actor: &Actor) -> Result<AuditReach> {
        require_manage(conn, actor, None).await?;
        let company = actor.company();
        // Also what is gone, which nothing else names any more.
        if actor.is_owner() {
            return Ok(AuditReach { company, parts: None });
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
        Ok(AuditReach { company, parts: Some(parts) })
    }

    /// The newest entries within `reach` with an id below `before`, with all that they hold: for `docpal-query`, which
    /// shows of them what the actor may see.
    ///
    /// # Errors
    /// Database errors as mapped.
    #[doc(hidden)]
    pub async fn audit_unmasked_in(
        &self,
        conn: &mut Connection,
        reach: &AuditReach,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>> {
        let limit = limit.clamp(1, 1_000);
        match &reach.parts {
            Some(parts) => meta::audit::list_parts(conn, reach.company, parts, before, limit).await,
            None => meta::audit::list(conn, reach.company, before, limit).await,
        }
    }
}
