//! Regular expressions of users: of linear time and bounded size.

use regex::{Regex, RegexBuilder};

/// A regular expression of linear time and bounded size, or why it is none.
pub(crate) fn compile_regex(pattern: &str) -> Result<Regex, String> {
    const LONGEST: usize = 10 * 1024;
    const LARGEST: usize = 1 << 20;
    if pattern.len() > LONGEST {
        return Err("the pattern is too long".to_owned());
    }
    let compiled =
        RegexBuilder::new(pattern).size_limit(LARGEST).dfa_size_limit(LARGEST).nest_limit(64).build();
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern needs too much memory".to_owned(),
        // The last line says what is wrong; those before repeat the pattern.
        error => error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned(),
    })
}
