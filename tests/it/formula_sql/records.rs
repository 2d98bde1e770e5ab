//! Records that go wrong: blanks, extremes, odd characters, ends of months, hours that come twice or never.

/// A record: number, second number, price, text, long text, truth, date, second date, instant, second instant, option.
pub(super) type Record = (
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    bool,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
);

#[rustfmt::skip]
pub(super) const RECORDS: &[Record] = &[
    (None, None, None, None, None, false, None, None, None, None, None),
    (Some("0"), Some("0"), Some("0"), Some(""), Some("x"), true, Some("2024-02-29"), Some("2023-02-28"), Some("2024-02-29T12:34:56.789012Z"), Some("2023-02-28T00:00:00Z"), Some("open")),
    (Some("-0.5"), Some("3"), Some("19.99"), Some("a"), Some("A"), true, Some("2024-01-31"), Some("2024-02-29"), Some("2024-03-31T00:59:59.999999Z"), Some("2024-03-31T01:00:00Z"), Some("ß")),
    (Some("9999999999999999999999999999"), Some("-9999999999999999999999999999"), Some("99999999999999.99"), Some("straße İSTANBUL"), Some("ΑΣ ας Σ"), false, Some("2024-12-31"), Some("2025-01-01"), Some("2024-10-27T00:30:00Z"), Some("2024-10-27T01:30:00Z"), Some("a, b")),
    (Some("0.0000000000000000000000000001"), Some("-0.0000000000000000000000000001"), Some("0.01"), Some("👍🏽 e\u{301}a\u{200d}"), Some("\u{a0}x\u{2003}\t"), true, Some("1900-01-01"), Some("2099-02-28"), Some("1900-01-01T00:00:00Z"), Some("2090-12-31T23:59:59.999Z"), None),
    (Some("1234567.125"), Some("-1000000"), Some("-2.5"), Some("a-b-c-a-b"), Some("a"), false, Some("2024-03-10"), Some("2024-11-03"), Some("2024-03-10T06:59:59Z"), Some("2024-03-10T07:00:00Z"), Some("open")),
    (Some("-10"), Some("3"), None, Some("12.50"), Some("-1,234.5%"), true, Some("2023-12-29"), Some("2024-01-01"), Some("2024-11-03T05:30:00Z"), Some("2024-11-03T06:30:00Z"), Some("paid")),
    (Some("2.5"), Some("-0.5"), Some("100"), Some("  banana  "), Some("na"), false, Some("2024-08-31"), Some("2024-02-29"), Some("2024-07-01T22:00:00Z"), Some("2024-06-30T22:00:00.000001Z"), Some("paid")),
    (Some("-2.5"), Some("2"), Some("0.5"), Some("%_\\"), Some("50%_a\\b"), true, Some("1999-12-31"), Some("2000-01-01"), Some("1999-12-31T23:59:59.5Z"), Some("2000-01-01T00:00:00Z"), Some("ß")),
    (Some("1"), Some("1"), Some("1"), Some("aaa"), Some("aa"), true, Some("2024-02-29"), Some("2024-02-29"), Some("2024-02-29T12:34:56Z"), Some("2024-02-29T12:34:56Z"), Some("open")),
    (Some("28"), Some("0.1"), Some("12.34"), Some("a b"), Some("a\nb\r\nc\n"), false, Some("2021-01-03"), Some("2020-12-28"), Some("2021-01-03T23:30:00Z"), Some("2020-12-28T00:00:00Z"), None),
    (Some("0.3"), Some("0.1"), Some("0.2"), Some("ǅ ﬁ ŉ K Å"), Some("ñÑ ÿŸ"), true, Some("2026-11-20"), Some("2026-11-21"), Some("2026-11-20T11:59:30Z"), Some("2026-11-18T12:00:00Z"), Some("a, b")),
    (Some("12345678901234.56789012345678"), Some("98765432109876.54321"), Some("-99999999999999.99"), None, Some("日本語テキスト"), false, Some("2024-05-31"), Some("2023-11-30"), Some("1950-06-15T12:00:00.123456Z"), Some("2050-06-15T12:00:00Z"), None),
    (Some("-1"), Some("1000"), None, Some("2024-02-29"), Some("user@example.com"), true, Some("0001-01-01"), Some("9999-12-31"), Some("2024-03-31T01:30:00Z"), Some("2024-03-30T01:30:00Z"), Some("void")),
    (Some("5"), Some("0"), Some("7"), Some("LONG"), Some("LONG"), true, Some("2028-02-29"), None, None, Some("2024-09-29T13:59:59Z"), Some("void")),
];

/// The options chosen in the two multiple selects of each record.
#[rustfmt::skip]
pub(super) const CHOSEN: &[(&[&str], &[&str])] = &[
    (&[], &[]),
    (&["open"], &["Paid"]),
    (&["paid", "open"], &["10", "9"]),
    (&["ß", "👍e\u{301}", "A", "a b"], &["9", "open"]),
    (&[","], &[",", "10"]),
    (&["a, b"], &[]),
    (&["NULL", "_"], &["open", "Paid", "10", "9"]),
    (&[], &["open"]),
    (&["_", "\"{}\"", "NULL", "a b", "A", ",", "a, b", "ß", "paid", "open"], &["9"]),
    (&["open", "paid"], &["10"]),
    (&["👍e\u{301}"], &["Paid", "9"]),
    (&["A"], &[]),
    (&["\"{}\""], &["9", "10", "Paid", "open"]),
    (&["open", "ß"], &["9", ","]),
    (&["a b", "A", "_"], &["open", "9"]),
];

/// The record in which an option stands that is no longer one, and the record with a list that is empty but there.
pub(super) const GONE: usize = 9;
pub(super) const EMPTY: usize = 7;
