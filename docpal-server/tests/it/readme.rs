//! The commands of the README that talk HTTP, run as they stand there.

use std::process::Command;

use serde_json::Value;

use super::program::{Folder, Running};

const PAGE: &str = include_str!("../../README.md");

/// The answers to the commands with this word, line by line.
fn run(folder: &Folder, server: &Running, word: &str, app: &str) -> Vec<Value> {
    let blocks = PAGE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.filter(|block| block.contains(word)).collect::<Vec<_>>();
    assert_eq!(commands.len(), 1, "{word}");
    let script = commands[0].replace("127.0.0.1:8080", &server.address.to_string());
    let mut shell = Command::new("sh");
    shell.args(["-euc", &script]).current_dir(folder.path("."));
    let done = shell.env("KEY", server.key()).env("APP", app).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{said}"))).collect()
}

/// Copied from the table into a URL, `types={"latitude":"number"}` got an empty answer.
#[test]
fn an_import_over_http_works_as_the_readme_has_it() {
    let folder = Folder::new();
    folder.file("restaurants.csv", "name,latitude\nLuna,52.1\nSol,n/a\nMar,-\nRio,not known\n");
    folder.file("first.csv", "a\n1\n");
    let server = Running::start(folder.program(&["serve"]));
    folder.run(&["import", "first.csv"]).ok();
    let apps = server.get("/api/apps", &server.key());
    let apps: Value = serde_json::from_str(apps.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let app = apps["data"][0]["id"].as_str().unwrap();
    let answers = run(&folder, &server, "--url-query", app);
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0]["report"]["columns"][1]["type"], "number", "{}", answers[0]);
    assert_eq!(answers[1]["rows"], 4, "{}", answers[1]);
    assert_eq!(answers[1]["table"]["name"], "Restaurants of the town");
    assert_eq!(answers[1]["table"]["fields"][1]["type"], "number");
}
