use chrono::Datelike;
use proptest::prelude::*;

use super::*;

fn decide(values: &[&str], proofs: &[(char, DateOrder)]) -> Option<(DateFormat, bool)> {
    decide_as(values, None, proofs)
}

fn decide_as(
    values: &[&str],
    chosen: Option<DateOrder>,
    proofs: &[(char, DateOrder)],
) -> Option<(DateFormat, bool)> {
    let mut evidence = DateEvidence::new();
    (2..).zip(values).for_each(|(line, value)| evidence.observe(value, line));
    let dates = evidence.most(chosen, proofs)?;
    let (alike, timed) = dates.alike();
    Some((dates.format().filter(|_| alike == values.len() as u64)?, timed))
}

fn check(values: &[&str], expect: &[&str]) {
    let (format, timed) = decide(values, &[]).unwrap_or_else(|| panic!("{values:?} is no date"));
    let read = |value: &&str| match timed {
        true => read_datetime(value, format).unwrap().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        false => read_date(value, format).unwrap().to_string(),
    };
    assert_eq!(values.iter().map(read).collect::<Vec<_>>(), expect);
}

fn check_text(values: &[&str]) {
    assert_eq!(decide(values, &[]), None, "{values:?}");
}

#[test]
fn year_first() {
    check(&["1996-07-04", "2024-02-29"], &["1996-07-04", "2024-02-29"]);
    check(&["1996/7/4"], &["1996-07-04"]);
    check(&["1996.07.04"], &["1996-07-04"]);
}

#[test]
fn a_value_above_twelve_decides_for_the_column() {
    check(&["04/07/1996", "31/07/1996"], &["1996-07-04", "1996-07-31"]);
    check(&["07/04/1996", "07/31/1996"], &["1996-07-04", "1996-07-31"]);
    check(&["04-07-1996", "13-07-1996"], &["1996-07-04", "1996-07-13"]);
    check(&["04.07.1996"], &["1996-07-04"]);
    check_text(&["13/07/1996", "07/13/1996"]);
    check_text(&["07.31.1996"]);
}

#[test]
fn undecided_orders_are_text_unless_the_file_or_the_user_knows() {
    let open = ["04/07/1996", "05/06/1997"];
    check_text(&open);
    let day = ('/', DateOrder::DayMonthYear);
    let month = ('/', DateOrder::MonthDayYear);
    assert_eq!(decide(&open, &[day, day]).map(|(format, _)| format.order), Some(DateOrder::DayMonthYear));
    assert_eq!(decide(&open, &[month]).map(|(format, _)| format.order), Some(DateOrder::MonthDayYear));
    assert_eq!(decide(&open, &[day, month]), None);
    assert_eq!(decide(&open, &[('-', DateOrder::DayMonthYear)]), None);
    let chosen = decide_as(&open, Some(DateOrder::MonthDayYear), &[]);
    assert_eq!(chosen.map(|(format, _)| format.order), Some(DateOrder::MonthDayYear));
    assert_eq!(decide_as(&open, Some(DateOrder::Named), &[]), None);
}

#[test]
fn named_months() {
    check(
        &["4 Jul 1996", "04-JUL-1996", "July 4, 1996", "Sept. 5 1996", "1 may 2001"],
        &["1996-07-04", "1996-07-04", "1996-07-04", "1996-09-05", "2001-05-01"],
    );
}

#[test]
fn what_is_no_date_of_the_calendar_is_text() {
    for text in [
        "1996-02-30",
        "1996-13-01",
        "96-07-04",
        "04/07/96",
        "1996-07",
        "19960704",
        "1996-7-4-1",
        "0000-01-01",
        "-",
        "1996--01",
        "1996-07/04",
        "31 Feb 1996",
        "4 Jux 1996",
        "Jul 1996",
        "1996-07-04x",
        "May",
        "1.2.3",
        "a b c",
    ] {
        check_text(&[text]);
    }
    check_text(&["1996-07-04", "1996/07/04"]);
}

#[test]
fn times_and_zones() {
    check(
        &["1996-07-04T10:00:00Z", "1996-07-04 23:30:05.25+02:00", "1996-07-04 00:00 -0530"],
        &["1996-07-04T10:00:00Z", "1996-07-04T21:30:05.250Z", "1996-07-04T05:30:00Z"],
    );
    check(&["1996-07-04 9:05", "1996-07-04 10:00:00"], &["1996-07-04T09:05:00Z", "1996-07-04T10:00:00Z"]);
    check(
        &["7/31/1996 12:05 AM", "7/4/1996 12:00 pm", "7/4/1996 3:30:10 PM"],
        &["1996-07-31T00:05:00Z", "1996-07-04T12:00:00Z", "1996-07-04T15:30:10Z"],
    );
    check(&["4 Jul 1996 10:00"], &["1996-07-04T10:00:00Z"]);
    check_text(&["1996-07-04", "1996-07-04 10:00"]);
    check_text(&["1996-07-04 10:00", "1996-07-04 10:00Z"]);
    for text in [
        "10:00",
        "1996-07-04 24:00",
        "1996-07-04 10:60",
        "1996-07-04 10:00:61",
        "1996-07-04 13:00 PM",
        "1996-07-04 10:00+2",
        "1996-07-04 10:00:00.",
        "1996-07-04 10:0",
        "1996-07-04 10:00 CET",
        "x 10:00",
        "1996-07-04T10:00:00:00",
        "Re: this",
    ] {
        check_text(&[text]);
    }
}

// Finding D11: the field refused what the column was found to be.
#[test]
fn a_moment_outside_of_the_years_of_a_field_is_none() {
    check(&["9999-12-31T23:59:59+05:00"], &["9999-12-31T18:59:59Z"]);
    check_text(&["9999-12-31T23:59:59-05:00"]);
    check_text(&["0001-01-01T00:00:00+00:01"]);
}

#[test]
fn midnights_everywhere_are_dates() {
    check(&["1996-07-04 00:00:00", "1996-07-05T00:00"], &["1996-07-04", "1996-07-05"]);
    check(&["7/31/1996 12:00:00 AM", "7/4/1996"], &["1996-07-31", "1996-07-04"]);
    check(&["1996-07-04 00:00", "1996-07-04 10:00"], &["1996-07-04T00:00:00Z", "1996-07-04T10:00:00Z"]);
    // With a zone it is a moment.
    check(&["1996-07-04T00:00:00Z"], &["1996-07-04T00:00:00Z"]);
    check_text(&["1996-07-04 00:00", "1996-07-04 00:00Z"]);
}

proptest! {
    /// Every date written in every order reads back as itself, and a whole column of them is decided.
    #[test]
    fn dates_round_trip(days in proptest::collection::vec(1_i32..3_000_000, 1..8), order in 0..4) {
        let dates: Vec<NaiveDate> = days.iter().filter_map(|day| NaiveDate::from_num_days_from_ce_opt(*day)).collect();
        let write = |date: &NaiveDate| match order {
            0 => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            1 => format!("{}.{}.{:04}", date.day(), date.month(), date.year()),
            2 => format!("{:02}/{:02}/{:04}", date.month(), date.day(), date.year()),
            _ => format!("{} {:04}", date.format("%d %b"), date.year()),
        };
        let texts: Vec<String> = dates.iter().map(write).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        match decide(&texts, &[]) {
            None => prop_assert!(order == 2 && dates.iter().all(|date| date.day() <= 12)),
            Some((format, timed)) => {
                prop_assert!(!timed);
                let read: Vec<NaiveDate> = texts.iter().filter_map(|text| read_date(text, format)).collect();
                prop_assert_eq!(read, dates);
            }
        }
    }

    /// What the first pass takes, the second pass reads; nothing panics.
    #[test]
    fn decided_columns_are_readable(text in "[0-9]{1,4}[-/. ][0-9A-Za-z]{1,3}[-/. ][0-9]{1,4}[T ]?[0-9:.Z+é]{0,12}") {
        let text = text.trim();
        if let Some((format, timed)) = decide(&[text], &[]) {
            let readable = if timed { read_datetime(text, format).is_some() } else { read_date(text, format).is_some() };
            prop_assert!(readable);
        }
    }
}
