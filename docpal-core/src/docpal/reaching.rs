//! Which rules reach an actor somewhere: while they are the same, so is what the actor may do there.

use super::Rules;
use super::apps::require_app;
use crate::access::{Resource, Rule, authority};
use crate::error::Result;
use crate::id::RuleId;
use crate::sql::{Connection, meta};

impl Rules<'_> {
    /// The rules that reach the actor on `resource`, by id, sorted; none for the system. Rules never change, they come and
    /// go: while the same ones reach the actor, the actor may do the same there.
    ///
    /// # Errors
    /// `table_not_found`, `app_not_found`, also for one of which the actor may not know.
    pub async fn reaching_in(&self, conn: &mut Connection, resource: Resource) -> Result<Vec<RuleId>> {
        let company = self.actor.company();
        let reaching = |rules: &[Rule]| {
            let reaching = rules.iter().filter(|rule| authority::reaches(rule, self.actor));
            let mut ids: Vec<RuleId> = reaching.map(|rule| rule.id).collect();
            ids.sort_unstable();
            ids
        };
        Ok(match resource {
            Resource::Table(table) => {
                reaching(self.docpal.tables(self.actor).get_in(conn, table).await?.rules())
            }
            Resource::App(app) => {
                require_app(conn, self.actor, app).await?;
                reaching(&meta::rules::of_company(conn, company, Some(app)).await?)
            }
            Resource::Company => reaching(&meta::rules::of_company(conn, company, None).await?),
        })
    }
}
