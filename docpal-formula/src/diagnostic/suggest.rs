//! The names nearest to a mistyped one.

/// Most suggestions given for one name.
const MOST: usize = 3;
/// Names longer than this are compared by their first characters only, so that time stays linear.
const LONGEST: usize = 40;

/// The candidates nearest to `name`, best first: equal but for case, then few edits apart.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = fold(name);
    let allowed = (wanted.len() / 3).max(1);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let folded = fold(candidate);
            if folded.len().abs_diff(wanted.len()) > allowed {
                return None;
            }
            let distance = edits(&wanted, &folded);
            (distance <= allowed).then_some((distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MOST).map(|(_, candidate)| candidate.to_owned()).collect()
}

fn fold(name: &str) -> Vec<char> {
    name.chars()
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '_' | ' ' | '-'))
        .collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&row, j) + 1).min(at(&last, j + 1) + 1).min(at(&last, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if swapped {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn case_and_separators_do_not_count() {
        assert_eq!(nearest("unit price", ["Unit_Price", "Quantity"]), ["Unit_Price"]);
    }

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(nearest("prcie", ["price", "piece"]), ["price"]);
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(nearest("total", ["customer", "date"]), Vec::<String>::new());
    }
}
