//! The one folding of texts: what ignores case compares folded texts.

/// `text` without its case: each character as one character, wherever in a word it stands, so that positions stay
/// and a part of a text is a part of the folded text. It is lower case, but for the final `ς`, which is `σ`, and `İ`,
/// which is `i`. In SQL this is `docpal.folded`.
///
/// ```
/// assert_eq!(docpal_formula::fold("ΟΔΟΣ"), docpal_formula::fold("οδος"));
/// assert_eq!(docpal_formula::fold("İstanbul"), "istanbul");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(folded).collect()
}

fn folded(c: char) -> char {
    match c {
        'ς' => 'σ',
        'İ' => 'i',
        // `İ` is the only character whose lower case is more than one.
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn every_character_folds_to_one_and_stays_folded() {
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            let once = fold(&c.to_string());
            assert_eq!(once.chars().count(), 1, "{c:?}");
            assert_eq!(fold(&once), once, "{c:?}");
            assert!(c == 'İ' || c.to_lowercase().count() == 1, "{c:?}");
        }
    }

    #[test]
    fn a_part_of_a_text_is_a_part_of_the_folded_text() {
        assert!(fold("ΟΔΟΣΑ").contains(&fold("ΟΔΟΣ")));
    }
}
