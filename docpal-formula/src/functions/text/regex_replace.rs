//! `REGEX_REPLACE`.

use regex::Captures;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["REGEXP_REPLACE"],
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("pattern", ParamType::Regex),
            required("replacement", ParamType::Text),
        ],
        Returns::Text,
    ),
    doc: "The text with every match of the regular expression replaced; $1 to $9 in the \
          replacement are the groups, $0 the match, $$ a dollar sign.",
    examples: &[
        example("REGEX_REPLACE(\"a1b22\", \"[0-9]+\", \"#\")", "\"a#b#\""),
        example("REGEX_REPLACE(\"Doe, Jane\", \"(\\\\w+), (\\\\w+)\", \"$2 $1\")", "\"Jane Doe\""),
        example("REGEX_REPLACE(\"abc\", \"b\", \"$$1\")", "\"a$1c\""),
    ],
    eval: |call| {
        let (regex, text, replacement) = (call.regex(1)?, call.text(0)?, call.text(2)?);
        call.pay_for_text(text.len())?;
        let (mut result, mut done) = (String::new(), 0);
        for found in regex.captures_iter(&text) {
            let Some(whole) = found.get(0) else { continue };
            result.push_str(text.get(done..whole.start()).unwrap_or(""));
            expand(&replacement, &found, &mut result);
            call.check_text(result.len())?;
            done = whole.end();
        }
        result.push_str(text.get(done..).unwrap_or(""));
        Ok(result.into())
    },
    ..Builtin::new(Category::Text, "REGEX_REPLACE")
};

/// Writes the replacement of one match; a `$` before anything but a digit or `$` is itself.
fn expand(replacement: &str, found: &Captures<'_>, result: &mut String) {
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        let group = chars.peek().and_then(|next| next.to_digit(10));
        match (c, group) {
            ('$', Some(group)) => {
                chars.next();
                result.push_str(found.get(group as usize).map_or("", |group| group.as_str()));
            }
            ('$', None) => {
                chars.next_if_eq(&'$');
                result.push('$');
            }
            _ => result.push(c),
        }
    }
}
