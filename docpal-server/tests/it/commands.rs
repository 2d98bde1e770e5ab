//! The commands that end by themselves.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::program::{Folder, Running};

const ORDERS: &str = "id,customer,placed\n1,Ada,2026-01-31\n2,\"Bob, Ltd\",2026-02-01\n";
const LINES: &str = "order,price,quantity\n1,2.50,4\n1,10,1\n2,0.99,100\n";

#[test]
fn files_are_imported_with_types_and_exported_again() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    folder.file("lines.csv", LINES);
    let formula = "total={price} * {quantity}";
    let said =
        folder.run(&["import", "orders.csv", "lines.csv", "--formula", formula, "--type", "id=text"]).ok();
    assert!(said.contains("orders: 2 records") && said.contains("lines: 3 records"), "{said}");
    let words: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().collect()).collect();
    for pair in
        [["id", "text"], ["customer", "text"], ["placed", "date"], ["price", "number"], ["total", "formula"]]
    {
        assert!(words.iter().any(|words| words.starts_with(&pair)), "{pair:?} in {said}");
    }
    assert_eq!(folder.run(&["export", "orders"]).ok().replace("\r\n", "\n"), ORDERS);
    let lines = folder.run(&["export", "LINES", "--format", "ndjson"]).ok();
    assert_eq!(lines.lines().filter(|line| line.contains("\"total\":99")).count(), 1, "{lines}");
    assert!(folder.run(&["export", "ordres"]).refused().contains("there is no table `ordres`"));
    assert!(folder.run(&["export", "order"]).refused().contains("did you mean `orders`?"));
    assert!(folder.run(&["import", "orders.csv"]).refused().contains("[name_taken]"));
    assert!(folder.run(&["doctor"]).ok().contains("1 apps, 2 tables"));
    assert!(folder.run(&["migrate"]).ok().contains("up to date"));
}

#[test]
fn tables_are_listed_with_the_ids_that_the_api_takes() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    let made = folder.run(&["import", "orders.csv", "--app", "Sales"]).ok();
    let id = made.lines().next().and_then(|line| line.rsplit(' ').next()).unwrap().to_owned();
    assert_eq!(folder.run(&["tables"]).ok(), format!("{id}  Sales / orders\n"));
    assert_eq!(folder.run(&["tables", "--id", "Orders"]).ok(), format!("{id}\n"));
    assert!(folder.run(&["tables", "--id", "order"]).refused().contains("did you mean `orders`?"));
    assert!(folder.run(&["tables", "--app", "Sale"]).refused().contains("did you mean `Sales`?"));
    assert_eq!(folder.run(&["tables", "--app", "sales"]).ok(), format!("{id}  Sales / orders\n"));
}

#[test]
fn a_wrong_file_leaves_nothing_of_the_right_ones() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    folder.file("bad.csv", "a,b\n1,2\n3\n4,5,6\n");
    let said = folder.run(&["import", "orders.csv", "bad.csv"]).refused();
    assert!(said.contains("line 3, column 2 (b)") && said.contains("line 4, column 3"), "{said}");
    // That a formula needs itself is seen when its table is made, after the table before it.
    folder.file("lines.csv", LINES);
    let said = folder.run(&["import", "orders.csv", "lines.csv", "--formula", "t={price} * {t}"]).refused();
    assert!(said.contains("lines: nothing was imported") && said.contains("needs itself"), "{said}");
    let said = folder.run(&["import", "orders.csv", "lines.csv", "--formula", "t={prize} * 2"]).refused();
    assert!(said.contains("no file has all the columns"), "{said}");
    let said = folder.run(&["import", "orders.csv", "--type", "custmer=text"]).refused();
    assert!(said.contains("did you mean `customer`?"), "{said}");
    assert!(folder.run(&["export", "orders"]).refused().contains("there is no table"));
}

#[test]
fn a_formula_is_evaluated_or_its_fault_underlined() {
    let folder = Folder::new();
    let said = folder.run(&["formula", "{a} + LEN({b})", "--field", "a=0.5", "--field", "b=xyz"]).ok();
    assert_eq!(said, "3.5  (number)\n");
    let said = folder.run(&["formula", "{a} + 1", "--field", "b=1"]).refused();
    assert!(said.contains("unknown_field") && said.contains("^^^"), "{said}");
    assert!(folder.run(&["formula", "1 / 0"]).refused().contains("div_by_zero"));
    assert!(folder.run(&["formula", "=1+2"]).refused().contains("leave out the `=`"));
    // It was taken for a name of its own, and `a` did not exist.
    let said = folder.run(&["formula", "{a}", "--field", "a:switch="]).refused();
    assert!(said.contains("there is no type `switch`") && said.contains("bool (as a switch is)"), "{said}");
    assert_eq!(folder.run(&["formula", "{a:switch}", "--field", "a:switch=1"]).ok(), "1  (number)\n");
}

/// They were told in words of the parsers: "invalid character: found `k` at 0".
#[test]
fn wrong_words_for_a_key_are_told_with_the_right_ones() {
    let folder = Folder::new();
    for (arguments, expected) in [
        (["--role", "king"], "expected owner, admin, member or the id of a role"),
        (["--role", "admn"], "did you mean `admin`?"),
        (["--user", "bob"], "expected the id of a user"),
        (["--expires-at", "tomorrow"], "expected an instant as 2027-01-31T00:00:00Z"),
    ] {
        let done = folder.program(&["key", "new", "bob"]).args(arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.code() == Some(2) && said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn the_document_is_printed_without_a_database() {
    let said = Folder::new().run(&["openapi"]).ok();
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(document["paths"].as_object().unwrap().len() > 15);
}

#[test]
fn a_setting_that_means_nothing_is_refused() {
    let folder = Folder::new();
    folder.file("docpal.toml", "lisen = '127.0.0.1:80'\n");
    assert!(folder.run(&["doctor"]).refused().contains("lisen"));
}

#[test]
fn a_database_that_cannot_be_reached_is_told_with_its_cause() {
    let folder = Folder::new();
    let told = |url: &str| {
        let said = folder.run(&["doctor", "--database-url", url]).refused();
        assert!(!said.contains("secret"), "{said}");
        said
    };
    let said = told("postgres://ada:secret@127.0.0.1:1/x");
    assert!(
        said.contains("cannot connect to postgres://ada@127.0.0.1:1/x: connection refused at 127.0.0.1:1"),
        "{said}"
    );
    assert!(told("mysql://root:secret@127.0.0.1/x").contains("`mysql://`"));
    assert!(told("ada:secret@127.0.0.1").contains("postgres://"));
    assert!(told("postgres://ada:secret@nowhere.invalid/x").contains("nowhere.invalid"));
    // It takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap();
    let said = told(&format!("postgres://ada:secret@{at}/x"));
    assert!(said.contains(&format!("no answer from {at} within 3 seconds")), "{said}");
}

#[tokio::test]
async fn a_role_without_rights_is_told_what_is_missing() {
    let folder = Folder::new();
    let server = Running::start(folder.program(&["serve"]));
    let owner = folder.url();
    let superuser = owner.replace("docpal_owner@", "docpal@");
    let mut connection = PgConnection::connect(&superuser).await.unwrap();
    for text in ["CREATE ROLE weak LOGIN", "CREATE DATABASE bare"] {
        connection.execute(text).await.unwrap();
    }
    connection.close().await.unwrap();
    let weak = owner.replace("docpal_owner@", "weak@");
    let bare = weak.replace("/docpal?", "/bare?");
    let said = folder.run(&["migrate", "--database-url", &bare]).refused();
    assert!(
        said.contains("the role `weak`") && said.contains("GRANT CREATE ON DATABASE bare TO weak"),
        "{said}"
    );
    for arguments in [&["export", "orders"][..], &["doctor"], &["migrate"]] {
        let mut all = arguments.to_vec();
        all.extend(["--database-url", &weak]);
        let said = folder.run(&all).refused();
        assert!(
            said.contains("the role `weak`") || said.contains("permission denied"),
            "{arguments:?}: {said}"
        );
    }
    drop(server);
}

#[test]
fn addresses_and_folders_that_do_not_work_are_told() {
    let folder = Folder::new();
    let file = folder.file("file", "");
    let said = folder.run(&["migrate", "--data-dir", file.to_str().unwrap()]).refused();
    assert!(said.contains(file.to_str().unwrap()) && said.contains("not a directory"), "{said}");
    let said = folder.run(&["serve", "--listen", "198.51.100.1:0"]).refused();
    assert!(said.contains("cannot serve on 198.51.100.1:0"), "{said}");
    folder.file("docpal.toml", "listen = 'nonsense'\n");
    assert!(folder.run(&["serve"]).refused().contains("expected ADDR:PORT"));
}

#[test]
fn no_word_is_said_twice() {
    let folder = Folder::new();
    let said = folder.run(&["formula", "{a} +"]).refused();
    assert!(said.starts_with("error[expected_value]: "), "{said}");
    folder.file("orders.csv", ORDERS);
    for arguments in [
        &["import", "orders.csv", "--app", ""][..],
        &["import", "orders.csv", "--formula", "total={id} *"],
        &["import", "orders.csv", "--type", "id=switch"],
        &["migrate", "--database-url", "postgres://ada@127.0.0.1:1/x"],
    ] {
        let said = folder.run(arguments).refused();
        let mut lines: Vec<&str> = said.lines().collect();
        let all = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), all, "{arguments:?}: {said}");
        for line in lines.iter().filter(|line| line.contains(char::is_alphabetic)) {
            let half = line.split_at_checked(line.len() / 2).map_or(*line, |(half, _)| half);
            assert!(half.is_empty() || line.matches(half).count() == 1, "{arguments:?}: {said}");
        }
        assert!(!said.contains("error: error"), "{said}");
    }
}

// What was not committed is not kept, and the person who waits is told so.
#[tokio::test]
async fn an_import_that_is_interrupted_says_that_nothing_was_kept() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    let mut server = Running::start(folder.program(&["serve"]));
    let mut other = PgConnection::connect(&folder.url()).await.unwrap();
    let mut held = other.begin().await.unwrap();
    held.execute("LOCK TABLE docpal.apps IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut command = folder.program(&["import", "orders.csv"]);
    let mut import = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(import.stderr.take().unwrap());
    let mut first = String::new();
    said.read_line(&mut first).unwrap();
    assert!(first.starts_with("database: "), "{first}");
    let told = Command::new("kill").args(["-INT", &import.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(import.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("interrupted: nothing was imported"), "{rest}");
    held.rollback().await.unwrap();
    other.close().await.unwrap();
    assert!(folder.run(&["export", "orders"]).refused().contains("there is no table `orders`"));
    assert!(server.stop());
}
