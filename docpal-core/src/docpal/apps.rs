//! Apps.

use super::companies::{in_no_company, require_manage};
use super::sight::Sight;
use super::{Docpal, in_transaction};
use crate::access::Actor;
use crate::audit::Change;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::id::AppId;
use crate::json::Json;
use crate::model::App;
use crate::names;
use crate::sql::{Connection, guarded, meta};

/// The apps of the actor's company.
#[derive(Debug)]
pub struct Apps<'d> {
    pub(super) docpal: &'d Docpal,
    pub(super) actor: &'d Actor,
}

/// An app to make.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AppSpec {
    /// Its name, unique in the company ignoring case.
    pub name: String,
    /// An icon for people.
    pub icon: Option<String>,
    /// What it is for.
    pub description: Option<String>,
}

impl AppSpec {
    /// An app with a name only.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same app with an icon for people.
    #[must_use]
    pub fn icon(mut self, icon: impl Into<String>) -> Self {
        self.icon = Some(icon.into());
        self
    }

    /// The same app with what it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Apps<'_> {
    /// Makes an app.
    ///
    /// # Errors
    /// `not_allowed`, `validation_failed`, `name_taken`.
    pub async fn create(&self, spec: &AppSpec) -> Result<App> {
        Ok(in_transaction!(self.docpal, |conn| self.create_in(conn, spec)))
    }

    /// As [`Apps::create`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Apps::create`].
    pub async fn create_in(&self, conn: &mut Connection, spec: &AppSpec) -> Result<App> {
        let mut guarded = guarded(conn).await?;
        let done = self.insert(guarded.connection(), spec).await;
        guarded.end(done).await
    }

    async fn insert(&self, conn: &mut Connection, spec: &AppSpec) -> Result<App> {
        require_manage(conn, self.actor, None).await?;
        let name = names::check(&spec.name, "name").map_err(|entry| Error::validation(vec![entry]))?;
        let (company, id) = (self.actor.company(), AppId::new());
        let (icon, description) = (spec.icon.as_deref(), spec.description.as_deref());
        let app = meta::apps::insert(conn, company, id, &name, icon, description, self.actor.user())
            .await
            .map_err(|error| name_taken(in_no_company(error), &name))?;
        let change = Change {
            company,
            by: self.actor,
            action: "app.create",
            app: Some(id),
            table: None,
            records: None,
            details: Json::Object(vec![("name".to_owned(), Json::from(name))]),
        };
        meta::audit::append(conn, &change).await?;
        Ok(app)
    }

    /// The apps that exist for the actor, by name: those in which they may manage, or read or create any record.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn list(&self) -> Result<Vec<App>> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.list_in(&mut conn)).await
    }

    /// As [`Apps::list`], as the host's connection sees it.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn list_in(&self, conn: &mut Connection) -> Result<Vec<App>> {
        let apps = meta::apps::list(conn, self.actor.company()).await?;
        let sight = Sight::load(conn, self.actor, None).await?;
        Ok(apps.into_iter().filter(|app| sight.knows_app(app.id)).collect())
    }

    /// The app with `id`.
    ///
    /// # Errors
    /// `app_not_found`, also for an app of another company and one of which the actor may not know.
    pub async fn get(&self, id: AppId) -> Result<App> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.get_in(&mut conn, id)).await
    }

    /// As [`Apps::get`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Apps::get`].
    pub async fn get_in(&self, conn: &mut Connection, id: AppId) -> Result<App> {
        Ok(require_app(conn, self.actor, id).await?.0)
    }
}

/// The app with `id` in the actor's company, if it exists for them, and what else does in it.
pub(super) async fn require_app<'a>(
    conn: &mut Connection,
    actor: &'a Actor,
    id: AppId,
) -> Result<(App, Sight<'a>)> {
    let not_found = || Error::new(ErrorKind::NotFound, "app_not_found", "there is no such app");
    let app = meta::apps::get(conn, actor.company(), id).await?.ok_or_else(not_found)?;
    let sight = Sight::load(conn, actor, Some(id)).await?;
    if sight.knows_app(id) { Ok((app, sight)) } else { Err(not_found()) }
}

/// A violated unique name as an error on the field `name`.
pub(super) fn name_taken(error: Error, name: &str) -> Error {
    if !error.is_conflict() {
        return error;
    }
    let message = format!("the name `{name}` is taken; names are compared ignoring case");
    let entry = FieldError::new("name", "name_taken", message.clone());
    Error::new(ErrorKind::Conflict, "name_taken", message).with_fields(vec![entry])
}
