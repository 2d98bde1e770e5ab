//! `docpal-server tables`: which tables there are, with the ids that the HTTP API takes.

use docpal_core::{Actor, Docpal};
use docpal_server::bootstrap::oldest_company;

use super::config::Config;
use super::database::Database;
use super::export;
use super::key::no_company;
use super::problem::Problem;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Print nothing but the id of this table, as: TABLE=$(docpal-server tables --id orders)
    #[arg(long, value_name = "TABLE")]
    id: Option<String>,
    /// Only tables of this app
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
}

pub(crate) async fn run(config: &Config, options: &Options) -> Result<(), Problem> {
    let database = Database::existing(config).await?;
    database.tell(config);
    let done = answer(&database.docpal, options).await;
    database.finish(done).await
}

async fn answer(docpal: &Docpal, options: &Options) -> Result<(), Problem> {
    let (_, owner) = oldest_company(docpal).await?.ok_or_else(no_company)?;
    match &options.id {
        Some(table) => {
            let id = export::find(docpal, &owner, table, options.app.as_deref()).await?;
            super::say(&id.to_string());
            Ok(())
        }
        None => list(docpal, &owner, options.app.as_deref()).await,
    }
}

/// One line for each table: its id, its app and its name, which may hold spaces.
async fn list(docpal: &Docpal, owner: &Actor, in_app: Option<&str>) -> Result<(), Problem> {
    let mut some = false;
    for app in export::apps(docpal, owner, in_app).await? {
        for table in docpal.tables(owner).list(app.id).await? {
            some = true;
            super::say(&format!("{}  {} / {}", table.id, app.name, table.name));
        }
    }
    if !some {
        super::note(
            "no tables yet: `import` makes one of a file, `POST /api/apps/{app_id}/tables` one of a list of fields",
        );
    }
    Ok(())
}
