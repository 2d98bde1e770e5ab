use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::*;

/// Serves the file `archive` of a folder as the release for this system, and `sha256` as its checksum. It ends with the
/// process.
fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let folder = folder.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &folder);
        }
    });
    url
}

fn answer(mut stream: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let asked = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let name = format!("/{VERSION}/postgresql-{VERSION}-{}.tar.gz", release::target().unwrap());
    let file = match asked.split(' ').nth(1).unwrap().strip_prefix(&name) {
        Some(".sha256") => Some("sha256"),
        Some("") => {
            let mut log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
            log.write_all(b"x").unwrap();
            Some("archive")
        }
        _ => None,
    };
    let (status, body) = match file.and_then(|file| fs::read(folder.join(file)).ok()) {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

/// An empty folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("docpal-download-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("cache")).unwrap();
        Self(folder)
    }

    /// Publishes an archive of these files (path, mode) with its checksum.
    fn release(&self, files: &[(&str, u32)]) -> String {
        let top = self.0.join("postgresql-17");
        for (path, mode) in files {
            let file = top.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, path).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(*mode)).unwrap();
        }
        std::os::unix::fs::symlink("libpq.so.5.17", top.join("libpq.so.5")).unwrap();
        let archive = self.0.join("archive");
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(&archive).arg("-C").arg(&self.0).arg("postgresql-17");
        assert!(tar.status().unwrap().success());
        self.publish_checksum();
        serve(&self.0)
    }

    /// As the releases do it: the sum and the name.
    fn publish_checksum(&self) {
        let sum = release::sum_of(&fs::read(self.0.join("archive")).unwrap());
        fs::write(self.0.join("sha256"), format!("{sum}  archive\n")).unwrap();
    }

    fn folder(&self) -> PathBuf {
        self.0.join("cache/postgresql-17.9.0")
    }

    /// What is in the cache, without the lock.
    fn cached(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.join("cache")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "postgresql-17.9.0.lock");
        names
    }

    fn downloads(&self) -> usize {
        fs::read(self.0.join("log")).unwrap_or_default().len()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn install_patiently(url: &str, folder: &Path) -> std::result::Result<(), EmbeddedError> {
    install(url, folder, Patience::default())
}

#[test]
fn a_release_with_the_right_checksum_is_unpacked_and_then_not_fetched_again() {
    let scratch = Scratch::new("good");
    let url = scratch.release(&[("bin/postgres", 0o755), ("lib/libpq.so.5.17", 0o644)]);
    install_patiently(&url, &scratch.folder()).unwrap();
    assert_eq!(fs::read_to_string(scratch.folder().join("bin/postgres")).unwrap(), "bin/postgres");
    assert_eq!(fs::read_link(scratch.folder().join("libpq.so.5")).unwrap(), Path::new("libpq.so.5.17"));
    assert_eq!(scratch.cached(), ["postgresql-17.9.0"]);
    install_patiently(&url, &scratch.folder()).unwrap();
    assert_eq!(scratch.downloads(), 1);
}

#[test]
fn every_user_can_read_the_programs_whatever_the_archive_says() {
    let scratch = Scratch::new("modes");
    let url = scratch.release(&[("bin/postgres", 0o4700), ("share/private/postgres.bki", 0o600)]);
    install_patiently(&url, &scratch.folder()).unwrap();
    for path in ["", "bin", "bin/postgres", "share/private"] {
        assert_eq!(mode(&scratch.folder().join(path)), 0o755, "{path}");
    }
    assert_eq!(mode(&scratch.folder().join("share/private/postgres.bki")), 0o644);
}

#[test]
fn another_checksum_is_refused_before_anything_is_unpacked() {
    let scratch = Scratch::new("forged");
    let url = scratch.release(&[("bin/postgres", 0o755)]);
    fs::write(scratch.0.join("sha256"), "0".repeat(64)).unwrap();
    let error = install_patiently(&url, &scratch.folder()).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    assert!(error.to_string().contains("its SHA-256 differs"), "{error}");
    assert!(scratch.cached().is_empty());
}

#[test]
fn a_release_without_a_checksum_is_refused() {
    let scratch = Scratch::new("bare");
    let url = scratch.release(&[("bin/postgres", 0o755)]);
    fs::remove_file(scratch.0.join("sha256")).unwrap();
    let error = install_patiently(&url, &scratch.folder()).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    assert!(error.to_string().contains("has no SHA-256"), "{error}");
    assert!(scratch.cached().is_empty());
}

#[test]
fn an_archive_that_is_broken_or_has_no_programs_leaves_nothing_behind() {
    let scratch = Scratch::new("broken");
    let url = scratch.release(&[("bin/psql", 0o755)]);
    let error = install_patiently(&url, &scratch.folder()).unwrap_err();
    assert!(error.to_string().contains("no bin/postgres"), "{error}");
    assert!(scratch.cached().is_empty());

    fs::write(scratch.0.join("archive"), "no archive").unwrap();
    scratch.publish_checksum();
    let error = install_patiently(&url, &scratch.folder()).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    assert!(error.to_string().contains("cannot unpack PostgreSQL"), "{error}");
    assert!(scratch.cached().is_empty());
}

#[test]
fn what_a_killed_process_left_is_replaced() {
    let scratch = Scratch::new("killed");
    let url = scratch.release(&[("bin/postgres", 0o755)]);
    fs::create_dir_all(scratch.0.join("cache/postgresql-17.9.0.new/postgresql/bin")).unwrap();
    fs::create_dir_all(scratch.folder().join("share")).unwrap();
    install_patiently(&url, &scratch.folder()).unwrap();
    assert!(is_installed(&scratch.folder()));
    assert!(!scratch.folder().join("share").exists());
    assert_eq!(scratch.cached(), ["postgresql-17.9.0"]);
}

#[test]
fn of_many_at_once_one_downloads_and_the_others_wait_for_it() {
    let scratch = Scratch::new("race");
    let url = scratch.release(&[("bin/postgres", 0o755)]);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| install_patiently(&url, &scratch.folder()).unwrap());
        }
    });
    assert_eq!(scratch.downloads(), 1);
    assert_eq!(scratch.cached(), ["postgresql-17.9.0"]);
}

#[test]
fn without_a_network_the_error_names_the_version_and_the_address() {
    let scratch = Scratch::new("silent");
    let patience = Patience { answer: Duration::from_millis(50), ..Patience::default() };
    // Takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let error = install(&url, &scratch.folder(), patience).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    let text = error.to_string();
    assert!(
        text.contains("PostgreSQL 17.9.0") && text.contains(&url) && text.contains("no answer"),
        "{text}"
    );
    drop(silent);
    let error = install_patiently(&url, &scratch.folder()).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    assert!(scratch.cached().is_empty());
}

#[tokio::test]
async fn the_client_works_inside_a_runtime() {
    let scratch = Scratch::new("client");
    let url = scratch.release(&[("bin/postgres", 0o755)]);
    install_patiently(&url, &scratch.folder()).unwrap();
    assert!(is_installed(&scratch.folder()));
}

#[test]
fn a_client_for_https_can_be_made() {
    let scratch = Scratch::new("https");
    // It takes the connection and ends it: the client has come to its certificates then.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(drop));
    let error = install_patiently(&url, &scratch.folder()).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
}

#[test]
fn data_of_another_version_is_refused_before_any_download() {
    assert!(VERSION.starts_with(&format!("{MAJOR}.")));
    let owner = Owner::choose(Path::new("/"), Path::new("/none")).unwrap();
    let error = fetch(owner, Some(15)).unwrap_err();
    assert!(error.to_string().contains("the data needs 15"), "{error}");
}
