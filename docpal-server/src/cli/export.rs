//! `docpal-server export`: the records of a table as a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use docpal_core::json_out::JsonFormat;
use docpal_core::{Actor, App, Docpal, TableId, names};
use docpal_query::{RecordsExt as _, ViewSpec};
use docpal_server::bootstrap::oldest_company;
use docpal_server::export::{Format, Writer};

use super::config::Config;
use super::database::Database;
use super::key::no_company;
use super::problem::Problem;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The table, by name or id
    table: String,
    /// The app the table is in, when its name alone does not say
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
    /// The form of the file: csv, json or ndjson
    #[arg(long, value_name = "FORMAT", default_value = "csv", value_parser = format)]
    format: Format,
    /// The file to write; the standard output by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// CSV: give texts that a spreadsheet would run as a formula as they are. Without it an apostrophe stands before
    /// them (a text that begins with =, +, - or @, also behind white space, and is more than digits, spaces and
    /// +-().), and `import` takes it off again
    #[arg(long)]
    raw: bool,
}

pub(crate) async fn run(config: &Config, options: &Options) -> Result<(), Problem> {
    let database = Database::existing(config).await?;
    database.tell(config);
    let done = export(&database.docpal, options).await;
    let done = match (done, &options.output) {
        (Ok(records), Some(file)) => {
            super::note(&format!("{records} records to {}", file.display()));
            Ok(())
        }
        // Whoever reads the output has enough, as `head` does.
        (Ok(_), None) | (Err(Stop::Closed), _) => Ok(()),
        (Err(Stop::Problem(problem)), _) => Err(problem),
    };
    database.finish(done).await
}

async fn export(docpal: &Docpal, options: &Options) -> Result<u64, Stop> {
    let (_, owner) = oldest_company(docpal).await?.ok_or_else(no_company)?;
    let table = find(docpal, &owner, &options.table, options.app.as_deref()).await?;
    let mut pages = docpal.records(&owner, table).export(&ViewSpec::new()).await?;
    let mut out = open(options)?;
    let format = if options.raw { options.format.raw() } else { options.format };
    let mut writer = Writer::new(format, JsonFormat::default());
    let mut bytes = Vec::new();
    while let Some(page) = pages.next().await? {
        bytes.clear();
        writer.page(&page, &mut bytes);
        out.write_all(&bytes).map_err(failed)?;
    }
    bytes.clear();
    writer.end(&mut bytes);
    out.write_all(&bytes).and_then(|()| out.flush()).map_err(failed)?;
    Ok(writer.records())
}

fn open(options: &Options) -> Result<Box<dyn Write>, Problem> {
    Ok(match &options.output {
        None => Box::new(BufWriter::new(io::stdout())),
        Some(path) => {
            let file = File::create(path)
                .map_err(|error| Problem::new(format!("cannot write {}: {error}", path.display())))?;
            Box::new(BufWriter::new(file))
        }
    })
}

/// Why an export ended early.
enum Stop {
    /// Nobody reads the output any more.
    Closed,
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

fn failed(error: io::Error) -> Stop {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Stop::Closed,
        _ => Stop::Problem(Problem::new(format!("cannot write: {error}"))),
    }
}

/// The table that a name or an id means.
pub(super) async fn find(
    docpal: &Docpal,
    owner: &Actor,
    table: &str,
    in_app: Option<&str>,
) -> Result<TableId, Problem> {
    if let Ok(id) = table.parse::<TableId>() {
        return Ok(docpal.tables(owner).get(id).await?.id());
    }
    let apps = apps(docpal, owner, in_app).await?;
    let (mut found, mut all) = (Vec::new(), Vec::new());
    for app in apps {
        for known in docpal.tables(owner).list(app.id).await? {
            if same(&known.name, table) {
                found.push(known.id);
            }
            all.push(known.name);
        }
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let near = names::suggestion(names::nearest(table, all.iter().map(String::as_str)));
            Err(Problem::new(format!("there is no table `{table}`{near}")))
        }
        _ => Err(Problem::new(format!("more than one app has a table `{table}`; say which with --app"))),
    }
}

/// All apps, or the one of a name.
pub(super) async fn apps(docpal: &Docpal, owner: &Actor, in_app: Option<&str>) -> Result<Vec<App>, Problem> {
    let mut apps = docpal.apps(owner).list().await?;
    if let Some(wanted) = in_app {
        let near = names::suggestion(names::nearest(wanted, apps.iter().map(|app| app.name.as_str())));
        apps.retain(|app| same(&app.name, wanted));
        if apps.is_empty() {
            return Err(Problem::new(format!("there is no app `{wanted}`{near}")));
        }
    }
    Ok(apps)
}

/// Do two names mean the same?
fn same(one: &str, other: &str) -> bool {
    names::fold(one) == names::fold(other.trim())
}

fn format(word: &str) -> Result<Format, String> {
    Format::from_word(word).ok_or_else(|| "expected csv, json or ndjson".to_owned())
}
