//! Tables as a connection sees them, a few statements for however many.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Docpal, table_not_found};
use crate::access::{Resource, Rule};
use crate::error::Result;
use crate::id::{CompanyId, TableId};
use crate::model::TableSnapshot;
use crate::sql::{Connection, meta};

impl Docpal {
    /// The table with `id` as the connection sees it, uncommitted changes included. The version is looked
    /// at every time; the rest comes from the cache when it is the same.
    ///
    /// # Errors
    /// `table_not_found`, also for a table of another company.
    pub async fn snapshot_in(
        &self,
        conn: &mut Connection,
        company: CompanyId,
        id: TableId,
    ) -> Result<Arc<TableSnapshot>> {
        self.snapshots_in(conn, company, &[id]).await?.remove(&id).ok_or_else(table_not_found)
    }

    /// As [`Docpal::snapshot_in`], of many tables at once; those that are not the company's are left out.
    ///
    /// # Errors
    /// Database errors as mapped.
    #[doc(hidden)]
    pub async fn snapshots_in(
        &self,
        conn: &mut Connection,
        company: CompanyId,
        ids: &[TableId],
    ) -> Result<HashMap<TableId, Arc<TableSnapshot>>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for (id, version) in meta::tables::versions(conn, company, ids).await? {
            match self.inner.snapshots.get(&(company, id)) {
                Some(cached) if cached.snapshot.version() == version => {
                    found.insert(id, cached.snapshot);
                }
                _ => missing.push(id),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let tables = meta::tables::get(conn, company, &missing).await?;
        let mut fields = meta::tables::fields(conn, &missing).await?;
        let apps: Vec<_> = tables.iter().map(|(table, _)| table.app).collect();
        let rules = meta::rules::of_tables(conn, company, &apps, &missing).await?;
        for (table, version) in tables {
            let covers = |rule: &&Rule| match rule.resource {
                Resource::Company => true,
                Resource::App(app) => app == table.app,
                Resource::Table(id) => id == table.id,
            };
            let rules = rules.iter().filter(covers).cloned().collect();
            let (id, fields) = (table.id, fields.remove(&table.id).unwrap_or_default());
            let functions = Arc::clone(self.functions());
            found.insert(id, Arc::new(TableSnapshot::new(table, version, fields, rules, functions)));
        }
        Ok(found)
    }
}
