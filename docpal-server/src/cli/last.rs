//! The end of a PostgreSQL that a command started: who else uses it is waited for, with words.

use std::time::{Duration, Instant};

use docpal_core::embedded::{Found, Guarded};

use super::ending::Ending;
use super::problem::Problem;
use super::wait;

/// Who needs the server no longer than that is not worth a line.
const MOMENT: Duration = Duration::from_secs(1);
/// It is asked this often whether it is needed.
const PERIOD: Duration = Duration::from_millis(50);

/// Stops the server once nobody else uses it. A first signal says who does, a second one stops it all the same.
pub(super) async fn close(
    mut cluster: Guarded,
    ending: &Ending,
    found: Option<&Found>,
) -> Result<(), Problem> {
    let began = Instant::now();
    let (mut known, mut is_warned) = (None, false);
    let mut shown = Some(stopping());
    while !cluster.stop_if_alone().await? {
        shown = None;
        let users = users(found);
        if began.elapsed() > MOMENT && known.as_ref() != Some(&users) {
            super::note(&format!("waiting for {users}, which uses the server that this command started"));
            known = Some(users.clone());
        }
        tokio::select! {
            () = ending.told(2) => return stop(cluster).await,
            () = ending.told(1), if !is_warned => {
                super::note(&format!("{users} still uses the server; a second signal stops it all the same"));
                is_warned = true;
            }
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
    drop(shown);
    Ok(())
}

/// Stops the server, whoever uses it.
pub(super) async fn stop(cluster: Guarded) -> Result<(), Problem> {
    let _shown = stopping();
    Ok(cluster.stop().await?)
}

fn stopping() -> wait::Shown {
    wait::show("stopping PostgreSQL; a third signal ends it hard", wait::When::Later)
}

/// Who uses the server, as far as the system tells.
fn users(found: Option<&Found>) -> String {
    let ids: Vec<String> = found.map(Found::guests).unwrap_or_default().iter().map(u32::to_string).collect();
    match ids.as_slice() {
        [] => "another process".to_owned(),
        [one] => format!("process {one}"),
        more => format!("each of the processes {}", more.join(", ")),
    }
}
