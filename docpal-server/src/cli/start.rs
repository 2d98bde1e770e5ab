//! How a command comes by the private PostgreSQL: it starts one, or reaches the one that another process runs.

use std::time::{Duration, Instant};

use docpal_core::embedded::{Cluster, EmbeddedError, Found, Guarded, Halt, Settings};

use super::database::Server;
use super::ending::Ending;
use super::place::{Command, Whereabouts};
use super::problem::Problem;
use super::wait;

/// A process that has just taken the data folder gets this long to run the server in it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to do where there is no data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Make,
    Refuse,
}

/// The private PostgreSQL of a command beside others: the one that runs, else one for itself.
pub(super) async fn beside(place: &Whereabouts, missing: Missing) -> Result<Server, Problem> {
    let began = Instant::now();
    let halt = Halt::default();
    let (mut shown, mut waits) = (None, None);
    loop {
        match Found::look(&place.data_dir)? {
            Some(found) => {
                if let Some(joined) = found.join().await? {
                    return Ok(Server::Anothers(joined));
                }
            }
            None if missing == Missing::Refuse => return Err(no_data(place)),
            None => {}
        }
        if waits.is_none() {
            shown.get_or_insert_with(|| starting(place));
        }
        match start(place, &halt).await {
            Err(error) if error.is_locked() && began.elapsed() < PATIENCE => {
                shown = None;
                waits.get_or_insert_with(|| waiting(place));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            started => return Ok(Server::own(started?, place, Command::Beside, halt)),
        }
    }
}

/// The private PostgreSQL of a command that serves.
pub(super) async fn own(place: &Whereabouts, command: Command, ending: &Ending) -> Result<Server, Problem> {
    let _shown = starting(place);
    let halt = ending.halt();
    let mut start = std::pin::pin!(start(place, halt));
    let started = tokio::select! {
        started = &mut start => started,
        () = ending.told(1) => {
            tracing::info!("stopping: PostgreSQL, which is being started, is stopped first; a second signal ends it hard");
            start.await
        }
    };
    match started {
        Err(error) if error.is_halted() => Err(Problem::stopped()),
        started => Ok(Server::own(started?, place, command, halt.clone())),
    }
}

async fn start(place: &Whereabouts, halt: &Halt) -> Result<Guarded, EmbeddedError> {
    Cluster::start(Settings::durable(&place.data_dir).with_halt(halt)).await?.guarded()
}

/// Another process has the folder, and no server yet that takes connections.
fn waiting(place: &Whereabouts) -> wait::Shown {
    let found = Found::look(&place.data_dir).ok().flatten();
    let manager = found.and_then(|found| found.manager());
    let manager = manager.map_or_else(|| "another process".to_owned(), |id| format!("process {id}"));
    let folder = place.data_dir.display();
    wait::show(&format!("waiting for {manager}, which starts the PostgreSQL in {folder}"), wait::When::Later)
}

fn starting(place: &Whereabouts) -> wait::Shown {
    match Found::look(&place.data_dir) {
        Ok(None) => {
            let folder = place.data_dir.display();
            wait::show(&format!("first start: making a PostgreSQL in {folder}, once"), wait::When::Now)
        }
        Ok(Some(found)) => {
            let log = found.log_file();
            wait::show(&format!("starting PostgreSQL; its log is {}", log.display()), wait::When::Later)
        }
        Err(_) => wait::show("starting PostgreSQL", wait::When::Later),
    }
}

pub(super) fn no_data(place: &Whereabouts) -> Problem {
    let demo = place.data_dir.join("demo");
    let demo = match Found::look(&demo) {
        Ok(Some(_)) => "; the demo has data, which --demo chooses",
        _ => "",
    };
    let folder = place.data_dir.display();
    Problem::new(format!("there is no data in {folder} yet: `serve` and `import` make it{demo}"))
}
