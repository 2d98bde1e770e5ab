//! A program that differs, made as small as it gets.

use super::generate::Tree;
use super::hostile::{Hostile, Verdict};

/// The smallest program found that still differs, and how it does.
pub(super) async fn smallest(hostile: &Hostile, tree: &Tree, how: &str) -> (Tree, String) {
    let (mut tree, mut how) = (tree.clone(), how.to_owned());
    'smaller: loop {
        for candidate in simpler(&tree) {
            if let Ok(Verdict::Differs(now)) = hostile.check(&candidate.to_string()).await {
                (tree, how) = (candidate, now);
                continue 'smaller;
            }
        }
        return (tree, how);
    }
}

/// Every tree with one part replaced by a part of its own of the same type, or by a leaf.
fn simpler(tree: &Tree) -> Vec<Tree> {
    let mut found: Vec<Tree> = tree.parts.iter().filter(|part| part.ty == tree.ty).cloned().collect();
    if !tree.parts.is_empty() {
        found.extend(Tree::leaves(tree.ty));
    }
    for (index, part) in tree.parts.iter().enumerate() {
        for smaller in simpler(part) {
            let mut whole = tree.clone();
            whole.parts[index] = smaller;
            found.push(whole);
        }
    }
    found
}
