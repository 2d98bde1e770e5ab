//! The stable names of all findings about a formula.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: &str = $text;)+

        /// Every code with its meaning, in the order of the pipeline's stages.
        pub const ALL: &[(&str, &str)] = &[$(($text, concat!($($doc),+))),+];
    };
}

codes! {
    /// The source is longer than the limit.
    SOURCE_TOO_LONG = "source_too_long";
    /// Parentheses, calls and signs are nested deeper than the limit.
    TOO_DEEP = "too_deep";
    /// The formula has more parts than the limit.
    TOO_MANY_NODES = "too_many_nodes";
    /// There is nothing to compute.
    EMPTY = "empty";
    /// An opening parenthesis has no closing one.
    UNCLOSED_PAREN = "unclosed_paren";
    /// A closing parenthesis has no opening one.
    UNEXPECTED_PAREN = "unexpected_paren";
    /// A field reference `{...` has no closing brace.
    UNCLOSED_BRACE = "unclosed_brace";
    /// A text literal has no closing quote.
    UNCLOSED_TEXT = "unclosed_text";
    /// A `/* comment` has no end.
    UNCLOSED_COMMENT = "unclosed_comment";
    /// A backslash in a text literal is followed by something that is no escape.
    INVALID_ESCAPE = "invalid_escape";
    /// A number literal that 28 digits cannot hold.
    INVALID_NUMBER = "invalid_number";
    /// A character that means nothing in a formula.
    UNEXPECTED_CHARACTER = "unexpected_character";
    /// An operator of other languages that this one has not.
    UNKNOWN_OPERATOR = "unknown_operator";
    /// A value is missing: before, between or behind operators, commas and parentheses.
    EXPECTED_VALUE = "expected_value";
    /// Two values follow each other without an operator between them.
    EXPECTED_OPERATOR = "expected_operator";
    /// Anything else the grammar does not allow.
    SYNTAX = "syntax";
    /// A field that does not exist.
    UNKNOWN_FIELD = "unknown_field";
    /// A function that does not exist.
    UNKNOWN_FUNCTION = "unknown_function";
    /// A call with fewer arguments than the function needs.
    TOO_FEW_ARGUMENTS = "too_few_arguments";
    /// A call with more arguments than the function takes.
    TOO_MANY_ARGUMENTS = "too_many_arguments";
    /// A value of a type that does not fit its place.
    TYPE_MISMATCH = "type_mismatch";
    /// A unit of time that does not exist.
    UNKNOWN_UNIT = "unknown_unit";
    /// A time zone that does not exist.
    UNKNOWN_TIME_ZONE = "unknown_time_zone";
    /// A locale that is not available.
    UNKNOWN_LOCALE = "unknown_locale";
    /// A regular expression that does not compile.
    INVALID_REGEX = "invalid_regex";
    /// A date or number format that means nothing.
    INVALID_FORMAT = "invalid_format";
    /// A path into JSON that means nothing.
    INVALID_PATH = "invalid_path";
    /// A text in the place of a date that is no date.
    INVALID_DATE = "invalid_date";
    /// An argument that has to be written out in the formula.
    LITERAL_REQUIRED = "literal_required";
    /// Warning: DATETIME_DIFF counts seconds when no unit is given.
    MISSING_UNIT = "missing_unit";
    /// Warning: `+` joins, because a side is a text.
    PLUS_JOINS = "plus_joins";
    /// Warning: branches of different types, the result is text.
    MIXED_BRANCHES = "mixed_branches";
    /// A formula that depends on itself, directly or through other formulas.
    CYCLE = "cycle";
}
