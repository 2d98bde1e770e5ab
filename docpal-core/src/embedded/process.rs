//! What is known about another process: alive, and really a PostgreSQL of this data folder?

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::process::{Pid, Signal};

/// A running PostgreSQL server, as far as can be told from outside.
///
/// A process id in a stale file may belong to nobody, to a zombie (a container's first process may never reap it), or
/// to an unrelated program that got the number later; none of these counts.
pub(super) fn is_server_of(pid: u32, data: &Path, socket: &Path) -> bool {
    match Proc::read(pid) {
        Proc::Absent => false,
        Proc::Unknown => exists(pid) && answers(socket),
        Proc::Found { state, name } => {
            if matches!(state, 'Z' | 'X' | 'x') || !(name.contains("postgres") || name.contains("postmaster"))
            {
                return false;
            }
            // Root without the right to trace (an ordinary container) may not read it.
            works_in(pid, data).unwrap_or_else(|| answers(socket))
        }
    }
}

/// The processes of PostgreSQL that work in this data folder, where the system tells.
pub(super) fn servers_of(data: &Path) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| match Proc::read(*pid) {
            Proc::Found { state, name } => {
                !matches!(state, 'Z' | 'X' | 'x')
                    && (name.contains("postgres") || name.contains("postmaster"))
                    && works_in(*pid, data) == Some(true)
            }
            Proc::Absent | Proc::Unknown => false,
        })
        .collect()
}

/// Is this the working folder of the process? `None` if that cannot be told.
fn works_in(pid: u32, data: &Path) -> Option<bool> {
    let (cwd, data) = (fs::metadata(format!("/proc/{pid}/cwd")).ok()?, fs::metadata(data).ok()?);
    Some(cwd.dev() == data.dev() && cwd.ino() == data.ino())
}

/// True while the process runs; a zombie does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    match Proc::read(pid) {
        Proc::Absent => false,
        Proc::Unknown => exists(pid),
        Proc::Found { state, .. } => !matches!(state, 'Z' | 'X' | 'x'),
    }
}

/// Sends a signal; a process that is gone is no error.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = raw(pid) {
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Sends a signal to a process and all that it started, which are a group of their own.
pub(super) fn signal_group(leader: u32, signal: Signal) {
    if let Some(leader) = raw(leader) {
        let _ = rustix::process::kill_process_group(leader, signal);
    }
}

fn answers(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok()
}

fn exists(pid: u32) -> bool {
    raw(pid).is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn raw(pid: u32) -> Option<Pid> {
    // 0 and 1 are never a server: 0 would mean a whole process group.
    i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw)
}

/// What `/proc/<pid>/stat` says.
#[derive(Debug, PartialEq, Eq)]
enum Proc {
    Absent,
    /// This system has no such file.
    Unknown,
    Found {
        state: char,
        name: String,
    },
}

impl Proc {
    fn read(pid: u32) -> Self {
        if !Path::new("/proc/self/stat").exists() {
            return Self::Unknown;
        }
        match fs::read(format!("/proc/{pid}/stat")) {
            Ok(bytes) => Self::parse(&String::from_utf8_lossy(&bytes)).unwrap_or(Self::Unknown),
            Err(_) => Self::Absent,
        }
    }

    /// `pid (name) state ...`; the name may contain spaces and parentheses.
    fn parse(stat: &str) -> Option<Self> {
        let (head, tail) = stat.rsplit_once(')')?;
        let (_, name) = head.split_once('(')?;
        Some(Self::Found { state: tail.trim_start().chars().next()?, name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_confuse_the_state() {
        let found = Proc::parse("7 (a) Z (b) S 1 7 7").unwrap();
        assert_eq!(found, Proc::Found { state: 'S', name: "a) Z (b".to_owned() });
        assert_eq!(Proc::parse("7"), None);
    }

    #[test]
    fn this_process_is_alive_and_no_server() {
        let me = std::process::id();
        assert!(is_alive(me));
        assert!(!is_server_of(me, Path::new("/"), Path::new("/nowhere")));
        assert!(!is_alive(u32::MAX));
    }
}
