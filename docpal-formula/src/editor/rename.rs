//! A field's new name in the text of a formula.

use super::tokens::{HighlightKind, tokens};
use crate::syntax::escape::{escape_field, unescape_field};

/// The text with every reference to the field `old` made one to `new`; everything else stays as it is.
///
/// # Example
/// ```
/// use docpal_formula::editor::rename;
///
/// assert_eq!(rename("{price} * 2 // {price}", "price", "unit price"), "{unit price} * 2 // {price}");
/// ```
#[must_use]
pub fn rename(source: &str, old: &str, new: &str) -> String {
    let mut text = String::with_capacity(source.len());
    for token in tokens(source) {
        let piece = token.span.text(source);
        let name = match piece.strip_prefix('{') {
            Some(body) => body.strip_suffix('}').map(unescape_field),
            None => Some(piece.to_owned()),
        };
        let is_reference =
            token.kind == HighlightKind::Field && token.is_closed && name.as_deref() == Some(old);
        if is_reference {
            text.push_str(&escape_field(new));
        } else {
            text.push_str(piece);
        }
    }
    text
}
