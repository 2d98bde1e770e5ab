//! The names nearest to a mistyped one, in bounded work: whoever mistypes five thousand names at once pays for it, not
//! the server.

use crate::fold::fold;

/// How many wrong names of one formula, record or request get suggestions; the others are only told to be wrong.
pub const SUGGESTED: usize = 3;

/// Most suggestions given for one name.
const MOST: usize = 3;
/// Names are compared by their first characters only.
const LONGEST: usize = 40;
/// So many candidates are looked at.
const CANDIDATES: usize = 2_000;

/// The candidates nearest to `name`, best first, three at most: equal but for case, spaces, `_` and `-`, then few
/// letters changed, added, dropped or swapped with their neighbour.
///
/// ```
/// assert_eq!(docpal_formula::nearest("prise", ["quantity", "price", "prize"]), ["price", "prize"]);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let wanted = plain(name);
    let length = wanted.chars().count();
    let allowed = (length / 3).max(1);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .take(CANDIDATES)
        // What was asked for is no suggestion for itself.
        .filter(|candidate| *candidate != name && letters(candidate).count().abs_diff(length) <= allowed)
        .filter_map(|candidate| {
            let distance = strsim::osa_distance(&wanted, &plain(candidate));
            (distance <= allowed).then_some((distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The characters that count.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | ' ' | '-')).take(LONGEST)
}

fn plain(name: &str) -> String {
    fold(&letters(name).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn case_and_separators_do_not_count() {
        assert_eq!(nearest("unit price", ["Unit_Price", "Quantity"]), ["Unit_Price"]);
    }

    #[test]
    fn a_name_is_no_suggestion_for_itself() {
        assert_eq!(nearest("total", ["total", "Total"]), ["Total"]);
    }

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(nearest("nmae", ["name", "note"]), ["name"]);
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(nearest("total", ["customer", "date"]), [""; 0]);
    }

    #[test]
    fn a_name_as_long_as_a_book_costs_no_more_than_its_beginning() {
        let (long, other) = ("a".repeat(1_000_000), format!("{}b", "a".repeat(999)));
        assert_eq!(nearest(&long, [other.as_str()]), [other.as_str()]);
    }
}
