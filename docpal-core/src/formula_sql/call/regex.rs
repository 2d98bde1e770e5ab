//! Regular expressions that PostgreSQL reads as formulas do.
//!
//! What a match is stands in `find`. Whether a text has one is a question about the language of the expression, which both engines answer alike
//! once the expression is spelled out: classes as ranges of code points, no options, no shorthands. What looks at
//! words or lines is refused, and so is what would make PostgreSQL's automaton large.

mod find;

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::sql::expr::{Collation, PgFn};
use docpal_formula::{Prepared, Value};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use self::find::find;
use super::super::sql::Sql;
use super::super::term::Term;
use super::{Call, Unsupported, through};

/// PostgreSQL's largest count in braces.
const MOST_REPEATED: u32 = 255;
/// Characters and classes of the expression with all repetitions written out.
const MOST_STEPS: u64 = 1_000;
/// Ranges of code points in all classes.
const MOST_RANGES: usize = 4_000;

/// A replacement names groups at most this often: each time could repeat the whole text.
const MOST_NAMED: usize = 20;

/// REGEX_MATCH.
pub(super) fn is_match(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let pattern = Translation::of(&parse(written_out(call)?)?, false)?;
    let text = call.filled_text(0)?;
    Ok(Sql::truth_unless(text.fails(), text.value.matches(&pattern)))
}

/// REGEX_EXTRACT: the first group, or the whole match of an expression without groups.
pub(super) fn extract(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let pattern = Term::pattern(&find(written_out(call)?)?.pattern);
    let text = call.text(0)?;
    let bytes = text.bytes;
    let found = |text: Term| Term::call(PgFn::Substring, [text.collate(Collation::CodePoint), pattern]);
    Ok(through(text, found).nullable(true).at_most(bytes).limited())
}

/// REGEX_REPLACE.
pub(super) fn replace(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let found = find(written_out(call)?)?;
    if found.can_be_empty {
        return Err(unsupported("matches the empty text"));
    }
    let Some(Value::Text(replacement)) = call.args().get(2).and_then(docpal_formula::Node::as_constant)
    else {
        return Err("its replacement is not written out".to_owned());
    };
    let replacement = Replacement::of(replacement, found.groups)?;
    let bytes = i64::try_from(replacement.own_bytes).unwrap_or(i64::MAX);
    let flags = if found.at_start { "" } else { "g" };
    let text = call.text(0)?;
    let replaced = |text: Term| {
        let text = text.collate(Collation::CodePoint);
        let pattern = Term::pattern(&found.pattern);
        let replacement = Term::pattern(&replacement.text);
        let args = [text, pattern, replacement, Term::integer(bytes), Term::literal(flags)];
        Term::call(PgFn::RegexReplace, args)
    };
    Ok(through(text, replaced).at_most(u64::MAX).limited())
}

/// A class of the characters that words are made of for PROPER: the evaluator's own, whatever Unicode PostgreSQL knows.
pub(super) fn of_words() -> &'static str {
    static CLASS: LazyLock<String> = LazyLock::new(|| {
        let mut translation = Translation { text: String::new(), ranges: 0, with_groups: false };
        let characters = ('\0'..=char::MAX).filter(|c| c.is_alphanumeric());
        let class = ClassUnicode::new(characters.map(|c| ClassUnicodeRange::new(c, c)));
        // Words have no NUL, which is all that could be refused.
        let _ = translation.add(&Hir::class(Class::Unicode(class)));
        translation.text
    });
    &CLASS
}

fn written_out<'c>(call: &'c Call<'_>) -> Result<&'c str, Unsupported> {
    match call.call.prepared(1) {
        Prepared::Regex(pattern) => Ok(pattern.as_str()),
        _ => Err("its regular expression is not written out".to_owned()),
    }
}

fn parse(pattern: &str) -> Result<Hir, Unsupported> {
    regex_syntax::parse(pattern).map_err(|_| "its regular expression is none".to_owned())
}

/// What a match is replaced by, in PostgreSQL's words.
struct Replacement {
    text: String,
    /// The bytes that each match adds, without those of groups.
    own_bytes: usize,
}

impl Replacement {
    /// `$0` is the match, `$1` to `$9` are groups, of which missing ones are empty, `$$` is a dollar sign.
    fn of(source: &str, groups: u32) -> Result<Self, Unsupported> {
        if source.contains('\0') {
            return Err("it has a text with the character NUL".to_owned());
        }
        let (mut text, mut own_bytes, mut named) = (String::new(), 0, 0);
        let mut chars = source.chars().peekable();
        while let Some(c) = chars.next() {
            let group = chars.peek().filter(|_| c == '$').and_then(|next| next.to_digit(10));
            if let Some(group) = group {
                chars.next();
                named += 1;
                match group {
                    0 => text.push_str("\\&"),
                    group if group <= groups => {
                        text.extend(['\\', char::from_digit(group, 10).unwrap_or('0')])
                    }
                    _ => {}
                }
                continue;
            }
            if c == '$' {
                chars.next_if_eq(&'$');
            }
            if c == '\\' {
                text.push('\\');
            }
            text.push(c);
            own_bytes += c.len_utf8();
        }
        if named > MOST_NAMED {
            return Err("its replacement names groups too often".to_owned());
        }
        Ok(Self { text, own_bytes })
    }
}

struct Translation {
    text: String,
    ranges: usize,
    with_groups: bool,
}

impl Translation {
    /// The same expression in PostgreSQL's words, its groups as groups if they matter.
    fn of(hir: &Hir, with_groups: bool) -> Result<String, Unsupported> {
        let mut translation = Self { text: String::new(), ranges: 0, with_groups };
        let steps = translation.add(hir)?;
        if steps > MOST_STEPS || translation.ranges > MOST_RANGES {
            return Err("its regular expression is too large for PostgreSQL".to_owned());
        }
        Ok(translation.text)
    }

    /// Writes `hir`; gives how many steps it is.
    fn add(&mut self, hir: &Hir) -> Result<u64, Unsupported> {
        match hir.kind() {
            HirKind::Empty => Ok(self.write("()", 0)),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).map_err(|_| unsupported("matches bytes"))?;
                text.chars().try_for_each(|c| self.character(c))?;
                Ok(text.chars().count() as u64)
            }
            HirKind::Class(Class::Unicode(class)) => {
                self.text.push('[');
                for range in class.ranges() {
                    // No text holds NUL, and no expression of PostgreSQL may.
                    let (start, end) = (range.start().max('\u{1}'), range.end().max('\u{1}'));
                    self.character(start)?;
                    if start < end {
                        self.text.push('-');
                        self.character(end)?;
                    }
                    self.ranges += 1;
                }
                if class.ranges().is_empty() {
                    return Err(unsupported("has a class without characters"));
                }
                Ok(self.write("]", 1))
            }
            HirKind::Class(Class::Bytes(_)) => Err(unsupported("matches bytes")),
            HirKind::Look(Look::Start) => Ok(self.write("\\A", 1)),
            HirKind::Look(Look::End) => Ok(self.write("\\Z", 1)),
            HirKind::Look(_) => Err(unsupported("looks at words or lines")),
            HirKind::Repetition(repetition) => self.repeated(repetition),
            HirKind::Capture(capture) if self.with_groups => {
                self.text.push('(');
                let steps = self.add(&capture.sub)?;
                Ok(self.write(")", steps))
            }
            HirKind::Capture(capture) => self.group(std::slice::from_ref(&*capture.sub), ""),
            HirKind::Concat(parts) => self.group(parts, ""),
            HirKind::Alternation(parts) => self.group(parts, "|"),
        }
    }

    fn write(&mut self, text: &str, steps: u64) -> u64 {
        self.text.push_str(text);
        steps
    }

    /// A code point, never as a character that could mean something.
    fn character(&mut self, c: char) -> Result<(), Unsupported> {
        if c == '\0' {
            return Err(unsupported("matches NUL"));
        }
        // Writing to a text cannot fail.
        let _ = match u32::from(c) {
            code @ 0..=0xffff => write!(self.text, "\\u{code:04x}"),
            code => write!(self.text, "\\U{code:08x}"),
        };
        Ok(())
    }

    fn group(&mut self, parts: &[Hir], between: &str) -> Result<u64, Unsupported> {
        let mut steps = self.write("(?:", 0);
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.text.push_str(between);
            }
            steps += self.add(part)?;
        }
        self.text.push(')');
        Ok(steps)
    }

    /// Greedy or not makes no difference to whether there is a match.
    fn repeated(&mut self, repetition: &Repetition) -> Result<u64, Unsupported> {
        let (least, most) = (repetition.min, repetition.max);
        if least.max(most.unwrap_or(0)) > MOST_REPEATED {
            return Err(unsupported("repeats too often"));
        }
        if !repetition.sub.properties().look_set().is_empty() {
            return Err(unsupported("repeats what has no length"));
        }
        let steps = self.group(std::slice::from_ref(&*repetition.sub), "")?;
        let quantifier = match (least, most) {
            (0, None) => "*".to_owned(),
            (1, None) => "+".to_owned(),
            (0, Some(1)) => "?".to_owned(),
            (least, None) => format!("{{{least},}}"),
            (least, Some(most)) => format!("{{{least},{most}}}"),
        };
        self.text.push_str(&quantifier);
        Ok(steps.saturating_mul(u64::from(most.unwrap_or(least).max(1))))
    }
}

fn unsupported(what: &str) -> Unsupported {
    format!("its regular expression {what}")
}

#[cfg(test)]
mod tests {
    use super::{Replacement, Translation, parse};

    fn translated(pattern: &str) -> Result<String, String> {
        Translation::of(&parse(pattern)?, false)
    }

    #[test]
    fn replacements_name_groups_and_nothing_else_means_something() {
        let cases = [
            ("$1-$0", r"\1-\&", 1),
            ("$2", "", 0),
            (r"a\b$$1", r"a\\b$1", 5),
            ("$x", "$x", 2),
            ("é$", "é$", 3),
        ];
        for (source, text, own_bytes) in cases {
            let replacement = Replacement::of(source, 1).unwrap();
            assert_eq!((replacement.text.as_str(), replacement.own_bytes), (text, own_bytes), "{source}");
        }
        assert!(Replacement::of(&"$0".repeat(21), 0).is_err());
    }

    #[test]
    fn expressions_are_spelled_out() {
        let cases = [
            ("a", r"\u0061"),
            ("^[0-9]+$", r"(?:\A(?:[\u0030-\u0039])+\Z)"),
            ("a|bc", r"(?:\u0061|\u0062\u0063)"),
            ("(?i)k?", r"(?:[\u004b\u006b\u212a])?"),
            ("(👍){2,}?", r"(?:(?:\U0001f44d)){2,}"),
            ("", "()"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(translated(pattern).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_postgresql_reads_otherwise_is_refused() {
        for pattern in [r"\bword", "(?m)^a", "a{300}", "(?:^)*", r"(\w{90}){20}", "[a&&b]", r"\x00"] {
            assert!(translated(pattern).is_err(), "{pattern}");
        }
    }
}
