//! The commands that serve.

use super::program::{Folder, Running};

#[test]
fn a_server_keeps_its_data_and_key_over_a_stop() {
    let folder = Folder::new();
    let mut first = Running::start(folder.program(&["serve"]));
    let key = first.said.split_whitespace().find(|word| word.starts_with("dpk_")).unwrap().to_owned();
    assert!(first.get("/api/apps", &key).starts_with("HTTP/1.1 200"));
    assert!(first.get("/api/apps", "dpk_wrong").starts_with("HTTP/1.1 401"));

    let port = first.address.to_string();
    let taken = folder.run(&["serve", "--listen", &port]).refused();
    assert!(taken.contains("is in use by another program"), "{taken}");
    let second = folder.run(&["serve", "--listen", "127.0.0.1:0"]).refused();
    assert!(second.contains("another DocPal process"), "{second}");

    assert!(first.stop());
    let mut command = folder.program(&["serve"]);
    command.env("DOCPAL_API_KEY", &key);
    let mut again = Running::start(command);
    assert!(!again.said.contains("dpk_"), "{}", again.said);
    assert!(again.get("/api/apps", &key).starts_with("HTTP/1.1 200"));
    assert!(again.stop());
}

#[test]
fn the_demo_shows_the_same_keys_at_every_start() {
    let folder = Folder::new();
    let keys = |said: &str| -> Vec<String> {
        said.split_whitespace().filter(|word| word.starts_with("dpk_")).map(str::to_owned).collect()
    };
    let mut first = Running::start(folder.program(&["demo"]));
    let owner = keys(&first.said);
    let apps = first.get("/api/apps", &owner[0]);
    assert!(apps.contains("Order book"), "{apps}");
    assert!(first.stop());
    let mut again = Running::start(folder.program(&["demo"]));
    assert_eq!(keys(&again.said), owner);
    assert!(again.stop());
}
