//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file.
pub(crate) struct File {
    /// The path from the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Is it in the sources of a crate, as opposed to its tests, benches and examples?
    pub(crate) fn is_in_src(&self) -> bool {
        self.path.starts_with("src/") || self.path.starts_with("docpal-") && self.path.contains("/src/")
    }

    /// Does it hold nothing but tests, benches or examples?
    pub(crate) fn is_test(&self) -> bool {
        let part = |part: &str| matches!(part, "tests" | "tests.rs" | "benches" | "examples" | "fuzz");
        self.path.split('/').any(part)
    }
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file at `path` from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file whose name ends in one of `endings`, in the order of the paths. Hidden folders, build folders (which
/// cargo marks with a CACHEDIR.TAG) and the data folder of the server are passed over.
pub(crate) fn files(endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                let passed_over = name.starts_with('.') || matches!(name, "target" | "docpal-data");
                if !passed_over && !path.join("CACHEDIR.TAG").exists() {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let from_root = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(File { path: from_root, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no file ends in any of {endings:?}");
    found
}
