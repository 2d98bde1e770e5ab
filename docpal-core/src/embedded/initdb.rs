//! The first start: a new cluster.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;

use rustix::process::Signal;

use super::binaries::Binaries;
use super::home::{Home, make_dir};
use super::log::full_disk;
use super::process::signal_group;
use super::{Durability, EmbeddedError, EmbeddedErrorKind, Halt, ROLE};

/// Makes the cluster unless there is one. It is made beside its final place and moved there when it is complete, so
/// that a kill in the middle leaves nothing that looks like a cluster.
pub(crate) fn ensure_data(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    halt: &Halt,
) -> Result<(), EmbeddedError> {
    if home.version()?.is_some() {
        return Ok(());
    }
    let data = home.data();
    if fs::read_dir(&data).is_ok_and(|mut entries| entries.next().is_some()) {
        let message =
            format!("{} is not empty, but it is not a PostgreSQL cluster; move it away", data.display());
        return Err(EmbeddedError::new(EmbeddedErrorKind::Init, message));
    }
    let unfinished = home.unfinished_data();
    let attempts = locales(binaries.version);
    for (index, locale) in attempts.iter().enumerate() {
        fresh_dir(home, &unfinished)?;
        match run(home, binaries, durability, locale, halt) {
            Ok(()) => break,
            // A system without this locale refuses at once; the last attempt works everywhere.
            Err(error) if index + 1 < attempts.len() && error.to_string().contains("locale") => {}
            Err(error) => {
                let _ = fs::remove_dir_all(&unfinished);
                return Err(error);
            }
        }
    }
    fs::rename(&unfinished, &data)
        .map_err(|source| EmbeddedError::io("move the new cluster to", &data, source))
}

/// Order by code point everywhere (fast, and the same on every machine); upper and lower case know all letters.
fn locales(version: u32) -> Vec<Vec<&'static str>> {
    let mut attempts = Vec::new();
    if version >= 17 {
        let builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
        attempts.push([&builtin[..], &["--lc-ctype=C.UTF-8"]].concat());
        attempts.push(builtin.to_vec());
    }
    for name in ["--lc-ctype=C.UTF-8", "--lc-ctype=en_US.UTF-8", "--lc-ctype=C"] {
        attempts.push(vec![name]);
    }
    attempts
}

fn run(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    locale: &[&str],
    halt: &Halt,
) -> Result<(), EmbeddedError> {
    let mut command = home.owner.command(&binaries.initdb());
    command.arg("-D").arg(home.unfinished_data()).args(["-U", ROLE, "-E", "UTF8", "--auth=trust"]);
    command.args(["--no-instructions", "--locale=C"]).args(locale);
    // The message catalogue and LC_ALL would win over the options.
    command.env_remove("LC_ALL");
    command.arg(match durability {
        Durability::Durable => "--data-checksums",
        Durability::Fast => "--no-sync",
    });
    let failed = |source| EmbeddedError::io("run", &binaries.initdb(), source);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let stderr = child.stderr.take();
    let said = thread::spawn(move || {
        let mut said = Vec::new();
        // What was read until then is what there is to tell.
        let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut said));
        said
    });
    let status = end_of(&mut child, halt).map_err(failed)?.ok_or_else(EmbeddedError::halted)?;
    if status.success() {
        return Ok(());
    }
    let said = said.join().unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let message = format!(
        "{}{} could not make a cluster ({status}): {}",
        full_disk(&said, &home.data()),
        binaries.initdb().display(),
        said.trim()
    );
    Err(EmbeddedError::new(EmbeddedErrorKind::Init, message))
}

/// How a child ended; `None` when it was ended because of `halt`, with all that it had started.
fn end_of(child: &mut Child, halt: &Halt) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if halt.is_told() {
            signal_group(child.id(), Signal::KILL);
            child.wait()?;
            return Ok(None);
        }
        sleep(Duration::from_millis(2));
    }
}

/// An `initdb` whose parent was killed may still be writing here for a moment.
fn fresh_dir(home: &Home, folder: &Path) -> Result<(), EmbeddedError> {
    for _ in 0..100 {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                sleep(Duration::from_millis(20))
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(EmbeddedError::io("remove the unfinished", folder, error));
            }
            _ => break,
        }
    }
    make_dir(folder, 0o700)?;
    home.owner.give(folder)
}
