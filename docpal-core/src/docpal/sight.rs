//! What exists for an actor in a whole company: answers for apps and tables from the rules that reach them, loaded in
//! one statement, however many apps and tables there are.

use std::collections::HashMap;

use crate::access::{Actor, Resource, Rule, authority};
use crate::error::Result;
use crate::id::{AppId, TableId};
use crate::sql::{Connection, meta};

/// What exists for one actor. A table exists by the rules on it, its app and the company; an app exists when one of its
/// tables does, or when the rules on it and the company would let a new table in it exist.
pub(super) struct Sight<'a> {
    actor: &'a Actor,
    company: Vec<Rule>,
    apps: HashMap<AppId, Vec<Rule>>,
    /// The rules on tables, by the app of the table.
    tables: HashMap<AppId, HashMap<TableId, Vec<Rule>>>,
}

impl<'a> Sight<'a> {
    /// Loads the rules that may reach `actor`: of the whole company, or those that matter for one app.
    pub(super) async fn load(conn: &mut Connection, actor: &'a Actor, app: Option<AppId>) -> Result<Self> {
        let mut sight = Self { actor, company: Vec::new(), apps: HashMap::new(), tables: HashMap::new() };
        // Nothing is hidden from owners and the system.
        if actor.is_owner() {
            return Ok(sight);
        }
        for (rule, of) in meta::rules::of_actor(conn, actor, app).await? {
            match (rule.resource, of) {
                (Resource::App(app), _) => sight.apps.entry(app).or_default().push(rule),
                (Resource::Table(table), Some(app)) => {
                    sight.tables.entry(app).or_default().entry(table).or_default().push(rule);
                }
                (Resource::Table(_), None) => {}
                (Resource::Company, _) => sight.company.push(rule),
            }
        }
        Ok(sight)
    }

    /// Does the table exist for the actor?
    pub(super) fn knows_table(&self, app: AppId, table: TableId) -> bool {
        let own = self.tables.get(&app).and_then(|tables| tables.get(&table)).into_iter().flatten();
        authority::knows(self.actor, self.on(app).chain(own))
    }

    /// May the actor read any record of the table, as far as the rules on it say?
    pub(super) fn reads_table(&self, app: AppId, table: TableId) -> bool {
        let own = self.tables.get(&app).and_then(|tables| tables.get(&table)).into_iter().flatten();
        authority::reads(self.actor, self.on(app).chain(own))
    }

    /// Does the app exist for the actor?
    pub(super) fn knows_app(&self, app: AppId) -> bool {
        authority::knows(self.actor, self.on(app))
            || self.tables.get(&app).is_some_and(|tables| {
                tables.values().any(|own| authority::knows(self.actor, self.on(app).chain(own)))
            })
    }

    /// The rules on every table of an app.
    fn on(&self, app: AppId) -> impl Iterator<Item = &Rule> + Clone {
        self.company.iter().chain(self.apps.get(&app).into_iter().flatten())
    }
}
