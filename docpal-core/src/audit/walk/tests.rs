//! Merged lists against one sorted list.

use proptest::prelude::*;

use super::*;

/// Answers what is missing from `lists`; gives how many rounds and ids that took.
fn answer(walk: &mut Walk, lists: &[Vec<i64>], count: usize) -> (usize, usize) {
    let (mut rounds, mut ids) = (0, 0);
    loop {
        let missing = walk.missing(count);
        if missing.is_empty() {
            return (rounds, ids);
        }
        rounds += 1;
        for ask in missing {
            let list = lists[ask.part].iter().copied().filter(|id| *id < ask.below);
            let found: Vec<i64> = list.take(ask.most).collect();
            ids += found.len();
            walk.add(&ask, &found);
        }
    }
}

/// Lists of which each id, from the newest on, is in the one that `of` says.
fn lists(count: usize, of: impl IntoIterator<Item = usize>) -> Vec<Vec<i64>> {
    let mut lists = vec![Vec::new(); count];
    for (id, at) in (0..1_000_000).rev().zip(of) {
        lists[at % count].push(id);
    }
    lists
}

fn walk(lists: &[Vec<i64>]) -> Walk {
    Walk::new(lists.iter().map(|_| (Uuid::nil(), true)), i64::MAX)
}

proptest! {
    #[test]
    fn the_newest_of_all_lists_are_given_in_order(
        count in 1..40_usize, of in prop::collection::vec(any::<usize>(), 0..900), most in 1..300_usize,
    ) {
        let lists = lists(count, of);
        let mut whole = lists.concat();
        whole.sort_unstable_by(|a, b| b.cmp(a));
        let (mut walk, mut taken) = (walk(&lists), Vec::<i64>::new());
        loop {
            answer(&mut walk, &lists, most);
            let ids = walk.take(most);
            taken.extend(ids.iter().map(|(id, _)| *id));
            if ids.len() < most {
                break;
            }
        }
        prop_assert_eq!(taken, whole);
    }
}

#[test]
fn what_is_asked_for_is_bounded_by_what_is_taken_and_a_few_of_each_list() {
    let burst = |length: usize| move |at: usize| at / length;
    let uneven = |at: usize| if at.is_multiple_of(50) { at / 50 } else { 0 };
    let shapes: [&dyn Fn(usize) -> usize; 6] =
        [&|at| at, &burst(4), &burst(17), &burst(300), &uneven, &|_| 0];
    for count in [1, 3, 60, 1_000] {
        for shape in shapes {
            let lists = lists(count, (0..40_000).map(shape));
            let (mut walk, mut asked) = (walk(&lists), 0);
            for batch in 1..=25 {
                let (rounds, ids) = answer(&mut walk, &lists, 200);
                assert_eq!(walk.take(200).len(), 200);
                asked += ids;
                assert!(rounds <= 6, "{rounds} rounds for {count} lists");
                assert!(
                    asked <= 8 * count + 3_000 + 200 * batch,
                    "{asked} of {count} lists in {batch} batches"
                );
            }
        }
    }
}
