//! `docpal-server key`: API keys of the first company, in the name of the host.

use chrono::{DateTime, Utc};
use docpal_core::{Actor, Docpal, Role, SystemReason, UserId, names};
use docpal_server::api_key::{self, ApiKeyId, KeySpec};
use docpal_server::bootstrap::{oldest_company, owner_of};

use super::config::Config;
use super::database::Database;
use super::problem::Problem;
use super::tell::{hand_over, note};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Options {
    /// Make a key and print it, this once
    New {
        /// What people call it
        name: String,
        /// The role it acts with: owner, admin, member or the id of a role
        #[arg(long, default_value = "owner", value_parser = role)]
        role: Role,
        /// The user it acts for; the first owner for the role owner, else a new service user
        #[arg(long, value_name = "ID", value_parser = user)]
        user: Option<UserId>,
        /// When it stops to work, as 2027-01-31T00:00:00Z
        #[arg(long, value_name = "INSTANT", value_parser = instant)]
        expires_at: Option<DateTime<Utc>>,
    },
    /// List the keys that are not revoked; changes nothing
    List,
    /// Revoke a key; a running server knows within five seconds
    Revoke {
        /// The id of the key, as `key list` shows it
        #[arg(value_parser = id)]
        id: ApiKeyId,
    },
}

pub(crate) async fn run(config: &Config, options: Options) -> Result<(), Problem> {
    let database = Database::existing(config).await?;
    database.tell(config);
    let done = act(&database.docpal, options).await;
    database.finish(done).await
}

async fn act(docpal: &Docpal, options: Options) -> Result<(), Problem> {
    docpal_server::require_migrated(docpal).await?;
    let (company, _) = oldest_company(docpal).await?.ok_or_else(no_company)?;
    let host = Actor::system(company.id, SystemReason::Host);
    match options {
        Options::New { name, role, user, expires_at } => {
            let owner = owner_of(&company).user().filter(|_| role == Role::Owner);
            let mut spec = KeySpec::new(name, role);
            spec.user = user.or(owner);
            spec.expires_at = expires_at;
            let made = api_key::create(docpal, &host, &spec).await?;
            if let Err(error) = hand_over(made.secret.reveal()) {
                api_key::revoke(docpal, &host, made.id).await?;
                return Err(Problem::new(format!(
                    "the key could not be written to the standard output ({error}); nobody has seen it, so it is revoked"
                )));
            }
            note(&format!("acts for the user {} with the role {role}; it is shown this once", made.user));
        }
        Options::List => {
            let keys = api_key::list(docpal, &host).await?;
            if keys.is_empty() {
                note(
                    "no keys yet: `serve` makes the owner's at its first start, `key new NAME` makes others",
                );
            }
            for key in keys {
                let moment = |at: Option<DateTime<Utc>>, none: &str| {
                    at.map_or_else(|| none.to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
                };
                let used = moment(key.last_used_at, "never");
                let ends = moment(key.expires_at, "never");
                super::say(&format!(
                    "{}  {}..  {}  {}  last used: {used}  expires: {ends}",
                    key.id.uuid(),
                    key.prefix,
                    key.role,
                    key.name
                ));
            }
        }
        Options::Revoke { id } => {
            api_key::revoke(docpal, &host, id).await?;
            note("revoked; a running server refuses it within five seconds");
        }
    }
    Ok(())
}

/// There is a database, and nobody has used it yet.
pub(super) fn no_company() -> Problem {
    Problem::new("there is no company in this database yet: `serve`, `demo` and `import` make the first one")
}

fn role(text: &str) -> Result<Role, String> {
    let near = names::suggestion(names::nearest(text, ["owner", "admin", "member"]));
    text.parse().map_err(|_| format!("expected owner, admin, member or the id of a role{near}"))
}

fn user(text: &str) -> Result<UserId, String> {
    text.parse().map_err(|_| "expected the id of a user".to_owned())
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    text.parse().map_err(|_| "expected an instant as 2027-01-31T00:00:00Z".to_owned())
}

fn id(text: &str) -> Result<ApiKeyId, String> {
    text.parse().map_err(|_| "expected the id of a key, as `key list` shows it".to_owned())
}
