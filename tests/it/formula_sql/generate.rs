//! Random well-typed programs, as trees of templates.

use std::fmt;

use super::templates::{LEAVES, TEMPLATES};

/// A part of a program.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) ty: char,
    text: &'static str,
    pub(super) parts: Vec<Tree>,
}

impl Tree {
    pub(super) fn leaf(ty: char, text: &'static str) -> Self {
        Self { ty, text, parts: Vec::new() }
    }

    /// The leaves a part of type `ty` can shrink to.
    pub(super) fn leaves(ty: char) -> impl Iterator<Item = Self> {
        leaves(ty).iter().map(move |text| Self::leaf(ty, text))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return f.write_str(self.text);
        }
        let mut rest = self.text;
        for part in &self.parts {
            let (before, behind) = split(rest).expect("a place for each part");
            write!(f, "{before}")?;
            // Operators bind as they would in a tree.
            if part.text.starts_with("({")
                || part.parts.is_empty()
                || part.text.as_bytes()[0].is_ascii_uppercase()
            {
                write!(f, "{part}")?;
            } else {
                write!(f, "({part})")?;
            }
            rest = behind;
        }
        f.write_str(rest)
    }
}

/// What stands before and behind the first place of a template.
fn split(text: &'static str) -> Option<(&'static str, &'static str)> {
    let (before, place) = text.split_once('{')?;
    Some((before, place.split_once('}')?.1))
}

fn places(text: &'static str) -> Vec<char> {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(|at| bytes[*at] == b'{').map(|at| char::from(bytes[at + 1])).collect()
}

fn leaves(ty: char) -> &'static [&'static str] {
    LEAVES.iter().find(|(known, _)| *known == ty).expect("a known type").1
}

/// Whether a template or leaf calls the function `name`.
pub(super) fn draws_on(name: &str) -> bool {
    let call = format!("{name}(");
    let in_word = |before: &str| before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let calls = |text: &str| text.split_once(&call).is_some_and(|(before, _)| !in_word(before));
    TEMPLATES.iter().any(|(_, text)| calls(text))
        || LEAVES.iter().any(|(_, texts)| texts.iter().any(|text| calls(text)))
}

/// Draws programs, the same for the same seed.
pub(super) struct Generator {
    state: u64,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A program of any type.
    pub(super) fn program(&mut self) -> Tree {
        let ty = self.one_of(&['n', 'n', 't', 't', 'b', 'd', 'm']);
        let depth = 1 + self.below(4);
        self.tree(ty, depth)
    }

    fn tree(&mut self, ty: char, depth: usize) -> Tree {
        let ty = match ty {
            'a' => self.one_of(&['n', 't', 'b', 'd', 'm', 'l']),
            'x' => self.one_of(&['d', 'm']),
            ty => ty,
        };
        let ty = match ty {
            'l' => self.one_of(&['N', 'T', 'T', 'B', 'D', 'M']),
            ty => ty,
        };
        let templates: Vec<&'static str> =
            TEMPLATES.iter().filter(|(known, _)| *known == ty).map(|(_, text)| *text).collect();
        if depth == 0 || templates.is_empty() {
            let text = self.one_of(leaves(ty));
            return Tree::leaf(ty, text);
        }
        let text = self.one_of(&templates);
        let parts = places(text).into_iter().map(|place| {
            let depth = if self.below(3) == 0 { 0 } else { depth - 1 };
            self.tree(place, depth)
        });
        let parts = parts.collect();
        Tree { ty, text, parts }
    }
}
