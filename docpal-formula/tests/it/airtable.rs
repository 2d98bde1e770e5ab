//! Formulas as people write them, with the values they expect.

use docpal_formula::{Type, Value};

use crate::support::{Field, outcome};

/// One record of a made-up order table.
fn order() -> Vec<Field> {
    vec![
        Field::number("Price", "19.99"),
        Field::number("Quantity", "3"),
        Field::number("Discount", "0.15"),
        Field::number("Tax Rate", "0.19"),
        Field::number("Paid", ""),
        Field::number("Hours", "7.75"),
        Field::number("Score", "87"),
        Field::number("Stock", "4"),
        Field::text("First Name", "Ada"),
        Field::text("Last Name", "Lovelace"),
        Field::text("Middle Name", ""),
        Field::text("Email", "ada.lovelace@example.co.uk"),
        Field::text("Phone", "(030) 123-456"),
        Field::text("Status", "In progress"),
        Field::text("Country", "DE"),
        Field::text("SKU", "AB-1234-XL"),
        Field::text("Notes", "Call back on 2024-03-05, ask for #4711"),
        Field::text("Amount Text", "€1,249.50"),
        Field::text("Name", "  ada   lovelace "),
        Field::text("URL", "https://example.com/shop/item?id=42"),
        Field::date("Due", "2024-03-15"),
        Field::date("Birthday", "1990-12-10"),
        Field::date("Start", "2024-02-26"),
        Field::date("End", "2024-03-08"),
        Field::date("Completed", ""),
        Field::datetime("Created", "2024-02-26T09:15:00Z"),
        Field::datetime("Shipped", "2024-02-28T17:45:00Z"),
        Field::new("Done", Type::Bool, Value::from(true)),
        Field::new("Archived", Type::Bool, Value::from(false)),
        Field::new("Tags", Type::list(Type::Text), Value::from(vec!["new", "sale", "new"])),
        Field::new("Line Totals", Type::list(Type::Number), Value::from(vec![10, 20, 30])),
    ]
}

fn check(rows: &[(&str, &str)]) {
    let fields = order();
    for (source, expected) in rows {
        assert_eq!(outcome(source, &fields), *expected, "{source}");
    }
}

#[test]
fn invoices() {
    check(&[
        ("{Price} * {Quantity}", "59.97"),
        ("Price * Quantity * (1 - Discount)", "50.9745"),
        ("ROUND({Price} * {Quantity} * (1 - {Discount}) * (1 + {Tax Rate}), 2)", "60.66"),
        ("{Price} * {Quantity} - {Paid}", "59.97"),
        ("IF({Paid} >= {Price} * {Quantity}, \"paid\", \"open\")", "open"),
        ("IF({Paid} = BLANK(), \"nothing paid\", {Paid} & \" paid\")", "nothing paid"),
        ("TEXT({Price} * {Quantity}, \"$#,##0.00\")", "$59.97"),
        ("\"INV-\" & REPT(\"0\", 5 - LEN({Quantity} & \"\")) & {Quantity}", "INV-00003"),
        ("\"INV-\" & PAD_LEFT({Quantity} & \"\", 5, \"0\")", "INV-00003"),
        ("VALUE({Amount Text}) * 2", "2499"),
        ("SUM({Line Totals}) * (1 + 19%)", "71.4"),
        ("AVERAGE({Line Totals})", "20"),
        ("MAX({Line Totals}) - MIN({Line Totals})", "20"),
        ("COUNTA({Tags}) & \" tags\"", "3 tags"),
        ("IF({Quantity} > 2, {Price} * 0.9, \"\")", "17.991"),
        ("CEILING({Hours}, 0.5) * 80", "640"),
        ("FLOOR({Score} / 10) * 10 & \"s\"", "80s"),
        ("INT({Hours}) & \":\" & RIGHT(\"0\" & ROUND(MOD({Hours}, 1) * 60, 0), 2)", "7:45"),
    ]);
}

#[test]
fn due_dates() {
    check(&[
        ("DATETIME_DIFF({Due}, TODAY(), 'days')", "15"),
        ("IF(AND({Due} < TODAY(), NOT({Done})), \"overdue\", \"ok\")", "ok"),
        (
            "IF(IS_BEFORE({Due}, TODAY()), \"late\", \"in \" & DATETIME_DIFF({Due}, TODAY(), 'd') & \" days\")",
            "in 15 days",
        ),
        ("DATEADD({Due}, 30, 'days')", "2024-04-14"),
        ("DATEADD({Start}, {Quantity}, 'months')", "2024-05-26"),
        ("DATETIME_FORMAT({Due}, 'MMMM D, YYYY')", "March 15, 2024"),
        ("DATETIME_FORMAT({Due}, 'DD/MM/YYYY')", "15/03/2024"),
        ("DATETIME_FORMAT(SET_TIMEZONE({Shipped}, 'Europe/Berlin'), 'ddd HH:mm')", "Wed 18:45"),
        ("DATESTR({Created}) & \" \" & TIMESTR({Created})", "2024-02-26 09:15:00"),
        ("DATETIME_DIFF({Shipped}, {Created}, 'hours')", "56"),
        ("ROUND(DATETIME_DIFF({Shipped}, {Created}, 'minutes') / 60, 1) & \" h\"", "56.5 h"),
        ("IF({Completed}, \"done \" & DATESTR({Completed}), \"open\")", "open"),
        ("\"Q\" & ROUNDUP(MONTH({Due}) / 3, 0) & \" \" & YEAR({Due})", "Q1 2024"),
        ("YEAR({Due}) & \"-W\" & WEEKNUM({Due})", "2024-W11"),
        (
            "SWITCH(WEEKDAY({Due}), 0, \"Sun\", 1, \"Mon\", 2, \"Tue\", 3, \"Wed\", 4, \"Thu\", 5, \"Fri\", 6, \"Sat\")",
            "Fri",
        ),
        ("IF(OR(WEEKDAY({Due}) = 0, WEEKDAY({Due}) = 6), \"weekend\", \"weekday\")", "weekday"),
        ("IS_SAME({Created}, {Shipped}, 'month')", "true"),
        ("EOMONTH({Start}, 0)", "2024-02-29"),
        ("IF({Start} = '2024-02-26', 'kick-off', '')", "kick-off"),
        ("FROMNOW({Created})", "3 days ago"),
    ]);
}

#[test]
fn working_days() {
    check(&[
        ("WORKDAY({Start}, 10)", "2024-03-11"),
        ("WORKDAY({Start}, 10, '2024-03-01, 2024-03-04')", "2024-03-13"),
        ("WORKDAY_DIFF({Start}, {End})", "10"),
        ("WORKDAY_DIFF({Start}, {End}, '2024-03-01') & \" days\"", "9 days"),
        ("WORKDAY({Due}, -5)", "2024-03-08"),
    ]);
}

#[test]
fn ages() {
    check(&[
        ("DATETIME_DIFF(TODAY(), {Birthday}, 'years')", "33"),
        ("IF(DATETIME_DIFF(TODAY(), {Birthday}, 'years') >= 18, \"adult\", \"minor\")", "adult"),
        ("DATEADD({Birthday}, DATETIME_DIFF(TODAY(), {Birthday}, 'years') + 1, 'years')", "2024-12-10"),
    ]);
}

#[test]
fn names_and_addresses() {
    check(&[
        ("{First Name} + ' ' + {Last Name}", "Ada Lovelace"),
        (
            "{First Name} & \" \" & IF({Middle Name}, {Middle Name} & \" \", \"\") & {Last Name}",
            "Ada Lovelace",
        ),
        ("LEFT({First Name}, 1) & LEFT({Last Name}, 1)", "AL"),
        ("UPPER(LEFT({Last Name}, 3)) & \"-\" & LEN({First Name})", "LOV-3"),
        ("{Last Name} & \", \" & {First Name}", "Lovelace, Ada"),
        ("RIGHT({Email}, LEN({Email}) - FIND(\"@\", {Email}))", "example.co.uk"),
        ("MID({Email}, FIND('@', {Email}) + 1, LEN({Email}))", "example.co.uk"),
        ("LEFT({Email}, FIND('@', {Email}) - 1)", "ada.lovelace"),
        ("REGEX_EXTRACT({Email}, \"@(.+)$\")", "example.co.uk"),
        ("PROPER(SUBSTITUTE(LEFT({Email}, FIND('@', {Email}) - 1), \".\", \" \"))", "Ada Lovelace"),
        ("TRIM({Name})", "ada   lovelace"),
        ("PROPER(REGEX_REPLACE(TRIM({Name}), \"\\\\s+\", \" \"))", "Ada Lovelace"),
        ("REGEX_REPLACE({Phone}, \"[^0-9]\", \"\")", "030123456"),
        ("IF(REGEX_MATCH({Email}, \"^[^@ ]+@[^@ ]+[.][a-z.]+$\"), \"valid\", \"invalid\")", "valid"),
        ("SUBSTITUTE(SUBSTITUTE({Phone}, \"(\", \"\"), \")\", \"\")", "030 123-456"),
        ("ENCODE_URL_COMPONENT({First Name} & \" & \" & {Last Name})", "Ada%20%26%20Lovelace"),
        ("\"mailto:\" & LOWER({Email})", "mailto:ada.lovelace@example.co.uk"),
        ("REGEX_EXTRACT({URL}, \"id=([0-9]+)\")", "42"),
        ("SPLIT_PART({SKU}, \"-\", 2)", "1234"),
        ("VALUE(MID({SKU}, 4, 4)) + 1", "1235"),
        ("REGEX_EXTRACT({Notes}, \"#([0-9]+)\")", "4711"),
        ("DATETIME_PARSE(REGEX_EXTRACT({Notes}, \"[0-9]{4}-[0-9]{2}-[0-9]{2}\")) = '2024-03-05'", "true"),
        ("IF(SEARCH(\"call\", {Notes}), \"follow up\")", "follow up"),
        ("IF(FIND(\"call\", {Notes}), \"follow up\", \"-\")", "-"),
    ]);
}

#[test]
fn status_labels() {
    check(&[
        ("SWITCH({Status}, \"Todo\", \"⚪\", \"In progress\", \"🟡\", \"Done\", \"🟢\", \"❓\")", "🟡"),
        ("IF({Status} = \"Done\", \"🟢\", IF({Status} = \"In progress\", \"🟡\", \"⚪\"))", "🟡"),
        ("IF({Score} >= 90, \"A\", IF({Score} >= 80, \"B\", IF({Score} >= 70, \"C\", \"F\")))", "B"),
        ("IFS({Score} >= 90, \"A\", {Score} >= 80, \"B\", TRUE, \"F\")", "B"),
        ("IF({Done}, \"✅ \" & {Status}, {Status})", "✅ In progress"),
        ("IF(AND({Done}, !{Archived}), 1, 0)", "1"),
        ("IF(XOR({Done}, {Archived}), \"one\", \"none or both\")", "one"),
        ("REPT(\"★\", ROUND({Score} / 20, 0)) & REPT(\"☆\", 5 - ROUND({Score} / 20, 0))", "★★★★☆"),
        ("REPT(\"▓\", INT({Score} / 10)) & \" \" & {Score} & \"%\"", "▓▓▓▓▓▓▓▓ 87%"),
        ("IF({Stock} <= 5, IF({Stock} = 0, \"sold out\", \"low\"), \"in stock\")", "low"),
        ("IF({Country} = \"DE\", \"Germany\", {Country})", "Germany"),
        ("ARRAYJOIN(ARRAYUNIQUE({Tags}), \" / \")", "new / sale"),
        ("IF(INCLUDES({Tags}, \"sale\"), \"on sale\", \"\")", "on sale"),
        ("{Tags} & \"\"", "new, sale, new"),
        ("IFERROR({Price} / {Paid}, \"n/a\") & \"\"", "n/a"),
        ("IF(ISERROR({Price} / {Paid}), 0, {Price} / {Paid})", "0"),
        ("COALESCE({Middle Name}, {First Name}, \"unknown\")", "Ada"),
        ("IF({Done} && {Score} > 50 || {Archived}, \"show\", \"hide\") // the view's filter", "show"),
    ]);
}
