//! `docpal-server doctor`: what there is, and what is wrong with it.

use docpal_core::embedded::{Cluster, Settings};
use docpal_server::bootstrap::owner_of;

use super::config::Config;
use super::database::{Database, about};
use super::problem::Problem;

pub(crate) async fn run(config: &Config) -> Result<(), Problem> {
    line("DocPal", env!("CARGO_PKG_VERSION"));
    match &config.database_url {
        Some(url) => line("Database", &format!("{} (given)", about(url))),
        None => embedded(config).await?,
    }
    let database = Database::open(config, None).await?;
    line("Connection", "works");
    match database.docpal.needless_powers().await?.as_slice() {
        [] => line("Its role", "owns the database and may do nothing beyond it"),
        powers => line("Its role", &advice(powers)),
    }
    line("DocPal's tables", "up to date");
    let found = contents(&database).await;
    database.close().await?;
    found
}

/// Starts the private PostgreSQL once, to say where it is.
async fn embedded(config: &Config) -> Result<(), Problem> {
    line("Data folder", &config.data_dir.display().to_string());
    let is_new = !config.data_dir.join("postgres/data").exists();
    let cluster = Cluster::start(Settings::durable(&config.data_dir)).await?;
    line(
        "PostgreSQL",
        &format!("{} starts{}", cluster.version(), if is_new { " (new cluster)" } else { "" }),
    );
    line("Its log", &cluster.log_file().display().to_string());
    line("Its socket", &cluster.socket_dir().display().to_string());
    Ok(cluster.stop().await?)
}

async fn contents(database: &Database) -> Result<(), Problem> {
    let docpal = &database.docpal;
    let companies = docpal.companies().list().await?;
    if companies.is_empty() {
        line("Companies", "none yet; serve, demo and import make the first one");
    }
    for company in companies {
        let owner = owner_of(&company);
        let apps = docpal.apps(&owner).list().await?;
        let mut tables = 0;
        for app in &apps {
            tables += docpal.tables(&owner).list(app.id).await?.len();
        }
        line("Company", &format!("{}: {} apps, {tables} tables", company.name, apps.len()));
    }
    Ok(())
}

/// What to do about a role that may do more than it needs.
fn advice(powers: &[String]) -> String {
    let without = powers.iter().map(|power| format!("NO{power}")).collect::<Vec<_>>().join(" ");
    format!(
        "has {}, which DocPal does not need; take a role of its own that owns the database, or: ALTER ROLE .. {without}",
        powers.join(", ")
    )
}

fn line(what: &str, found: &str) {
    super::say(&format!("{what:<16} {found}"));
}
