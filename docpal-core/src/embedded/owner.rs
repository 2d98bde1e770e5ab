//! Which user runs PostgreSQL, which refuses to run as root.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{EmbeddedError, EmbeddedErrorKind};

/// The user that runs PostgreSQL and owns its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    gid: u32,
    /// True if this process is root and its children must change to `uid`.
    drops: bool,
}

/// Accounts that root prefers, in this order, for a new cluster.
const ACCOUNTS: [&str; 3] = ["docpal", "postgres", "nobody"];
/// `nobody` on systems whose `/etc/passwd` does not list it.
const NOBODY: (u32, u32) = (65534, 65534);
/// Prints the first of its arguments that is not reachable.
const REACH: &str = r#"for d; do [ -x "$d" ] || { printf %s "$d"; exit 1; }; done"#;

impl Owner {
    /// The owner for a cluster whose files are, or will be, in `data` under `data_dir`.
    pub(crate) fn choose(data_dir: &Path, data: &Path) -> Result<Self, EmbeddedError> {
        let existing = fs::metadata(data).ok().map(|found| (found.uid(), found.gid()));
        let me = rustix::process::geteuid();
        if !me.is_root() {
            return Self::ordinary(me.as_raw(), data, existing);
        }
        let (uid, gid) = match existing {
            Some((0, _)) => {
                let message = format!(
                    "{} belongs to root, but PostgreSQL does not run as root; give it to another user, e.g. `chown \
                     -R postgres: {}`",
                    data.display(),
                    data.display()
                );
                return Err(EmbeddedError::new(EmbeddedErrorKind::Permission, message));
            }
            Some(ids) => ids,
            None => fs::metadata(data_dir)
                .ok()
                .map(|found| (found.uid(), found.gid()))
                .filter(|(uid, _)| *uid != 0)
                .unwrap_or_else(account),
        };
        Ok(Self { uid, gid, drops: true })
    }

    fn ordinary(me: u32, data: &Path, existing: Option<(u32, u32)>) -> Result<Self, EmbeddedError> {
        if let Some((uid, _)) = existing.filter(|(uid, _)| *uid != me) {
            let message = format!(
                "{} belongs to user {uid} and this process runs as user {me}; run as user {uid} or as root, or choose \
                 another data folder",
                data.display()
            );
            return Err(EmbeddedError::new(EmbeddedErrorKind::Permission, message));
        }
        Ok(Self { uid: me, gid: rustix::process::getegid().as_raw(), drops: false })
    }

    /// True if this process runs as root and PostgreSQL as somebody else.
    pub(crate) fn is_dropped(self) -> bool {
        self.drops
    }

    /// A command that runs as the owner, with a clean environment and no part in the terminal's signals.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin").env("LC_ALL", "C");
        for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.current_dir("/").stdin(Stdio::null()).process_group(0);
        if self.drops {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Hands a file or folder that this process made to the owner (never through a symbolic link).
    pub(crate) fn give(self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.drops {
            return Ok(());
        }
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
            .map_err(|source| EmbeddedError::io("change the owner of", path, source))
    }

    /// Hands an open file to the owner.
    pub(crate) fn give_file(self, file: &File) -> io::Result<()> {
        if !self.drops {
            return Ok(());
        }
        std::os::unix::fs::fchown(file, Some(self.uid), Some(self.gid))
    }

    /// Checks that the owner can enter `folder` and all folders above it.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::Permission`] with the first folder that is closed.
    pub(crate) fn check_reach(self, folder: &Path) -> Result<(), EmbeddedError> {
        if !self.drops {
            return Ok(());
        }
        let mut folders: Vec<&Path> = folder.ancestors().collect();
        folders.reverse();
        let output =
            self.command(Path::new("/bin/sh")).args(["-c", REACH, "sh"]).args(folders).output().map_err(
                |source| EmbeddedError::with(EmbeddedErrorKind::Permission, self.cannot_become(), source),
            )?;
        if output.status.success() {
            return Ok(());
        }
        let message = format!(
            "PostgreSQL does not run as root, and user {}, which would run it, cannot enter {} on the way to {}; \
             choose a data folder outside, e.g. --data-dir /var/lib/docpal, or open that folder with `chmod o+x`",
            self.uid,
            String::from_utf8_lossy(&output.stdout),
            folder.display()
        );
        Err(EmbeddedError::new(EmbeddedErrorKind::Permission, message))
    }

    fn cannot_become(self) -> String {
        format!(
            "PostgreSQL does not run as root, and this process cannot start a program as user {}",
            self.uid
        )
    }
}

fn account() -> (u32, u32) {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ACCOUNTS.iter().find_map(|name| entry(&passwd, name)).unwrap_or(NOBODY)
}

/// The user and group id of `name` in the text of a passwd file; never root's.
fn entry(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passwd_entry_is_found_by_its_whole_name_and_root_is_never_taken() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgresql:x:7:7::/:/bin/sh\npostgres:x:101:104:a,b:/var:/bin/sh\n\
                      docpal:x:0:0::/:/bin/sh\nbroken\n";
        assert_eq!(entry(passwd, "postgres"), Some((101, 104)));
        assert_eq!(entry(passwd, "docpal"), None);
        assert_eq!(entry(passwd, "broken"), None);
        assert_eq!(entry("", "nobody"), None);
    }
}
