//! The commands that end by themselves.

use super::program::Folder;

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
        assert!(words.contains(&pair.to_vec()), "{pair:?} in {said}");
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
fn a_wrong_file_leaves_nothing_of_the_right_ones() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    folder.file("bad.csv", "a,b\n1,2\n3\n4,5,6\n");
    let said = folder.run(&["import", "orders.csv", "bad.csv"]).refused();
    assert!(said.contains("line 3, column 2 (b)") && said.contains("line 4, column 3"), "{said}");
    // A formula is looked at when its table is made, after the table before it.
    folder.file("lines.csv", LINES);
    let said = folder.run(&["import", "orders.csv", "lines.csv", "--formula", "t={price} *"]).refused();
    assert!(said.contains("nothing was imported"), "{said}");
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
    folder.file("docpal.toml", "");
    let said = folder.run(&["doctor", "--database-url", "postgres://ada:secret@127.0.0.1:1/x"]).refused();
    assert!(
        said.contains("cannot connect to postgres://ada@127.0.0.1:1/x") && !said.contains("secret"),
        "{said}"
    );
}
