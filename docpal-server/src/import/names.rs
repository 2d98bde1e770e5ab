//! Field names made of the header, and what a header's words say about its column.

use std::collections::{HashMap, HashSet};

use docpal_core::names::fold;
use docpal_core::target::System;
use serde::Serialize;

/// The longest field name, in characters.
const MAX_NAME: usize = 100;

/// One field name for each header: trimmed, without control characters, 1 to 100 characters long, and no two
/// equal when case is ignored. An empty header becomes `Column 3`, the second `Name` becomes `Name 2`, and so does a
/// first one that every record has by itself, as `created_at`.
pub(super) fn field_names(headers: &[String]) -> Vec<String> {
    let clean: Vec<String> = headers.iter().map(|header| clean(header)).collect();
    let mut taken: HashSet<String> = clean.iter().map(|name| fold(name)).collect();
    let reserved = System::ALL.iter().map(|system| system.name()).filter(|name| System::is_reserved(name));
    let mut seen: HashSet<String> = reserved.map(str::to_owned).collect();
    taken.extend(seen.iter().cloned());
    let mut names = Vec::with_capacity(clean.len());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (at, name) in clean.into_iter().enumerate() {
        if !name.is_empty() && seen.insert(fold(&name)) {
            names.push(name);
            continue;
        }
        // Of the same name again, the numbers up to the last one are taken.
        let last = if name.is_empty() { None } else { numbers.get(&name).copied() };
        let (stem, first) = if name.is_empty() {
            ("Column", at + 1)
        } else {
            (name.as_str(), last.map_or(2, |last| last + 1))
        };
        let free = (first..).map(|number| (number, numbered(stem, number)));
        let found = free.into_iter().find(|(_, name)| taken.insert(fold(name)));
        if let Some((number, free)) = found {
            names.push(free);
            numbers.insert(name, number);
        }
    }
    names
}

/// Why a field is not called as its column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MadeName {
    /// The column has an empty header.
    Empty,
    /// The header has the name twice, ignoring case.
    Twice,
    /// Every record has one of that name by itself, as `created_at`.
    Reserved,
}

/// Which of the names of [`field_names`] are not those of the headers, and why.
pub(super) fn made(headers: &[String], names: &[String]) -> Vec<Option<MadeName>> {
    let mut seen = HashSet::new();
    let why = |(header, name): (&String, &String)| {
        let said = clean(header);
        let first = seen.insert(fold(&said));
        (said != *name).then_some(match (said.is_empty(), first) {
            (true, _) => MadeName::Empty,
            (_, true) => MadeName::Reserved,
            _ => MadeName::Twice,
        })
    };
    headers.iter().zip(names).map(why).collect()
}

/// Is the header longer than a field name may be?
pub(super) fn is_long(header: &str) -> bool {
    one_line(header).chars().count() > MAX_NAME
}

/// The header as it would be a name of a field, if nothing were against it.
pub(super) fn clean(header: &str) -> String {
    shorten(&one_line(header), MAX_NAME).to_owned()
}

fn one_line(header: &str) -> String {
    let words = header.split(|char: char| char.is_whitespace() || char.is_control());
    let mut name = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

fn numbered(stem: &str, number: usize) -> String {
    let suffix = format!(" {number}");
    format!("{}{suffix}", shorten(stem, MAX_NAME - suffix.len()))
}

/// The first `max` characters, without a space at the end.
pub(super) fn shorten(text: &str, max: usize) -> &str {
    match text.char_indices().nth(max) {
        Some((end, _)) => text.get(..end).unwrap_or(text).trim_end(),
        None => text,
    }
}

/// The header's words in lower case: `shipPostalCode`, `ship_postal_code` and `Ship postal code` are the same.
pub(super) fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for char in header.chars() {
        let new = !char.is_alphabetic() || (char.is_uppercase() && after_lower);
        if new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if char.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(char.to_lowercase());
        }
        after_lower = char.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A column of codes that may look like numbers: telephone numbers, postal codes, book numbers, versions.
pub(super) fn names_a_code(header: &str) -> bool {
    const CODES: &[&str] = &[
        "zip",
        "zipcode",
        "postal",
        "postalcode",
        "postcode",
        "plz",
        "phone",
        "telephone",
        "tel",
        "fax",
        "mobile",
        "iban",
        "isbn",
        "issn",
        "ean",
        "gtin",
        "upc",
        "ssn",
        "version",
    ];
    const FILLERS: &[&str] = &["code", "number", "num", "no", "nr"];
    let words = words(header);
    let last = words.iter().rev().find(|word| !FILLERS.contains(&word.as_str()));
    last.is_some_and(|word| CODES.contains(&word.as_str()))
}

/// A column of keys, each naming one thing.
pub(super) fn names_an_id(header: &str) -> bool {
    words(header).last().is_some_and(|word| matches!(word.as_str(), "id" | "uuid" | "guid" | "key"))
}

/// A column whose name asks a question that yes or no answers.
pub(super) fn names_a_switch(header: &str) -> bool {
    const STATES: &[&str] =
        &["active", "visible", "public", "private", "valid", "open", "done", "paid", "hidden"];
    let words = words(header);
    if header.trim_end().ends_with('?') || words.last().is_some_and(|word| word == "flag") {
        return true;
    }
    match words.as_slice() {
        [] => false,
        [word] => word.ends_with("ed") && word.len() > 4 || STATES.contains(&word.as_str()),
        [first, ..] => matches!(first.as_str(), "is" | "has" | "can" | "was" | "should" | "allow" | "allows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(headers: &[&str]) -> Vec<String> {
        field_names(&headers.iter().map(|header| (*header).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn names_are_trimmed_and_lose_control_characters() {
        assert_eq!(
            names(&["  first\tname ", "a\u{7}b", "multi\r\nline"]),
            ["first name", "a b", "multi line"]
        );
    }

    #[test]
    fn empty_headers_are_numbered_by_place() {
        assert_eq!(names(&["a", "", " "]), ["a", "Column 2", "Column 3"]);
        assert_eq!(names(&["Column 2", ""]), ["Column 2", "Column 3"]);
        assert_eq!(names(&["", "column 1", "Column"]), ["Column 2", "column 1", "Column"]);
    }

    #[test]
    fn names_are_unique_ignoring_case() {
        assert_eq!(names(&["Name", "name", "NAME"]), ["Name", "name 2", "NAME 3"]);
        assert_eq!(names(&["a", "a", "a 2"]), ["a", "a 3", "a 2"]);
        assert_eq!(names(&["Column", "Column", ""]), ["Column", "Column 2", "Column 3"]);
    }

    #[test]
    fn names_have_at_most_100_characters_with_their_number() {
        let long = "é".repeat(150);
        let names = names(&[&long, &long]);
        assert_eq!(names[0].chars().count(), 100);
        assert_eq!(names[1], format!("{} 2", "é".repeat(98)));
    }

    #[test]
    fn headers_say_what_their_columns_are() {
        for code in
            ["zip", "Postal Code", "shipPostalCode", "home_phone", "Phone number", "ISBN", "Tel.", "phone2"]
        {
            assert!(names_a_code(code), "{code}");
        }
        for other in ["phone_count", "code", "number", "unit_price", ""] {
            assert!(!names_a_code(other), "{other}");
        }
        for switch in ["discontinued", "Active", "is_new", "hasChildren", "paid?", "vip_flag"] {
            assert!(names_a_switch(switch), "{switch}");
        }
        for other in ["units_ordered", "count", "red", "seed", "island", ""] {
            assert!(!names_a_switch(other), "{other}");
        }
        assert!(names_an_id("region_id") && names_an_id("RegionId") && !names_an_id("paid"));
    }
}
