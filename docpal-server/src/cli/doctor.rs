//! `docpal-server doctor`: where the data is, how old and how large, and what is wrong. It changes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use docpal_core::DatabaseFacts;
use docpal_core::embedded::{Found, installed};
use docpal_server::bootstrap::owner_of;

use super::config::Config;
use super::database::Database;
use super::place::Whereabouts;
use super::problem::Problem;

/// Two machines may differ by this much without any harm.
const SKEW: TimeDelta = TimeDelta::hours(1);

pub(crate) async fn run(config: &Config) -> Result<(), Problem> {
    line("DocPal", env!("CARGO_PKG_VERSION"));
    let place = &config.place;
    match &place.given {
        Some(_) => line("Database", &place.about()),
        None => {
            line("Data folder", &place.data_dir.display().to_string());
            match Found::look(&place.data_dir)? {
                Some(found) => embedded(place, &found),
                None => return nothing(place),
            }
        }
    }
    if let Some(note) = &place.note {
        line("Note", note);
    }
    let database = Database::existing(config).await.inspect_err(|problem| {
        line("Wrong", problem.to_string().lines().next().unwrap_or_default());
    })?;
    line("Connection", "works");
    let looked = look(&database).await;
    match looked.as_deref() {
        Ok([]) => line("Wrong", "nothing"),
        Ok(wrong) => wrong.iter().for_each(|wrong| line("Wrong", wrong)),
        Err(_) => {}
    }
    database.finish(looked.map(drop)).await
}

/// What there is to say of a folder without data.
fn nothing(place: &Whereabouts) -> Result<(), Problem> {
    line("Data", "none yet; `serve` and `import` make it");
    if let Ok(Some(found)) = Found::look(&place.data_dir.join("demo")) {
        line("Demo", &format!("{}; --demo looks at it", found.data_folder().display()));
    }
    let (folder, version) = installed(&place.data_dir)?;
    line("PostgreSQL", &format!("{version} in {}, for a new cluster", folder.display()));
    Ok(())
}

fn embedded(place: &Whereabouts, found: &Found) {
    let made = found.made().map(|at| format!(", made {}", minute(at.into()))).unwrap_or_default();
    let version = found.version();
    line("Cluster", &format!("PostgreSQL {version}{made}, {} on the disk", bytes(found.size())));
    match (found.server(), found.manager()) {
        (Some(server), manager) => {
            let manager = manager.map(|id| format!(", started by DocPal {id}")).unwrap_or_default();
            line("Its server", &format!("runs (process id {server}{manager})"));
        }
        (None, _) => line("Its server", "is stopped; it is started for this look"),
    }
    line("Its log", &found.log_file().display().to_string());
    line("psql", &format!("docpal-server psql --data-dir '{}'", place.data_dir.display()));
    if let (Some(program), Some(url)) = (found.program("psql"), found.url(super::database::NAME)) {
        line("", &format!("or, while it runs: {} '{url}'", program.display()));
    }
}

/// Says what is in the database; gives what is wrong.
async fn look(database: &Database) -> Result<Vec<String>, Problem> {
    let docpal = &database.docpal;
    let facts = docpal.database_facts().await?;
    let made = facts.made.map(|at| format!(", made {}", minute(at))).unwrap_or_default();
    line("Database", &format!("PostgreSQL {}{made}, {}", facts.version, bytes(facts.bytes)));
    let mut wrong: Vec<String> = clock(&facts, Utc::now()).into_iter().collect();
    match docpal.needless_powers().await?.as_slice() {
        [] => line("Its role", "has no more rights than DocPal needs"),
        powers => wrong.push(advice(powers)),
    }
    line("DocPal's tables", "up to date");
    if let Err(error) = docpal_server::require_migrated(docpal).await {
        line("Server's tables", error.message());
    }
    contents(database).await?;
    Ok(wrong)
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

/// What is wrong with the clock: it stands before what has happened already.
pub(super) fn clock(facts: &DatabaseFacts, now: DateTime<Utc>) -> Option<String> {
    let then = facts.migrated.filter(|then| now + SKEW < *then)?;
    Some(format!(
        "the clock of this machine says {}, and this database was made or changed at {}: set the clock, or new records \
         are older than old ones and keys that have expired work again",
        minute(now),
        minute(then)
    ))
}

/// What to do about a role that may do more than it needs.
fn advice(powers: &[String]) -> String {
    let without = powers.iter().map(|power| format!("NO{power}")).collect::<Vec<_>>().join(" ");
    format!(
        "its role has {}, which DocPal does not need; take a role of its own that owns the database, or: ALTER ROLE .. \
         {without}",
        powers.join(", ")
    )
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}

fn line(what: &str, found: &str) {
    super::say(&format!("{what:<16} {found}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_what_has_happened_is_told() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let facts = DatabaseFacts { migrated: Some(at("2026-11-01T00:00:00Z")), ..DatabaseFacts::default() };
        assert!(clock(&facts, at("1970-01-01T00:00:05Z")).unwrap().contains("1970-01-01 00:00 UTC"));
        assert_eq!(clock(&facts, at("2026-11-01T00:00:05Z")), None);
        assert_eq!(clock(&facts, at("2026-10-31T23:30:00Z")), None);
        assert_eq!(clock(&DatabaseFacts::default(), at("1970-01-01T00:00:05Z")), None);
    }
}
