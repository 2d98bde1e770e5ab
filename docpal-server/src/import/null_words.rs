//! Words that mean an empty cell.

use std::collections::HashSet;

/// The most words, and the most characters of one.
const MOST: usize = 100;
const LONGEST: usize = 100;

/// Words that mean an empty cell, such as `NULL` or `\N`: at most 100 of at most 100 characters. Every cell of a file is
/// held against them.
///
/// # Example
/// ```
/// use docpal_server::import::{InferOptions, NullWords};
///
/// let options = InferOptions { null_words: NullWords::new(["NULL", "N/A"])?, ..InferOptions::default() };
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NullWords {
    words: HashSet<Box<str>>,
    /// The bytes of the longest word.
    longest: usize,
}

impl NullWords {
    /// These words, without white space around them.
    ///
    /// # Errors
    /// What is wrong, for people: an empty word, one that is too long, or too many.
    pub fn new<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Result<NullWords, String> {
        let mut all = NullWords::default();
        for word in words {
            let word = word.as_ref().trim();
            if word.is_empty() {
                return Err(
                    "a word is empty, and an empty cell is empty anyway; expected words as N/A,-".into()
                );
            }
            if word.chars().nth(LONGEST).is_some() {
                return Err(format!("a word for an empty cell has at most {LONGEST} characters"));
            }
            all.words.insert(word.into());
            all.longest = all.longest.max(word.len());
            if all.words.len() > MOST {
                return Err(format!("at most {MOST} words may mean an empty cell"));
            }
        }
        Ok(all)
    }

    /// Is the text one of the words?
    pub(super) fn contain(&self, text: &str) -> bool {
        text.len() <= self.longest && self.words.contains(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 16,000 words made each cell cost 16,000 comparisons.
    #[test]
    fn words_for_an_empty_cell_are_few_and_short() {
        let numbered = |count: usize| (0..count).map(|number| format!("word {number}"));
        let most = NullWords::new(numbered(MOST)).unwrap();
        assert!(most.contain("word 99") && !most.contain("word 100") && !most.contain("word"));
        assert!(NullWords::new(numbered(MOST + 1)).unwrap_err().contains("at most 100 words"));
        assert!(NullWords::new(std::iter::repeat_n("NULL", 2 * MOST)).unwrap().contain("NULL"));
        assert!(NullWords::new(["é".repeat(LONGEST)]).unwrap().contain(&"é".repeat(LONGEST)));
        assert!(NullWords::new(["é".repeat(LONGEST + 1)]).unwrap_err().contains("at most 100 characters"));
        assert!(NullWords::new([" "]).unwrap_err().contains("empty"));
        assert!(NullWords::new([" N/A "]).unwrap().contain("N/A"));
        assert!(!NullWords::default().contain(""));
    }
}
