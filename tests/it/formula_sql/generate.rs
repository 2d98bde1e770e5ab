//! Random well-typed programs, as trees of templates.

use std::fmt;

/// A template: its type, and a text in which `{x}` stands for a part of type `x`.
///
/// The types: `n`umber, `t`ext, `b`ool, `d`ate, datetime `m`, either of the two `x`, anything `a`; and literals:
/// `i`nteger, `u`nit, `w`eekday, date `f`ormat, number format `q`, `r`egular expression, time `z`one, `h`olidays.
const TEMPLATES: &[(char, &str)] = &[
    ('n', "{n} + {n}"),
    ('n', "{n} - {n}"),
    ('n', "{n} * {n}"),
    ('n', "{n} / {n}"),
    ('n', "-{n}"),
    ('n', "{n} * {n} * (1 - {n})"),
    ('n', "ABS({n})"),
    ('n', "AVERAGE({n}, {n}, {n})"),
    ('n', "CEILING({n}, {n})"),
    ('n', "CEILING({n})"),
    ('n', "COUNT({a}, {n})"),
    ('n', "COUNTA({a}, {t})"),
    ('n', "COUNTALL({a}, {a})"),
    ('n', "EVEN({n})"),
    ('n', "EXP({n})"),
    ('n', "FLOOR({n}, {n})"),
    ('n', "FLOOR({n})"),
    ('n', "INT({n})"),
    ('n', "LN({n})"),
    ('n', "LOG({n}, {n})"),
    ('n', "LOG({n})"),
    ('n', "LOG10({n})"),
    ('n', "MAX({n}, {n})"),
    ('n', "MEDIAN({n}, {n}, {n}, {n})"),
    ('n', "MEDIAN({n}, {n}, {n})"),
    ('n', "MIN({n}, {n})"),
    ('n', "MOD({n}, {n})"),
    ('n', "NUMBER({b})"),
    ('n', "ODD({n})"),
    ('n', "PI()"),
    ('n', "POWER({n}, {n})"),
    ('n', "POWER({n}, {i})"),
    ('n', "PRODUCT({n}, {n}, {n})"),
    ('n', "ROUND({n}, {i})"),
    ('n', "ROUND({n}, {n})"),
    ('n', "ROUND({n})"),
    ('n', "ROUNDDOWN({n}, {i})"),
    ('n', "ROUNDUP({n}, {i})"),
    ('n', "SIGN({n})"),
    ('n', "SQRT({n})"),
    ('n', "STDEV({n}, {n}, {n})"),
    ('n', "STDEVP({n}, {n})"),
    ('n', "SUM({n}, {n}, {n})"),
    ('n', "TRUNC({n}, {i})"),
    ('n', "VALUE({t})"),
    ('n', "VALUE({n} & \"%\")"),
    ('n', "VAR({n}, {n}, {n})"),
    ('n', "VARP({n}, {n})"),
    ('n', "FIND({t}, {t}, {n})"),
    ('n', "FIND({t}, {t})"),
    ('n', "SEARCH({t}, {t}, {i})"),
    ('n', "LEN({t})"),
    ('n', "YEAR({x})"),
    ('n', "QUARTER({x})"),
    ('n', "MONTH({x})"),
    ('n', "DAY({x})"),
    ('n', "HOUR({x})"),
    ('n', "MINUTE({x})"),
    ('n', "SECOND({x})"),
    ('n', "WEEKDAY({x}, {w})"),
    ('n', "WEEKDAY({x})"),
    ('n', "WEEKNUM({x}, {w})"),
    ('n', "WEEKNUM({x})"),
    ('n', "ISO_WEEKNUM({x})"),
    ('n', "DATETIME_DIFF({x}, {x}, {u})"),
    ('n', "DATETIME_DIFF({x}, {x})"),
    ('n', "WORKDAY_DIFF({x}, {x}, {h})"),
    ('n', "WORKDAY_DIFF({x}, {x})"),
    ('n', "IF({a}, {n}, {n})"),
    ('n', "IF({b}, {n})"),
    ('n', "IFERROR({n}, {n})"),
    ('n', "IFS({b}, {n}, {b}, {n})"),
    ('n', "SWITCH({n}, {n}, {n}, {n}, {n}, {n})"),
    ('n', "SWITCH({t}, {t}, {n}, \"\", {n})"),
    ('n', "COALESCE({n}, {n}, {n})"),
    ('n', "IF({b}, {n}, ERROR({t}))"),
    ('n', "IF({b}, BLANK(), {n})"),
    ('t', "{t} & {a}"),
    ('t', "{a} & {t}"),
    ('t', "CONCATENATE({a}, {t}, {a})"),
    ('t', "ENCODE_URL_COMPONENT({t})"),
    ('t', "LEFT({t}, {n})"),
    ('t', "LEFT({t})"),
    ('t', "RIGHT({t}, {n})"),
    ('t', "RIGHT({t})"),
    ('t', "MID({t}, {n}, {n})"),
    ('t', "MID({t}, {i}, {i})"),
    ('t', "REPLACE({t}, {n}, {i}, {t})"),
    ('t', "SUBSTITUTE({t}, {t}, {t})"),
    ('t', "SUBSTITUTE({t}, {t}, {t}, {i})"),
    ('t', "SUBSTITUTE({t}, LEFT({t}), {t}, {n})"),
    ('t', "SPLIT_PART({t}, {t}, {i})"),
    ('t', "SPLIT_PART({t}, LEFT({t}), {n})"),
    ('t', "REPT({t}, {i})"),
    ('t', "REPT({t}, {n})"),
    ('t', "PAD_LEFT({t}, {i}, {t})"),
    ('t', "PAD_LEFT({t}, {n})"),
    ('t', "PAD_RIGHT({t}, {i}, {t})"),
    ('t', "REVERSE({t})"),
    ('t', "LOWER({t})"),
    ('t', "UPPER({t})"),
    ('t', "TRIM({t})"),
    ('t', "T({a})"),
    ('t', "TO_TEXT({a})"),
    ('t', "TEXT({n}, {q})"),
    ('t', "DATESTR({x})"),
    ('t', "TIMESTR({x})"),
    ('t', "DATETIME_FORMAT({x}, {f})"),
    ('t', "DATETIME_FORMAT({x})"),
    ('t', "FROMNOW({x})"),
    ('t', "TONOW({x})"),
    ('t', "IF({a}, {t}, {t})"),
    ('t', "IF({b}, {t})"),
    ('t', "IF({b}, {t}, {n})"),
    ('t', "IFERROR({t}, {t})"),
    ('t', "IFS({b}, {t}, {a}, {t})"),
    ('t', "SWITCH({a}, NULL, {t}, {t})"),
    ('t', "SWITCH({n}, {n}, {t}, {t})"),
    ('t', "COALESCE({t}, {t})"),
    ('b', "{n} = {n}"),
    ('b', "{n} < {n}"),
    ('b', "{n} >= {n}"),
    ('b', "{n} != {n}"),
    ('b', "{t} = {t}"),
    ('b', "{t} != {t}"),
    ('b', "{t} < {t}"),
    ('b', "{t} >= {t}"),
    ('b', "{b} = {b}"),
    ('b', "{b} > {b}"),
    ('b', "{x} = {x}"),
    ('b', "{x} <= {x}"),
    ('b', "{x} > {x}"),
    ('b', "{a} = NULL"),
    ('b', "{b} && {b}"),
    ('b', "{b} || {b}"),
    ('b', "!{b}"),
    ('b', "AND({a}, {a}, {b})"),
    ('b', "OR({a}, {a}, {b})"),
    ('b', "XOR({a}, {b}, {a})"),
    ('b', "NOT({a})"),
    ('b', "ISBLANK({a})"),
    ('b', "ISERROR({a})"),
    ('b', "CONTAINS({t}, {t})"),
    ('b', "STARTS_WITH({t}, {t})"),
    ('b', "ENDS_WITH({t}, {t})"),
    ('b', "ENDS_WITH({t}, RIGHT({t}))"),
    ('b', "EXACT({t}, {t})"),
    ('b', "REGEX_MATCH({t}, {r})"),
    ('b', "IS_BEFORE({x}, {x})"),
    ('b', "IS_AFTER({x}, {x})"),
    ('b', "IS_SAME({x}, {x}, {u})"),
    ('b', "IS_SAME({x}, {x})"),
    ('b', "IF({b}, {b}, {b})"),
    ('b', "IF({a}, {b})"),
    ('b', "IFERROR({b}, {b})"),
    ('b', "IFS({b}, {b}, {b}, {b})"),
    ('b', "COALESCE({b}, {b})"),
    ('b', "SWITCH({b}, {b}, {b}, {b})"),
    ('b', "TRUE()"),
    ('b', "FALSE()"),
    ('d', "DATE({n}, {n}, {n})"),
    ('d', "DATE(YEAR({x}), MONTH({x}), {i})"),
    ('d', "DATEADD({d}, {n}, \"days\")"),
    ('d', "DATEADD({d}, {i}, \"months\")"),
    ('d', "DATEADD({d}, {n}, \"years\")"),
    ('d', "WORKDAY({x}, {i}, {h})"),
    ('d', "WORKDAY({x}, {n})"),
    ('d', "EOMONTH({x}, {i})"),
    ('d', "EOMONTH({x}, {n})"),
    ('d', "EOMONTH({x})"),
    ('d', "START_OF({d}, {u}, {w})"),
    ('d', "END_OF({d}, {u})"),
    ('d', "TODAY()"),
    ('d', "IF({b}, {d}, {d})"),
    ('d', "IF({b}, {d})"),
    ('d', "IFERROR({d}, {d})"),
    ('d', "COALESCE({d}, {d})"),
    ('m', "DATEADD({x}, {i}, {u})"),
    ('m', "DATEADD({m}, {n}, {u})"),
    ('m', "START_OF({m}, {u}, {w})"),
    ('m', "END_OF({m}, {u}, {w})"),
    ('m', "NOW()"),
    ('m', "SET_TIMEZONE({x}, {z})"),
    ('m', "SET_LOCALE({m}, \"en\")"),
    ('m', "IF({b}, {m}, {x})"),
    ('m', "IF({b}, {m})"),
    ('m', "IFERROR({m}, {d})"),
    ('m', "COALESCE({m}, {m})"),
];

/// Literals and fields by type.
const LEAVES: &[(char, &[&str])] = &[
    (
        'n',
        &[
            "{n}",
            "{n}",
            "{m}",
            "{c}",
            "{auto}",
            "{ratio}",
            "0",
            "1",
            "2",
            "-1",
            "0.5",
            "10",
            "1.005",
            "15%",
            "9999999999999999999999999999",
            "0.0000000000000000000000000001",
            "(1 / 0)",
            "NULL",
            "100000000000000",
            "1000000",
        ],
    ),
    (
        't',
        &[
            "{t}",
            "{t}",
            "{u}",
            "{s}",
            "{label}",
            "RECORD_ID()",
            "\"\"",
            "\"a\"",
            "\"straße\"",
            "\" x \"",
            "\"👍e\\u0301\"",
            "\"a-b-c\"",
            "\"12.50\"",
            "\"%_\\\\\"",
            "IF(1 / 0 = 1, \"\", \"never\")",
            "NULL",
        ],
    ),
    ('b', &["{b}", "{b}", "TRUE", "FALSE", "(1 / 0 = 1)", "({n} > 0)", "IF({b}, {b})"]),
    ('d', &["{d}", "{d}", "{e}", "DATE(2024, 2, 29)", "DATE(1900, 1, 31)", "DATE(2023, 2, 29)", "TODAY()"]),
    ('m', &["{when}", "{when}", "{then}", "NOW()", "SET_TIMEZONE({when}, \"America/New_York\")"]),
    (
        'i',
        &[
            "-400",
            "-28",
            "-2",
            "-1",
            "0",
            "1",
            "2",
            "3",
            "5",
            "12",
            "13",
            "28",
            "30",
            "100",
            "1.9",
            "99999999999",
        ],
    ),
    (
        'u',
        &[
            "\"ms\"",
            "\"seconds\"",
            "\"minute\"",
            "\"hours\"",
            "\"days\"",
            "\"weeks\"",
            "\"months\"",
            "\"quarters\"",
            "\"years\"",
        ],
    ),
    ('w', &["\"Sunday\"", "\"Monday\"", "\"Saturday\""]),
    (
        'f',
        &[
            "\"YYYY-MM-DD HH:mm:ss.SSS\"",
            "\"dddd, MMMM Do YYYY, h:mm:ss a\"",
            "\"[Q]Q Qo DDDD DDDo DDD D\"",
            "\"d do e E w wo ww W Wo WW GGGG GG gggg gg\"",
            "\"kk k H hh h A m s S SS\"",
            "\"X x\"",
            "\"Z ZZ\"",
            "\"YY Y M Mo MMM dd ddd\"",
            "\"LLLL LT\"",
            "\"[only text]\"",
            "\"\"",
        ],
    ),
    (
        'q',
        &[
            "\"0\"",
            "\"0.00\"",
            "\"#,##0.00\"",
            "\"0%\"",
            "\"0.0#%\"",
            "\"$#,##0.0#\"",
            "\"000000\"",
            "\"#.###\"",
            "\"0.0000000000\"",
        ],
    ),
    (
        'r',
        &[
            "\"[0-9]+\"",
            "\"^a\"",
            "\"e$\"",
            "\"(?i)STRASSE|straße\"",
            "\"\\\\d{2,3}\"",
            "\"^\\\\s*$\"",
            "\"[^a-z]\"",
            "\".\"",
            "\"^(a|b)*?c?$\"",
            "\"\\\\w+@\\\\w+\"",
            "\"(?i)é|ß\"",
            "\"^.{3}$\"",
            "\"\"",
            "\"\\\\$\\\\.\\\\*\"",
        ],
    ),
    (
        'z',
        &["\"UTC\"", "\"Europe/Rome\"", "\"America/New_York\"", "\"Asia/Kolkata\"", "\"Pacific/Auckland\""],
    ),
    (
        'h',
        &[
            "\"2024-03-01, 2024-03-04\"",
            "{d}",
            "{when}",
            "\"\"",
            "NULL",
            "\"2023-12-25,2024-01-01,2024-02-29\"",
        ],
    ),
];

/// A part of a program.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) ty: char,
    text: &'static str,
    pub(super) parts: Vec<Tree>,
}

impl Tree {
    pub(super) fn leaf(ty: char, text: &'static str) -> Self {
        Self { ty, text, parts: Vec::new() }
    }

    /// The leaves a part of type `ty` can shrink to.
    pub(super) fn leaves(ty: char) -> impl Iterator<Item = Self> {
        leaves(ty).iter().map(move |text| Self::leaf(ty, text))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return f.write_str(self.text);
        }
        let mut rest = self.text;
        for part in &self.parts {
            let (before, behind) = split(rest).expect("a place for each part");
            write!(f, "{before}")?;
            // Operators bind as they would in a tree.
            if part.text.starts_with("({")
                || part.parts.is_empty()
                || part.text.as_bytes()[0].is_ascii_uppercase()
            {
                write!(f, "{part}")?;
            } else {
                write!(f, "({part})")?;
            }
            rest = behind;
        }
        f.write_str(rest)
    }
}

/// What stands before and behind the first place of a template.
fn split(text: &'static str) -> Option<(&'static str, &'static str)> {
    let at = text.find('{')?;
    Some((&text[..at], &text[at + 3..]))
}

fn places(text: &'static str) -> Vec<char> {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(|at| bytes[*at] == b'{').map(|at| char::from(bytes[at + 1])).collect()
}

fn leaves(ty: char) -> &'static [&'static str] {
    LEAVES.iter().find(|(known, _)| *known == ty).expect("a known type").1
}

/// Whether a template or leaf calls the function `name`.
pub(super) fn draws_on(name: &str) -> bool {
    let call = format!("{name}(");
    let calls = |text: &str| {
        text.match_indices(&call)
            .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    TEMPLATES.iter().any(|(_, text)| calls(text))
        || LEAVES.iter().any(|(_, texts)| texts.iter().any(|text| calls(text)))
}

/// Draws programs, the same for the same seed.
pub(super) struct Generator {
    state: u64,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A program of any type.
    pub(super) fn program(&mut self) -> Tree {
        let ty = self.one_of(&['n', 'n', 't', 't', 'b', 'd', 'm']);
        let depth = 1 + self.below(4);
        self.tree(ty, depth)
    }

    fn tree(&mut self, ty: char, depth: usize) -> Tree {
        let ty = match ty {
            'a' => self.one_of(&['n', 't', 'b', 'd', 'm']),
            'x' => self.one_of(&['d', 'm']),
            ty => ty,
        };
        let templates: Vec<&'static str> =
            TEMPLATES.iter().filter(|(known, _)| *known == ty).map(|(_, text)| *text).collect();
        if depth == 0 || templates.is_empty() {
            let text = self.one_of(leaves(ty));
            return Tree::leaf(ty, text);
        }
        let text = self.one_of(&templates);
        let parts = places(text).into_iter().map(|place| {
            let depth = if self.below(3) == 0 { 0 } else { depth - 1 };
            self.tree(place, depth)
        });
        let parts = parts.collect();
        Tree { ty, text, parts }
    }
}
