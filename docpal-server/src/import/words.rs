//! Cells that are known by their form: switches, e-mail addresses, URLs.

use super::kind::SwitchWords;
use super::tally::Class;

/// The pairs of words of a switch, and whether one of the two alone is proof enough.
pub(super) const SWITCHES: [(SwitchWords, bool); 6] = [
    (SwitchWords { on: "true", off: "false" }, true),
    (SwitchWords { on: "yes", off: "no" }, false),
    (SwitchWords { on: "on", off: "off" }, false),
    (SwitchWords { on: "t", off: "f" }, false),
    (SwitchWords { on: "y", off: "n" }, false),
    (SwitchWords { on: "1", off: "0" }, false),
];

/// The pair of digits, which is a switch only under a name that asks for one.
pub(super) const DIGITS: usize = 5;

/// A word of a switch: the pair that it belongs to, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SwitchWord {
    pub(super) pair: usize,
    pub(super) on: bool,
}

impl Class for SwitchWord {
    fn takes(&mut self, other: &SwitchWord) -> bool {
        self == other
    }
}

/// The cell as a word of any switch.
pub(super) fn switch(text: &str) -> Option<SwitchWord> {
    if text.len() > 5 {
        return None;
    }
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let of = |(pair, (words, _)): (usize, &(SwitchWords, bool))| {
        (is(words.on) || is(words.off)).then(|| SwitchWord { pair, on: is(words.on) })
    };
    SWITCHES.iter().enumerate().find_map(of)
}

/// What the cell of a switch says, in these words or in any.
pub(super) fn read_switch(text: &str, words: Option<SwitchWords>) -> Option<bool> {
    let word = switch(text)?;
    let (pair, _) = SWITCHES.get(word.pair)?;
    words.is_none_or(|words| words == *pair).then_some(word.on)
}

/// An address: one `@`, a dotted domain, no spaces, quotes or commas; letters of any script, as RFC 6531 has it.
pub(super) fn is_email(text: &str) -> bool {
    if text.len() > 254 {
        return false;
    }
    let Some((local, domain)) = text.split_once('@') else { return false };
    let foreign = |char: char| !char.is_ascii() && !char.is_whitespace() && !char.is_control();
    let plain =
        |char: char| char.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(char) || foreign(char);
    let atoms = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(plain));
    let labels = domain.split('.').all(|label| {
        let edges = !label.starts_with('-') && !label.ends_with('-');
        let letter = |char: char| {
            char.is_ascii_alphanumeric() || char == '-' || (foreign(char) && char.is_alphanumeric())
        };
        (1..=63).contains(&label.len()) && edges && label.chars().all(letter)
    });
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    let named = top.len() >= 2 && top.chars().any(char::is_alphabetic);
    local.len() <= 64 && atoms && labels && named
}

/// An absolute `http` or `https` address with a host.
pub(super) fn is_url(text: &str) -> bool {
    if text.len() > 2048 {
        return false;
    }
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if !(scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) {
        return false;
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let start = host.rsplit('@').next().unwrap_or_default().chars().next();
    let well_formed =
        |char: char| !char.is_whitespace() && !char.is_control() && !"\"<>\\^`{|}".contains(char);
    start.is_some_and(|char| char.is_alphanumeric() || char == '[') && rest.chars().all(well_formed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_read_in_any_case() {
        assert_eq!(switch("TRUE"), Some(SwitchWord { pair: 0, on: true }));
        assert_eq!(switch("No"), Some(SwitchWord { pair: 1, on: false }));
        assert_eq!(switch("0"), Some(SwitchWord { pair: DIGITS, on: false }));
        assert_eq!(switch("maybe"), None);
    }

    #[test]
    fn emails_are_told_from_text() {
        for email in [
            "a@b.co",
            "first.last+tag@sub.example.org",
            "O'Neil@example.museum",
            "josé@example.org",
            "用户@例子.广告",
            "hans@müller.de",
        ] {
            assert!(is_email(email), "{email}");
        }
        for text in [
            "a@b",
            "a b@c.de",
            "@b.co",
            "a@",
            ".a@b.co",
            "a@b..co",
            "a@-b.co",
            "a@b.1",
            "a@b@c.de",
            "a@b.c",
            "a\u{a0}b@c.de",
            "a@b!.de",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn urls_are_told_from_text() {
        for url in
            ["http://accweb/davolio.bmp", "HTTPS://example.org", "https://[::1]:80/?q=1#x", "http://é.fr/ü"]
        {
            assert!(is_url(url), "{url}");
        }
        for text in [
            "www.example.org",
            "ftp://x.org",
            "http://",
            "http:///x",
            "http://a b",
            "mailto:a@b.co",
            "see http://x",
        ] {
            assert!(!is_url(text), "{text}");
        }
    }
}
