//! What is worth a word about a whole file, and about a line that does not fit its header.

use super::{
    encoding::Encoding,
    error::ImportErrors,
    infer::{InferOptions, InferredColumn},
    reason::grouped,
    source::Source,
};

/// What is worth a word: how the file is read where that is guessed, and what becomes of cells without a word.
pub(super) fn notes(
    source: &Source,
    columns: &[InferredColumn],
    padded: u64,
    options: &InferOptions,
) -> Vec<String> {
    let mut notes: Vec<String> = read_as(source, columns.len(), options).into_iter().collect();
    let blank: u64 = columns.iter().map(|column| column.blank).sum();
    if blank > 0 {
        let are = if blank == 1 { "cell of white space alone is" } else { "cells of white space alone are" };
        notes.push(format!("{} {are} empty", grouped(blank)));
    }
    if padded > 0 {
        let are = if padded == 1 { "short line is" } else { "short lines are" };
        notes.push(format!("{} {are} filled up with empty cells", grouped(padded)));
    }
    notes
}

/// How the file is read, when that is a guess beyond UTF-8 and a comma, or when there is nothing that a comma separates.
fn read_as(source: &Source, columns: usize, options: &InferOptions) -> Option<String> {
    let (encoding, delimiter) = (source.encoding(), source.delimiter());
    let foreign = encoding != Encoding::UTF_8 && source.guesses_encoding();
    let split = !source.is_json() && source.guesses_delimiter();
    let other = split && (delimiter != b',' || columns == 1);
    if !foreign && !other {
        return None;
    }
    let guessed = if foreign { " (guessed)" } else { "" };
    let mut text = format!("read as {encoding}{guessed}");
    let mut choices = Vec::new();
    if source.guesses_encoding() {
        choices.push(options.entry.choice("encoding"));
    }
    if !source.is_json() {
        let everything = if columns == 1 { ", all in one column" } else { "" };
        text.push_str(&format!(", separated by {}{everything}", shown(delimiter)));
        choices.extend(split.then(|| options.entry.choice("delimiter")));
    }
    Some(format!("{text}; {} if that is wrong", choices.join(", ")))
}

/// A delimiter, for people.
fn shown(delimiter: u8) -> String {
    if delimiter == b'\t' { "a tab".to_owned() } else { format!("{:?}", char::from(delimiter).to_string()) }
}

/// Says with the first line that does not fit the header what can be done about it.
pub(super) fn advise(errors: &mut ImportErrors, source: &Source, columns: usize, options: &InferOptions) {
    let Some(first) = errors.first_mut("field_count") else { return };
    let entry = options.entry;
    if columns == 1 {
        let choice = entry.choice("delimiter");
        first.message.push_str(&format!(
            "; cells are separated by {}, {choice} says by what else",
            shown(source.delimiter())
        ));
    }
    let (skip, pad) = (entry.set("ragged", "skip"), entry.set("ragged", "pad"));
    first.message.push_str(&format!("; {skip} leaves such lines out, {pad} fills short ones up"));
}

/// So many cells.
pub(super) fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}
