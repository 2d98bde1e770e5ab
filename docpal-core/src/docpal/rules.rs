//! Making and deleting permission rules.

use chrono::Utc;

use super::companies::{in_no_company, require_manage};
use super::{Docpal, in_transaction, not_allowed, table_not_found};
use crate::access::{Action, Actor, Resource, Rule, RuleSpec, Sees, Subject, authority, scope};
use crate::audit::Change;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::filter::{Filter, Test};
use crate::formula_sql;
use crate::id::{RuleId, TableId};
use crate::json::Json;
use crate::model::{Field, TableSnapshot};
use crate::names;
use crate::operators::{self, Reading};
use crate::sql::{Connection, guarded, meta};
use crate::target::{Compared, System};

/// The permission rules of the actor's company.
#[derive(Debug)]
pub struct Rules<'d> {
    pub(super) docpal: &'d Docpal,
    pub(super) actor: &'d Actor,
}

impl Rules<'_> {
    /// Makes a rule.
    ///
    /// # Errors
    /// `not_allowed`, also for a rule on owners that no owner makes; `table_not_found`, `app_not_found`;
    /// `validation_failed` for an unknown field, a formula that has no SQL form, or a condition that has no table to refer to.
    pub async fn create(&self, spec: &RuleSpec) -> Result<Rule> {
        Ok(in_transaction!(self.docpal, |conn| self.create_in(conn, spec)))
    }

    /// As [`Rules::create`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Rules::create`].
    pub async fn create_in(&self, conn: &mut Connection, spec: &RuleSpec) -> Result<Rule> {
        let mut guarded = guarded(conn).await?;
        let done = self.insert(guarded.connection(), spec).await;
        guarded.end(done).await
    }

    async fn insert(&self, conn: &mut Connection, spec: &RuleSpec) -> Result<Rule> {
        let rule = match spec.resource {
            Resource::Table(table) => self.for_table(conn, table, spec).await?,
            Resource::App(_) | Resource::Company => self.for_many(conn, spec).await?,
        };
        self.require_authority(rule.subject, false)?;
        meta::rules::insert(conn, self.actor.company(), &rule, self.actor.user())
            .await
            .map_err(in_no_company)?;
        self.changed(conn, &rule, "rule.create").await?;
        Ok(rule)
    }

    /// Every rule of the company; for those who may manage it.
    ///
    /// # Errors
    /// `not_allowed`.
    pub async fn list(&self) -> Result<Vec<Rule>> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.list_in(&mut conn)).await
    }

    /// As [`Rules::list`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Rules::list`].
    pub async fn list_in(&self, conn: &mut Connection) -> Result<Vec<Rule>> {
        require_manage(conn, self.actor, None).await?;
        meta::rules::list(conn, self.actor.company()).await
    }

    /// Deletes a rule.
    ///
    /// # Errors
    /// `rule_not_found`; `not_allowed`, also for a rule on owners that no owner deletes.
    pub async fn delete(&self, id: RuleId) -> Result<()> {
        in_transaction!(self.docpal, |conn| self.delete_in(conn, id));
        Ok(())
    }

    /// As [`Rules::delete`], in the host's transaction. Gives the rule that was deleted.
    ///
    /// # Errors
    /// As [`Rules::delete`].
    pub async fn delete_in(&self, conn: &mut Connection, id: RuleId) -> Result<Rule> {
        let mut guarded = guarded(conn).await?;
        let done = self.remove(guarded.connection(), id).await;
        guarded.end(done).await
    }

    async fn remove(&self, conn: &mut Connection, id: RuleId) -> Result<Rule> {
        let not_found = || Error::new(ErrorKind::NotFound, "rule_not_found", "there is no such rule");
        let rule = meta::rules::get(conn, self.actor.company(), id).await?.ok_or_else(not_found)?;
        let managed = match rule.resource {
            Resource::Table(table) => self.managed_table(conn, table).await.map(drop),
            Resource::App(app) => require_manage(conn, self.actor, Some(app)).await,
            Resource::Company => require_manage(conn, self.actor, None).await,
        };
        // Whoever may not change the rules of something does not know which there are.
        managed.map_err(|error| match error.kind() {
            ErrorKind::Forbidden | ErrorKind::NotFound => not_found(),
            _ => error,
        })?;
        self.require_authority(rule.subject, rule.binds_owners)?;
        meta::rules::delete(conn, id).await?;
        self.changed(conn, &rule, "rule.delete").await?;
        Ok(rule)
    }

    fn require_authority(&self, subject: Subject, binds_owners: bool) -> Result<()> {
        if authority::may_change(self.actor, subject, binds_owners) {
            return Ok(());
        }
        let message = "only an owner changes what rules say about owners";
        Err(Error::new(ErrorKind::Forbidden, "not_allowed", message))
    }

    async fn managed_table(
        &self,
        conn: &mut Connection,
        table: TableId,
    ) -> Result<std::sync::Arc<TableSnapshot>> {
        let snapshot = self.docpal.snapshot_in(conn, self.actor.company(), table).await?;
        let scope = scope(self.actor, &snapshot);
        match (scope.may_manage(), scope.knows_table()) {
            (true, _) => Ok(snapshot),
            (false, true) => Err(not_allowed("change the permissions of this table")),
            (false, false) => Err(table_not_found()),
        }
    }

    /// A rule on one table: names in its condition and field list become ids.
    async fn for_table(&self, conn: &mut Connection, table: TableId, spec: &RuleSpec) -> Result<Rule> {
        let snapshot = self.managed_table(conn, table).await?;
        is_on_a_whole(spec)?;
        let scope = scope(self.actor, &snapshot);
        // What a rule asks its maker can find out, by making it for themselves: a field that is hidden from them is none.
        let seen = |field: &Field| match snapshot.position(field.id()) {
            Some(position) => scope.sees(&snapshot, position),
            None => Sees::Nothing,
        };
        let find = |key: &str, at: &str| {
            snapshot.find(key).filter(|field| seen(field) != Sees::Nothing).map(Field::id).ok_or_else(|| {
                let near = names::suggestion(snapshot.nearest(key, |field| seen(field) != Sees::Nothing));
                let entry = FieldError::new(at, "unknown_field", format!("there is no field `{key}`{near}"));
                Error::validation(vec![entry])
            })
        };
        let fields = spec
            .fields
            .as_ref()
            .map(|keys| keys.iter().map(|key| find(key, "fields")).collect::<Result<Vec<_>>>());
        let condition = spec.condition.as_ref().map(|condition| {
            checked(condition, |key| {
                match System::find(key).filter(|_| names_a_system_value(&snapshot, key)) {
                    Some(system) => Ok((key.to_owned(), Compared::of_system(system), false)),
                    None => {
                        let id = find(key, "condition")?;
                        let field = snapshot.field(id).ok_or_else(table_not_found)?;
                        let position = snapshot.position(id).ok_or_else(table_not_found)?;
                        if seen(field) != Sees::All {
                            let message = format!(
                                "you do not see every value of `{key}`, so no rule of yours can ask for it"
                            );
                            return Err(Error::validation(vec![FieldError::new(
                                "condition",
                                "not_readable",
                                message,
                            )]));
                        }
                        let computed = formula_sql::require(&snapshot, position, "condition")?;
                        Ok((id.to_string(), Compared::of_field(field), computed))
                    }
                }
            })
        });
        Ok(Rule {
            id: RuleId::new(),
            resource: spec.resource,
            subject: spec.subject,
            action: spec.action,
            effect: spec.effect,
            condition: condition.transpose()?,
            fields: fields.transpose()?,
            binds_owners: authority::binds_owners(self.actor, spec.effect),
        })
    }

    /// A rule on an app or the company: without conditions on fields, which tables do not share.
    async fn for_many(&self, conn: &mut Connection, spec: &RuleSpec) -> Result<Rule> {
        match spec.resource {
            Resource::App(app) => {
                super::apps::require_app(conn, self.actor, app).await?;
                require_manage(conn, self.actor, Some(app)).await?;
            }
            _ => require_manage(conn, self.actor, None).await?,
        }
        is_on_a_whole(spec)?;
        if spec.fields.is_some() {
            let entry = FieldError::new("fields", "not_supported", "fields belong to a rule on a table");
            return Err(Error::validation(vec![entry]));
        }
        if let Some(condition) = &spec.condition {
            checked(condition, |key| match System::find(key) {
                Some(system) => Ok((key.to_owned(), Compared::of_system(system), false)),
                None => {
                    let known: Vec<&str> = System::ALL.iter().map(|system| system.name()).collect();
                    let message = format!("a rule on many tables can test {} only", known.join(", "));
                    Err(Error::validation(vec![FieldError::new("condition", "unknown_field", message)]))
                }
            })?;
        }
        Ok(Rule {
            id: RuleId::new(),
            resource: spec.resource,
            subject: spec.subject,
            action: spec.action,
            effect: spec.effect,
            condition: spec.condition.clone(),
            fields: None,
            binds_owners: authority::binds_owners(self.actor, spec.effect),
        })
    }

    async fn changed(&self, conn: &mut Connection, rule: &Rule, action: &'static str) -> Result<()> {
        let company = self.actor.company();
        let (app, table) = match rule.resource {
            Resource::Table(table) => (None, Some(table)),
            Resource::App(app) => (Some(app), None),
            Resource::Company => (None, None),
        };
        let transaction = match table {
            Some(table) => meta::tables::bump(conn, table).await?,
            None => meta::companies::bump_policy(conn, company).await?,
        };
        if let Some(transaction) = transaction {
            self.docpal.changed(company, table, transaction);
        }
        // What it said, for those who read of it when it is gone; its condition and fields are names of the table's.
        let details = [
            ("rule", rule.id.to_string()),
            ("subject", rule.subject.to_string()),
            ("action", rule.action.word().to_owned()),
            ("effect", rule.effect.word().to_owned()),
        ];
        let details = Json::Object(details.map(|(key, value)| (key.to_owned(), Json::from(value))).into());
        let change = Change {
            company: self.actor.company(),
            by: self.actor,
            action,
            app,
            table,
            records: None,
            details,
        };
        meta::audit::append(conn, &change).await
    }
}

/// A table is managed whole and a record deleted whole: a rule on a part of either would give or take something else than
/// it says.
fn is_on_a_whole(spec: &RuleSpec) -> Result<()> {
    let refused = |path: &str, message: &str| {
        Err(Error::validation(vec![FieldError::new(path, "not_supported", message)]))
    };
    if spec.fields.as_ref().is_some_and(Vec::is_empty) {
        return refused(
            "fields",
            "a rule on no fields says nothing; name fields, or leave `fields` out for all",
        );
    }
    match spec.action {
        Action::Manage if spec.condition.is_some() => {
            refused("condition", "a table is managed whole: a rule on managing takes no condition")
        }
        Action::Manage if spec.fields.is_some() => {
            refused("fields", "a table is managed whole: a rule on managing takes no fields")
        }
        Action::Delete if spec.fields.is_some() => {
            refused("fields", "a record is deleted whole: a rule on deleting takes no fields")
        }
        _ => Ok(()),
    }
}

/// The condition as it is stored, when every operator and value in it means something: a rule that means nothing would
/// give nothing and take everything. `find` tells how a name is stored, what its values are compared as, and whether a
/// formula computes them.
fn checked(condition: &Filter, find: impl Fn(&str) -> Result<(String, Compared, bool)>) -> Result<Filter> {
    condition.require_size("condition")?;
    if condition.has_empty_list() {
        let message =
            "an empty `and` or `or` always or never holds; leave the condition out, or say what it asks";
        return Err(Error::validation(vec![FieldError::new("condition", "invalid_filter", message)]));
    }
    condition.map_tests(&mut |test: &Test| {
        let (field, compared, computed) = find(&test.field)?;
        let reading = Reading { compared: &compared, has_user: true, now: Utc::now() };
        operators::find(test, computed, &reading, "condition").map_err(|error| {
            Error::validation(vec![FieldError::new("condition", error.code(), error.message())])
        })?;
        Ok(Test { field, ..test.clone() })
    })
}

/// Does `key` mean a value that every record has? A field may be called `id`, and is meant then.
fn names_a_system_value(snapshot: &TableSnapshot, key: &str) -> bool {
    System::is_reserved(key) || snapshot.find(key).is_none()
}
