//! Regular expressions that find the same match in PostgreSQL as in formulas.
//!
//! Formulas take the first match that the expression prefers, PostgreSQL the longest. They are one where the text leaves
//! no choice: a run of characters of one class after the other, each run ended by a character that it cannot hold. Such
//! are `[0-9]+`, `\s+`, `@(.+)$` or `([A-Z]{2})-(\d+)`.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use super::{Translation, Unsupported, unsupported};

/// PostgreSQL's replacements can name groups up to this one.
const MOST_GROUPS: u32 = 9;

/// An expression that leaves no choice.
pub(in super::super) struct Find {
    /// In PostgreSQL's words, with its groups.
    pub(in super::super) pattern: String,
    pub(in super::super) groups: u32,
    /// Whether it can only be found at the start of a text.
    pub(in super::super) at_start: bool,
    /// Whether it can find nothing between two characters.
    pub(in super::super) can_be_empty: bool,
}

/// The expression in PostgreSQL's words, if it leaves no choice.
pub(in super::super) fn find(pattern: &str) -> Result<Find, Unsupported> {
    let hir = super::parse(pattern)?;
    let mut runs = Runs::default();
    runs.add(&hir)?;
    runs.leave_no_choice()?;
    let groups = hir.properties().explicit_captures_len().try_into().unwrap_or(u32::MAX);
    if groups > MOST_GROUPS {
        return Err(unsupported("has more than nine groups"));
    }
    let can_be_empty = runs.runs.iter().all(|run| run.least == 0);
    let pattern = Translation::of(&hir, true)?;
    Ok(Find { pattern, groups, at_start: runs.at_start, can_be_empty })
}

/// Some characters of one class, as many as there are.
struct Run {
    class: ClassUnicode,
    least: u32,
    most: Option<u32>,
}

#[derive(Default)]
struct Runs {
    runs: Vec<Run>,
    at_start: bool,
    at_end: bool,
}

impl Runs {
    fn add(&mut self, hir: &Hir) -> Result<(), Unsupported> {
        match hir.kind() {
            HirKind::Empty => Ok(()),
            HirKind::Look(Look::Start) if self.runs.is_empty() => {
                self.at_start = true;
                Ok(())
            }
            HirKind::Look(Look::End) => {
                self.at_end = true;
                Ok(())
            }
            HirKind::Look(_) => Err(choice("looks around in its middle")),
            HirKind::Literal(_) | HirKind::Class(_) => {
                for class in classes(hir)? {
                    self.run(class, 1, Some(1))?;
                }
                Ok(())
            }
            HirKind::Repetition(Repetition { min, max, greedy, sub }) => {
                if !greedy && Some(*min) != *max {
                    return Err(choice("takes as little as it can"));
                }
                match classes(sub)?.as_slice() {
                    [class] => self.run(class.clone(), *min, *max),
                    _ => Err(choice("repeats more than one character")),
                }
            }
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part)),
            HirKind::Alternation(_) => Err(choice("has alternatives")),
        }
    }

    fn run(&mut self, class: ClassUnicode, least: u32, most: Option<u32>) -> Result<(), Unsupported> {
        if self.at_end {
            return Err(choice("goes on behind its end"));
        }
        self.runs.push(Run { class, least, most });
        Ok(())
    }

    /// A run of no fixed length must not be able to hold the characters that may follow it.
    fn leave_no_choice(&self) -> Result<(), Unsupported> {
        for (at, run) in self.runs.iter().enumerate().filter(|(_, run)| Some(run.least) != run.most) {
            for next in self.runs.iter().skip(at + 1) {
                let mut both = run.class.clone();
                both.intersect(&next.class);
                if !both.ranges().is_empty() {
                    return Err(choice("leaves open where its parts end"));
                }
                if next.least > 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The class of each character that `hir` stands for, one after the other.
fn classes(hir: &Hir) -> Result<Vec<ClassUnicode>, Unsupported> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| unsupported("matches bytes"))?;
            Ok(text.chars().map(|c| ClassUnicode::new([ClassUnicodeRange::new(c, c)])).collect())
        }
        HirKind::Class(Class::Unicode(class)) => Ok(vec![class.clone()]),
        _ => Err(choice("repeats more than one character")),
    }
}

fn choice(what: &str) -> Unsupported {
    unsupported(&format!("{what}, and PostgreSQL would take the longest match"))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn what_leaves_no_choice_is_found_alike() {
        for pattern in [
            "[0-9]+",
            r"\s+",
            "@(.+)$",
            r"([A-Z]{2})-(\d+)",
            "^[a-z]*",
            "(?i)straße",
            r"<([^>]*)>",
            r"-?\d+(\.)",
            "a{2,3}b",
            r"(\d+)-(\d*)x?",
        ] {
            assert!(find(pattern).is_ok(), "{pattern}: {:?}", find(pattern).err());
        }
    }

    #[test]
    fn what_could_match_in_two_ways_is_refused() {
        for pattern in [
            "a|ab",
            "(ab)*",
            "a+?",
            r"\w+\d",
            r"\d*-?\d+",
            ".*x",
            "a?b?a",
            r"\bx",
            "(a)?b",
            "a^b",
            "$a",
            "x{1,2}x",
            "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)",
        ] {
            assert!(find(pattern).is_err(), "{pattern}");
        }
    }
}
