//! Escapes in texts and field references, both ways.

use std::borrow::Cow;

/// An escape that means nothing: where it starts in the body, and its length in bytes.
pub(crate) struct BadEscape {
    pub(crate) at: usize,
    pub(crate) length: usize,
}

/// The text a literal stands for; `body` is what is between the quotes.
pub(crate) fn unescape_text(body: &str) -> Result<Cow<'_, str>, BadEscape> {
    if !body.contains('\\') {
        return Ok(Cow::Borrowed(body));
    }
    let mut text = String::with_capacity(body.len());
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let escape = chars.next().map_or('\0', |(_, c)| c);
        text.push(match escape {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '\\' | '"' | '\'' => escape,
            'u' => {
                let digits =
                    body.get(at + 2..at + 6).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
                let code = digits.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
                chars.nth(3);
                code.ok_or(BadEscape { at, length: digits.map_or(2, |_| 6) })?
            }
            _ => return Err(BadEscape { at, length: 1 + escape.len_utf8() }),
        });
    }
    Ok(Cow::Owned(text))
}

/// `text` as a literal in double quotes.
pub(crate) fn escape_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() && u32::from(c) <= 0xffff => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The field name a reference stands for; `body` is what is between the braces.
///
/// Only `\}` and `\\` are escapes: a backslash before anything else is part of the name.
pub(crate) fn unescape_field(body: &str) -> String {
    let mut name = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(&escaped @ ('\\' | '}'))) => {
                name.push(escaped);
                chars.next();
            }
            _ => name.push(c),
        }
    }
    name
}

/// `name` as a reference in braces.
pub(crate) fn escape_field(name: &str) -> String {
    format!("{{{}}}", name.replace('\\', "\\\\").replace('}', "\\}"))
}
