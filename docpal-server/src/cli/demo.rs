//! `docpal-server demo`: demo data in a folder of its own, and commands to try.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use docpal_core::{Actor, Docpal};
use docpal_server::api_key::{self, Secret};
use docpal_server::demo::{Demo, install};

use super::config::Config;
use super::database::Database;
use super::ending::Ending;
use super::place::Command;
use super::problem::Problem;
use super::serve;

/// Keys are shown at every start of the demo, so this file keeps them; only its owner can read it.
const KEYS: &str = "demo-keys";

pub(crate) async fn run(config: &Config) -> Result<(), Problem> {
    let listener = serve::bind(config.listen).await?;
    let ending = Ending::watch()?;
    let database = Database::serving(config, Command::Demo, &ending).await?;
    let demo = install(&database.docpal).await?;
    let (owner, member) = keys(&database.docpal, &demo, &config.place.data_dir.join(KEYS)).await?;
    let address = listener.local_addr().unwrap_or(config.listen);
    serve::announce(address, &database);
    super::say(&format!("  Owner key   {}", owner.reveal()));
    super::say(&format!("  Member key  {}   (sees neither costs nor draft orders)", member.reveal()));
    super::say(&commands(address, &demo, &owner, &member));
    serve::admit();
    serve::until_stopped(config, listener, database, &ending).await
}

/// The keys of the last start when they still work, else new ones.
async fn keys(docpal: &Docpal, demo: &Demo, file: &Path) -> Result<(Secret, Secret), Problem> {
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let mut kept = kept.lines().map(Secret::chosen);
    let given = serve::given_key().map(|key| Secret::chosen(&key)).transpose()?;
    let owner = given.or_else(|| kept.next().and_then(Result::ok));
    let member = kept.next_back().and_then(Result::ok);
    let owner = working(docpal, &demo.owner, owner).await?;
    let member = working(docpal, &demo.member, member).await?;
    save(file, &format!("{}\n{}\n", owner.reveal(), member.reveal()))
        .map_err(|error| Problem::new(format!("cannot write {}: {error}", file.display())))?;
    Ok((owner, member))
}

/// `kept` when it acts for `actor`, else a new key that does.
async fn working(docpal: &Docpal, actor: &Actor, kept: Option<Secret>) -> Result<Secret, Problem> {
    if let Some(secret) = kept {
        match api_key::holder(docpal, &secret).await? {
            Some(known) if known == *actor => return Ok(secret),
            Some(_) => {}
            None => match api_key::give(docpal, actor, "demo", &secret).await {
                Ok(()) => return Ok(secret),
                // Somebody revoked it.
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            },
        }
    }
    let secret = Secret::random()?;
    api_key::give(docpal, actor, "demo", &secret).await?;
    Ok(secret)
}

fn save(file: &Path, text: &str) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?.write_all(text.as_bytes())
}

/// Commands that work as they are, pasted into a shell.
fn commands(address: SocketAddr, demo: &Demo, owner: &Secret, member: &Secret) -> String {
    let (owner, member) = (owner.reveal(), member.reveal());
    let Demo { app, products, orders, lines, .. } = demo;
    format!(
        r#"
Try it in another terminal:

  # The tables of the app
  curl -sw '\n' -H 'Authorization: Bearer {owner}' http://{address}/api/apps/{app}/tables

  # The order lines worth more than 500, the largest first: a filter and a sort on a formula
  curl -sGw '\n' -H 'Authorization: Bearer {owner}' http://{address}/api/tables/{lines}/records \
    --data-urlencode 'filter={{"field": "line_total", "op": "gt", "value": 500}}' -d sort=-line_total -d limit=3

  # What was sold of each product: groups with a sum over a formula
  curl -sw '\n' -H 'Authorization: Bearer {owner}' -H 'Content-Type: application/json' \
    http://{address}/api/tables/{lines}/summary \
    -d '{{"group": [{{"field": "product"}}], "aggregates": [{{"field": "line_total", "function": "sum"}}]}}'

  # A new order
  curl -sw '\n' -H 'Authorization: Bearer {owner}' -H 'Content-Type: application/json' \
    http://{address}/api/tables/{orders}/records \
    -d '{{"fields": {{"number": '$(date +%s)', "customer": "Harbour Café", "status": "Confirmed"}}}}'

  # The same products as the owner and as a member, for whom cost and margin do not exist
  curl -sw '\n' -H 'Authorization: Bearer {owner}' 'http://{address}/api/tables/{products}/records?limit=1'
  curl -sw '\n' -H 'Authorization: Bearer {member}' 'http://{address}/api/tables/{products}/records?limit=1'

  # A table as a file
  curl -sw '\n' -H 'Authorization: Bearer {owner}' 'http://{address}/api/tables/{lines}/records/export?format=csv' | head -4

  # A file of your own as a table of this demo
  docpal-server import --demo FILE.csv

Stop with Ctrl-C; the data stays for the next start.
"#
    )
}
