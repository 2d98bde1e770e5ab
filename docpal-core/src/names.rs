//! Names that people give: 1 to 100 characters on one line, compared ignoring case; and the nearest name
//! for a miss.

use crate::error::FieldError;

/// A name has at most this many characters.
pub const MAX_NAME: usize = 100;

/// Checks a name that a person gave; gives it without white space around it.
///
/// # Errors
/// An entry for `at` with code `required`, `too_long` or `control_character`.
pub fn check(name: &str, at: &str) -> Result<String, FieldError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(FieldError::new(at, "required", "a name is needed"));
    }
    if name.chars().count() > MAX_NAME {
        return Err(FieldError::new(at, "too_long", format!("a name has at most {MAX_NAME} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(FieldError::new(
            at,
            "control_character",
            "a name is one line without control characters",
        ));
    }
    Ok(name.to_owned())
}

/// The form in which two names are the same.
#[must_use]
pub fn fold(name: &str) -> String {
    docpal_formula::fold(name)
}

/// A text of a request as an error repeats it: cut to the length of a name.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}

/// The candidate nearest to `wanted`, if one is near: the same ignoring case, or a third of it mistyped.
pub fn nearest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    docpal_formula::nearest(wanted, candidates).first().copied()
}

/// The end of a sentence: `; did you mean `x`?`, or a full stop.
#[must_use]
pub fn end_of_sentence(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| ".".to_owned(), |name| suggestion(Some(name)))
}

/// `; did you mean `x`?`, or nothing.
#[must_use]
pub fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["price", "quantity", "Discount"];
        assert_eq!(nearest("discount", names), Some("Discount"));
        assert_eq!(nearest("quantty", names), Some("quantity"));
        assert_eq!(nearest("prise", names), Some("price"));
        assert_eq!(nearest("nmae", ["name", "note"]), Some("name"));
        assert_eq!(nearest("zzz", names), None);
    }

    #[test]
    fn names_are_one_line_of_1_to_100_characters() {
        assert_eq!(check("  Größe 😀 \"x\"; drop ", "name").unwrap(), "Größe 😀 \"x\"; drop");
        assert_eq!(check(" ", "name").unwrap_err().code, "required");
        assert_eq!(check(&"é".repeat(101), "name").unwrap_err().code, "too_long");
        assert_eq!(check("a\u{0}b", "name").unwrap_err().code, "control_character");
    }
}
