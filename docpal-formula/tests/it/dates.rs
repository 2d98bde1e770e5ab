//! Calendars, clocks and zones.

use docpal_formula::{Context, Formula, Functions, Type, Value};

use crate::support::outcome;

/// The text of a formula over the instant `at`, read in a zone.
fn in_zone(source: &str, at: &str, zone: chrono_tz::Tz) -> String {
    let program = Formula::parse(source)
        .and_then(|formula| formula.check(&[("at", Type::DateTime)], &Functions::standard()))
        .unwrap_or_else(|errors| panic!("{errors}"));
    let row = [Value::from(at.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant"))];
    let context = Context::new("2024-02-29T12:34:56Z".parse().expect("an instant")).with_zone(zone);
    program.eval(&row, &context).map_or_else(|error| format!("#{}", error.code()), |value| value.to_string())
}

#[test]
fn parts_are_read_in_the_zone() {
    let at = "2024-02-29T23:30:00Z";
    for (source, zone, expected) in [
        ("DAY({at})", chrono_tz::UTC, "29"),
        ("DAY({at})", chrono_tz::Europe::Berlin, "1"),
        ("HOUR({at})", chrono_tz::America::New_York, "18"),
        ("DATESTR({at})", chrono_tz::Asia::Tokyo, "2024-03-01"),
        ("MINUTE({at})", chrono_tz::Asia::Kolkata, "0"),
        ("HOUR(SET_TIMEZONE({at}, \"Asia/Tokyo\"))", chrono_tz::Europe::Berlin, "8"),
        ("DATESTR(DATEADD(SET_TIMEZONE({at}, \"Asia/Tokyo\"), 1, \"day\"))", chrono_tz::UTC, "2024-03-02"),
        ("TODAY() & \"\"", chrono_tz::UTC, "2024-02-29"),
        ("IS_SAME({at}, \"2024-03-01\", \"day\")", chrono_tz::Europe::Berlin, "true"),
    ] {
        assert_eq!(in_zone(source, at, zone), expected, "{source} in {zone}");
    }
}

/// Berlin went from 02:00 to 03:00 on 31 March 2024 and from 03:00 to 02:00 on 27 October.
#[test]
fn days_keep_the_clock_and_hours_keep_the_time() {
    let berlin = chrono_tz::Europe::Berlin;
    let noon_before = "2024-03-30T11:00:00Z";
    assert_eq!(in_zone("HOUR(DATEADD({at}, 1, \"day\"))", noon_before, berlin), "12");
    assert_eq!(in_zone("HOUR(DATEADD({at}, 24, \"hours\"))", noon_before, berlin), "13");
    // 02:30 does not exist on that day: as far behind the gap as it was inside.
    assert_eq!(in_zone("TIMESTR(DATEADD({at}, 1, \"day\"))", "2024-03-30T01:30:00Z", berlin), "03:30:00");
    // 02:30 exists twice: the later one.
    assert_eq!(
        in_zone("DATEADD({at}, 1, \"day\") & \"\"", "2024-10-26T00:30:00Z", berlin),
        "2024-10-27T01:30:00.000Z"
    );
    assert_eq!(
        in_zone("DATETIME_DIFF(DATEADD({at}, 1, \"day\"), {at}, \"hours\")", noon_before, berlin),
        "23"
    );
    assert_eq!(in_zone("DATETIME_DIFF(DATEADD({at}, 1, \"day\"), {at}, \"days\")", noon_before, berlin), "1");
    // Samoa skipped 30 December 2011 altogether.
    let apia = chrono_tz::Pacific::Apia;
    assert_eq!(in_zone("DATESTR(DATEADD({at}, 1, \"day\"))", "2011-12-29T22:00:00Z", apia), "2011-12-31");
}

#[test]
fn months_end_where_they_end() {
    for (source, expected) in [
        ("DATEADD(\"2023-01-31\", 1, \"month\")", "2023-02-28"),
        ("DATEADD(\"2024-02-29\", 1, \"year\")", "2025-02-28"),
        ("DATEADD(\"2024-02-29\", -1, \"quarter\")", "2023-11-29"),
        ("DATEADD(\"2024-01-31\", 1, \"M\")", "2024-02-29"),
        ("DATEADD(\"2024-01-31T00:00:00Z\", 1, \"m\")", "2024-01-31T00:01:00.000Z"),
        ("DATEADD(\"2024-01-31\", 6, \"hours\")", "2024-01-31T06:00:00.000Z"),
        ("DATETIME_DIFF(\"2024-03-30\", \"2024-02-29\", \"months\")", "1"),
        ("DATETIME_DIFF(\"2024-03-28\", \"2024-02-29\", \"months\")", "0"),
        ("DATETIME_DIFF(\"2024-01-01\", \"2025-06-01\", \"years\")", "-1"),
        ("DATETIME_DIFF(\"2024-01-15\", \"2024-01-01\", \"weeks\")", "2"),
        ("EOMONTH(\"2023-12-05\", 2)", "2024-02-29"),
    ] {
        assert_eq!(outcome(source, &[]), expected, "{source}");
    }
}

#[test]
fn every_unit_has_its_names() {
    for (names, expected) in [
        (["milliseconds", "millisecond", "ms"], "86400000"),
        (["seconds", "second", "s"], "86400"),
        (["minutes", "Minute", "m"], "1440"),
        (["hours", "HOUR", "h"], "24"),
        (["days", "day", "d"], "1"),
        (["weeks", "week", "w"], "0"),
        (["months", "month", "M"], "0"),
        (["quarters", "quarter", "Q"], "0"),
        (["years", "year", "y"], "0"),
    ] {
        for name in names {
            let source = format!("DATETIME_DIFF(\"2024-01-02\", \"2024-01-01\", \"{name}\")");
            assert_eq!(outcome(&source, &[]), expected, "{name}");
        }
    }
}

#[test]
fn formats_write_what_they_say() {
    for (format, expected) in [
        ("YYYY YY", "2024 24"),
        ("Q Qo", "1 1st"),
        ("M Mo MM MMM MMMM", "2 2nd 02 Feb February"),
        ("D Do DD DDD DDDD", "9 9th 09 40 040"),
        ("d do dd ddd dddd e E", "5 5th Fr Fri Friday 5 5"),
        ("w wo ww W Wo WW", "6 6th 06 6 6th 06"),
        ("H HH h hh k kk A a", "15 15 3 03 15 15 PM pm"),
        ("m mm s ss S SS SSS", "4 04 5 05 6 67 678"),
        ("Z ZZ z", "+00:00 +0000 UTC"),
        ("X x", "1707491045 1707491045678"),
        ("L", "02/09/2024"),
        ("LL", "February 9, 2024"),
        ("LLL", "February 9, 2024 3:04 PM"),
        ("LLLL", "Friday, February 9, 2024 3:04 PM"),
        ("LT LTS", "3:04 PM 3:04:05 PM"),
        ("l ll", "2/9/2024 Feb 9, 2024"),
        ("[Today is] dddd", "Today is Friday"),
        ("YYYY-MM-DD[T]HH:mm", "2024-02-09T15:04"),
    ] {
        let source = format!("DATETIME_FORMAT(\"2024-02-09T15:04:05.678Z\", \"{format}\")");
        assert_eq!(outcome(&source, &[]), expected, "{format}");
    }
}

#[test]
fn formats_read_what_they_wrote() {
    for format in [
        "YYYY-MM-DD HH:mm:ss.SSS",
        "D MMMM YYYY h:mm:ss.SSS A",
        "ddd, MMM Do, YYYY HH:mm:ss.SSS Z",
        "DDDD YYYY HH mm ss SSS",
        "x",
    ] {
        let source = format!(
            "DATETIME_PARSE(DATETIME_FORMAT(\"2024-02-09T15:04:05.678Z\", \"{format}\"), \"{format}\") & \"\""
        );
        assert_eq!(outcome(&source, &[]), "2024-02-09T15:04:05.678Z", "{format}");
    }
}

#[test]
fn formats_read_one_way_only() {
    for (format, text, expected) in [
        ("DD/MM/YYYY", " 29/02/2024 ", "2024-02-29T00:00:00.000Z"),
        ("DD/MM/YYYY", "29/02/2023", "#not_a_date"),
        ("DD/MM/YYYY", "9/02/2024", "#not_a_date"),
        ("YYYY", "0000", "#not_a_date"),
        ("Do MMM YYYY", "1st mAR 2024", "2024-03-01T00:00:00.000Z"),
        ("Do MMM YYYY", "1. Mar 2024", "#not_a_date"),
        ("YYYY h A", "2024 12 am", "2024-01-01T00:00:00.000Z"),
        ("YYYY h A", "2024 13 am", "2024-01-01T13:00:00.000Z"),
        ("YYYY Z", "2024 -0130", "2024-01-01T01:30:00.000Z"),
        ("YYYY Z", "2024 +24:00", "#not_a_date"),
        ("YYYY Z", "2024 +01:60", "#not_a_date"),
        ("X", "-1", "1969-12-31T23:59:59.000Z"),
        ("X", "1-1", "#not_a_date"),
        ("x-x", "1-2", "1970-01-01T00:00:00.002Z"),
        ("x", "9223372036854775808", "#not_a_date"),
        ("YYYY Q", "2024 1", "#not_a_date"),
    ] {
        let source = format!("DATETIME_PARSE(\"{text}\", \"{format}\") & \"\"");
        assert_eq!(outcome(&source, &[]), expected, "{text} by {format}");
    }
}

#[test]
fn dates_in_texts_are_read_strictly_everywhere() {
    for (source, expected) in [
        ("DATETIME_PARSE(\"2024-02-29 10:00+01:00\") & \"\"", "2024-02-29T09:00:00.000Z"),
        ("DATETIME_PARSE(\"2024-02-29T10:00:60\")", "#not_a_date"),
        ("DATETIME_PARSE(\"+2024-02-29\")", "#not_a_date"),
        // What is finer than a microsecond is no part of an instant.
        ("DATETIME_PARSE(\"2024-02-29T10:00:00.1234567Z\") = \"2024-02-29T10:00:00.123456Z\"", "true"),
        ("WORKDAY(\"2024-03-04\", 1, \"2024-03-05, \")", "2024-03-06"),
        ("WORKDAY(\"2024-03-04\", 1, \"2024-3-5\")", "#not_a_date"),
        ("YEAR(\" 2024-02-29 \")", "2024"),
        ("HOUR(\"2024-02-29 10:30\")", "10"),
    ] {
        assert_eq!(outcome(source, &[]), expected, "{source}");
    }
}

#[test]
fn working_days_agree_with_counting_one_by_one() {
    let is_free = |day: chrono::NaiveDate| {
        use chrono::Datelike;
        day.weekday().number_from_monday() > 5 || day.to_string() == "2024-03-06"
    };
    let start: chrono::NaiveDate = "2024-02-24".parse().expect("a date");
    for offset in 0..14 {
        let from = start + chrono::Days::new(offset);
        for count in -12i64..=12 {
            let (mut day, mut left) = (from, count);
            while left != 0 {
                day = if count < 0 { day - chrono::Days::new(1) } else { day + chrono::Days::new(1) };
                left -= if is_free(day) { 0 } else { count.signum() };
            }
            let source = format!("WORKDAY(\"{from}\", {count}, \"2024-03-06\")");
            assert_eq!(outcome(&source, &[]), day.to_string(), "{source}");
        }
        let working = (0..=offset).filter(|back| !is_free(from - chrono::Days::new(*back))).count();
        let source = format!("WORKDAY_DIFF(\"{start}\", \"{from}\", \"2024-03-06\")");
        assert_eq!(outcome(&source, &[]), working.to_string(), "{source}");
    }
}
