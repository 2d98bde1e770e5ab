//! Regular expressions that PostgreSQL reads as formulas do.
//!
//! Whether a text has a match is a question about the language of the expression, which both engines answer alike
//! once the expression is spelled out: classes as ranges of code points, no options, no shorthands. What looks at
//! words or lines is refused, and so is what would make PostgreSQL's automaton large.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::Unsupported;

/// PostgreSQL's largest count in braces.
const MOST_REPEATED: u32 = 255;
/// Characters and classes of the expression with all repetitions written out.
const MOST_STEPS: u64 = 1_000;
/// Ranges of code points in all classes.
const MOST_RANGES: usize = 4_000;

/// The same expression in PostgreSQL's words.
pub(super) fn translated(pattern: &str) -> Result<String, Unsupported> {
    let hir = regex_syntax::parse(pattern).map_err(|_| "its regular expression is none".to_owned())?;
    let mut translation = Translation { text: String::new(), ranges: 0 };
    let steps = translation.add(&hir)?;
    if steps > MOST_STEPS || translation.ranges > MOST_RANGES {
        return Err("its regular expression is too large for PostgreSQL".to_owned());
    }
    Ok(translation.text)
}

struct Translation {
    text: String,
    ranges: usize,
}

impl Translation {
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
    use super::translated;

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
