//! Where data goes, and that nothing makes any that only looks.

use std::process::{Output, Stdio};

use super::program::{Folder, Running, until};

const ORDERS: &str = "id,customer\n1,Ada\n2,Bob\n";

#[test]
fn what_only_looks_makes_nothing() {
    let folder = Folder::new();
    for arguments in [
        &["export", "orders"][..],
        &["key", "list"],
        &["key", "new", "mine"],
        &["key", "revoke", "5f0c7f7e-6a1d-4d0b-9f8e-2b8f3a4c5d6e"],
        &["psql"],
        &["psql", "--url"],
        &["tables"],
    ] {
        let said = folder.run(arguments).refused();
        assert!(said.contains("there is no data in") && said.contains("/data yet"), "{arguments:?}: {said}");
    }
    let said = folder.run(&["doctor"]).ok();
    assert!(said.contains("none yet") && said.contains("for a new cluster"), "{said}");
    assert!(!folder.path("data").exists(), "a folder was made");
}

#[test]
fn the_home_folder_says_where_data_goes_for_root_too() {
    let folder = Folder::new();
    let home = folder.path("home");
    let said = |variable: &str| {
        let mut command = folder.program(&["doctor"]);
        command.env_remove("DOCPAL_DATA_DIR").env_remove("XDG_DATA_HOME").env(variable, &home);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let at = |path: &str| home.join(path).display().to_string();
    assert!(said("HOME").contains(&format!("Data folder      {}\n", at(".local/share/docpal"))));
    assert!(said("XDG_DATA_HOME").contains(&format!("Data folder      {}\n", at("docpal"))));
    assert!(!home.exists());
}

#[test]
fn a_database_without_docpal_stays_so_when_it_is_looked_at() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    folder.run(&["import", "orders.csv"]).ok();
    let server = Running::start(folder.program(&["serve"]));
    let url = folder.url();
    let psql = |text: &str| folder.run(&["psql", "--", "-Atc", text]).ok();
    psql("CREATE SCHEMA other");
    // Another database of the same PostgreSQL, as somebody else's.
    let other = url.replace("/docpal?", "/postgres?");
    for command in [&["doctor"][..], &["export", "orders"], &["key", "list"]] {
        let mut all = command.to_vec();
        all.extend(["--database-url", &other]);
        let said = folder.run(&all).refused();
        assert!(said.contains("no tables of DocPal yet"), "{said}");
    }
    // A schema of an older version, and one of a newer.
    psql("DELETE FROM docpal.migrations WHERE version = (SELECT max(version) FROM docpal.migrations)");
    let said = folder.run(&["export", "orders"]).refused();
    assert!(said.contains("an older DocPal") && said.contains("`docpal-server migrate`"), "{said}");
    psql("INSERT INTO docpal.migrations (version, name) VALUES (9999, 'later')");
    let said = folder.run(&["export", "orders"]).refused();
    assert!(said.contains("a newer DocPal") && said.contains("9999"), "{said}");
    drop(server);
}

#[test]
fn commands_beside_a_server_use_its_data() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    let mut server = Running::start(folder.program(&["serve"]));
    let key = server.key();
    let said = folder.run(&["import", "orders.csv"]);
    assert!(said.ok().contains("orders: 2 records"));
    assert!(said.log().contains("which another DocPal runs"), "{}", said.log());
    assert!(server.get("/api/apps", &key).contains("Imported"));
    assert_eq!(folder.run(&["export", "orders"]).ok().replace("\r\n", "\n"), ORDERS);

    let new = folder.run(&["key", "new", "second"]).ok();
    assert!(server.get("/api/apps", new.trim()).starts_with("HTTP/1.1 200"));
    let list = folder.run(&["key", "list"]).ok();
    let line = list.lines().find(|line| line.contains("second")).unwrap();
    folder.run(&["key", "revoke", line.split_whitespace().next().unwrap()]).ok();
    until("the key is refused", || server.get("/api/apps", new.trim()).starts_with("HTTP/1.1 401"));

    let said = folder.run(&["doctor"]).ok();
    for part in ["runs (process id", "started by DocPal", "psql 'postgres://", "MiB", "made 20", "1 tables"] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    let one = folder.run(&["psql", "--", "-Atc", "SELECT count(*) FROM docpal.companies"]).ok();
    assert_eq!(one, "1\n");
    assert_eq!(folder.run(&["psql", "--url"]).ok().trim(), folder.url());
    assert!(server.stop());
    assert!(folder.run(&["psql", "--url"]).refused().contains("does not run"));
    // Whoever has lost the key is told what to do.
    let again = Running::start(folder.program(&["serve"]));
    assert!(again.said.contains("docpal-server key new"), "{}", again.said);
}

#[test]
fn the_demo_has_data_of_its_own_and_commands_find_it() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    let mut command = folder.program(&["demo"]);
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
    let demo = Running::start(command);
    assert!(folder.path("data/demo/postgres/data").exists() && !folder.path("data/postgres").exists());
    // There is no other data: commands use the demo, and say so.
    let said = folder.run(&["export", "Customers"]);
    assert!(said.ok().lines().count() > 5);
    assert!(said.log().contains("this is the demo"), "{}", said.log());
    folder.run(&["import", "orders.csv"]).ok();
    assert!(demo.get("/api/apps", &demo.key()).contains("Imported"));
    // Once there is, they use that, and the demo where they are told.
    let own = Running::start(folder.program(&["serve"]));
    let said = folder.run(&["export", "Customers"]).refused();
    assert!(said.contains("a demo runs, too; --demo uses its data"), "{said}");
    assert!(folder.run(&["export", "Customers", "--demo"]).ok().lines().count() > 5);
    drop(own);
}

#[test]
fn two_commands_at_once_share_one_postgresql() {
    let folder = Folder::new();
    folder.file("one.csv", ORDERS);
    folder.file("two.csv", ORDERS);
    let all = ["one.csv", "two.csv", "one.csv"].map(|file| {
        let mut command = folder.program(&["import", file]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    let [one, two, again] = all.map(|child| child.wait_with_output().unwrap());
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(two.status.success(), "{}", said(&two));
    // Two imports of one name: one of them is refused, whichever was later.
    let (kept, refused) = if one.status.success() { (one, again) } else { (again, one) };
    assert!(kept.status.success(), "{}", said(&kept));
    assert!(said(&refused).contains("[name_taken]"), "{}", said(&refused));
    for table in ["one", "two"] {
        assert_eq!(folder.run(&["export", table]).ok().replace("\r\n", "\n"), ORDERS, "{table}");
    }
}

// The driver repeated each parameter that it did not know, with its value; `doctor` an address without slashes.
#[test]
fn no_secret_of_a_database_url_is_repeated() {
    let folder = Folder::new();
    let urls = [
        (
            "postgres://ada:S3cretPw@127.0.0.1:1/x?sslpassword=S3cretPw&sslmod=S3cretPw",
            "`sslpassword`, `sslmod`",
        ),
        ("postgres:ada:S3cretPw", "has no `postgres://`"),
        ("postgres://ada:S3cretPw", "cannot be read"),
        ("S3cretPw", "has no `postgres://`"),
    ];
    for (url, words) in urls {
        for arguments in [&["doctor"][..], &["key", "list"], &["migrate"]] {
            let done = folder.program(arguments).env("DATABASE_URL", url).output().unwrap();
            let said = [done.stdout, done.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(!done.status.success() && !said.contains("S3cretPw"), "{arguments:?}: {said}");
            assert!(said.contains(words), "{arguments:?}: {said}");
        }
    }
    folder.file("docpal.toml", "database_url = postgres://ada:S3cretPw@db/x\n");
    let refused = folder.run(&["doctor"]).refused();
    assert!(!refused.contains("S3cretPw") && refused.contains("docpal.toml, line 1: "), "{refused}");
}
