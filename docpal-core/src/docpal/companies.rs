//! Making companies, and the rules every company starts with.

use super::{Docpal, in_transaction, not_allowed};
use crate::access::{Action, Actor, Effect, Resource, Role, Rule, Subject, SystemReason, authority};
use crate::audit::Change;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{AppId, CompanyId, RuleId};
use crate::json::Json;
use crate::model::Company;
use crate::names;
use crate::sql::{Connection, Ddl, SchemaName, errors, exec, guarded, meta};

/// The companies of a database.
#[derive(Debug)]
pub struct Companies<'d> {
    pub(super) docpal: &'d Docpal,
}

impl Companies<'_> {
    /// Makes a company with the id the host knows it by: its PostgreSQL schema, and the rules that let
    /// owners and admins do everything and members work with records.
    ///
    /// # Errors
    /// `validation_failed` for the name, `company_exists`.
    pub async fn create(&self, id: CompanyId, name: &str) -> Result<Company> {
        Ok(in_transaction!(self.docpal, |conn| self.create_in(conn, id, name)))
    }

    /// As [`Companies::create`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Companies::create`].
    pub async fn create_in(&self, conn: &mut Connection, id: CompanyId, name: &str) -> Result<Company> {
        let name = names::check(name, "name").map_err(|entry| Error::validation(vec![entry]))?;
        let mut guarded = guarded(conn).await?;
        let done = insert(guarded.connection(), id, name).await;
        guarded.end(done).await
    }

    /// The company with `id`.
    ///
    /// # Errors
    /// `company_not_found`.
    pub async fn get(&self, id: CompanyId) -> Result<Company> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.get_in(&mut conn, id)).await
    }

    /// As [`Companies::get`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Companies::get`].
    pub async fn get_in(&self, conn: &mut Connection, id: CompanyId) -> Result<Company> {
        meta::companies::get(conn, id).await?.ok_or_else(company_not_found)
    }

    /// Every company, oldest first.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn list(&self) -> Result<Vec<Company>> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.list_in(&mut conn)).await
    }

    /// As [`Companies::list`], as the host's connection sees it.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn list_in(&self, conn: &mut Connection) -> Result<Vec<Company>> {
        meta::companies::list(conn).await
    }
}

/// The company with its schema, its first rules and the audit row.
async fn insert(conn: &mut Connection, id: CompanyId, name: String) -> Result<Company> {
    let (company, key) = meta::companies::insert(conn, id, &name).await.map_err(|error| {
        if error.is_conflict() {
            Error::new(ErrorKind::Conflict, "company_exists", "this company exists")
        } else {
            error
        }
    })?;
    exec::run_ddl(conn, &[Ddl::CreateSchema(SchemaName::of(&key))]).await?;
    for rule in first_rules() {
        meta::rules::insert(conn, id, &rule, None).await?;
    }
    let details = Json::Object(vec![("name".to_owned(), Json::from(name))]);
    let change = Change {
        company: id,
        by: &Actor::system(id, SystemReason::Host),
        action: "company.create",
        app: None,
        table: None,
        records: None,
        details,
    };
    meta::audit::append(conn, &change).await?;
    Ok(company)
}

fn company_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "company_not_found", "there is no such company")
}

/// A row that refers to a company that is not there: owners are asked for no rules, so nothing else says so before.
pub(super) fn in_no_company(error: Error) -> Error {
    match errors::violated_constraint(&error) {
        Some(constraint) if constraint.ends_with("_company_id_fkey") => company_not_found(),
        _ => error,
    }
}

/// What owners, admins and members may do in a new company; visible and editable like any rule.
fn first_rules() -> Vec<Rule> {
    let records = [Action::Read, Action::Create, Action::Update, Action::Delete];
    let all = records.iter().chain(&[Action::Manage]);
    let of = |role: Role, action: Action| Rule {
        id: RuleId::new(),
        resource: Resource::Company,
        subject: Subject::Role(role),
        action,
        effect: Effect::Allow,
        condition: None,
        fields: None,
        binds_owners: false,
    };
    let owner = all.clone().map(|action| of(Role::Owner, *action));
    let admin = all.map(|action| of(Role::Admin, *action));
    let member = records.iter().map(|action| of(Role::Member, *action));
    owner.chain(admin).chain(member).collect()
}

/// May `actor` manage the whole company, or `app` in it?
pub(super) async fn require_manage(conn: &mut Connection, actor: &Actor, app: Option<AppId>) -> Result<()> {
    if actor.is_owner() {
        return Ok(());
    }
    let rules = meta::rules::of_company(conn, actor.company(), app).await?;
    if authority::may_manage(actor, rules.iter()) { Ok(()) } else { Err(not_allowed("manage this")) }
}
