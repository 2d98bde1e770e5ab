//! The apostrophe before texts that a spreadsheet would run as a formula: where an export puts one, and where an import
//! takes it off again. What one puts the other takes, for every text.

/// The characters that begin a formula in one spreadsheet or another, the full-width ones among them.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// Must an apostrophe stand before this text in a file? Before a formula, also one behind white space, which
/// spreadsheets skip, and before what looks as if it had an apostrophe already, so that taking one off gives the text
/// back. Not before a telephone number: what has only digits, spaces and `+-().` runs nothing.
pub(crate) fn is_needed(text: &str) -> bool {
    // Nearly all texts end here.
    if text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return false;
    }
    let text = text.trim_start_matches('\'');
    let begin = text.trim_start_matches(|char: char| char.is_whitespace() || char.is_control());
    let harmless = |char: char| char.is_ascii_digit() || " +-().".contains(char);
    let skipped = text.starts_with(['\t', '\r', '\n']) && !begin.is_empty();
    (begin.starts_with(SIGNS) || skipped) && !text.chars().all(harmless)
}

/// The text without the apostrophe that an export put before it, if it has one.
pub(crate) fn removed(text: &str) -> Option<&str> {
    text.strip_prefix('\'').filter(|rest| is_needed(rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_only_digits_spaces_and_signs_needs_none() {
        for phone in ["+55 (12) 3923-5555", "+1-555-0100", "(030) 12.34", "-", "+", "-5", "+ 4", ""] {
            assert!(!is_needed(phone), "{phone}");
        }
    }

    #[test]
    fn a_formula_behind_white_space_needs_one() {
        for text in [" =1+1", "\u{a0}=A1", "  @SUM(A1)", "\n\t-cmd|x", "\u{3000}＝1", "'=1", "''=1", "' =1"]
        {
            assert!(is_needed(text), "{text:?}");
        }
        for text in ["a =1", " '=1", "'quoted'", "' x", "#=1", "\"=1"] {
            assert!(!is_needed(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_put_is_taken_off_again(text in "['=+ @a1()\t\n-]{0,6}|\\PC{0,4}") {
            let written = if is_needed(&text) { format!("'{text}") } else { text.clone() };
            prop_assert_eq!(removed(&written).unwrap_or(&written), &text);
        }
    }
}
