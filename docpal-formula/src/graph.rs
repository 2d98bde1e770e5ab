//! Which fields a field is computed from, across tables.
//!
//! Keys are opaque to the graph; a lookup or a rollup is an edge like any other.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The fields every computed field reads.
///
/// # Example
/// ```
/// use docpal_formula::Graph;
///
/// let mut graph = Graph::default();
/// graph.set("total", ["price", "quantity"]);
/// graph.set("tax", ["total"]);
/// assert_eq!(graph.levels(["price"]).expect("no cycle"), [vec!["total"], vec!["tax"]]);
/// assert_eq!(graph.cycle_with("price", ["tax"]).map(|cycle| cycle.to_string()).as_deref(),
///     Some("price → tax → total → price"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph<K> {
    reads: BTreeMap<K, BTreeSet<K>>,
    read_by: BTreeMap<K, BTreeSet<K>>,
}

impl<K> Default for Graph<K> {
    fn default() -> Self {
        Self { reads: BTreeMap::new(), read_by: BTreeMap::new() }
    }
}

/// Fields that depend on each other in a ring: each reads the next, the last is the first again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle<K> {
    path: Vec<K>,
}

impl<K> Cycle<K> {
    /// The fields of the ring; the first stands at the end again.
    #[must_use]
    pub fn path(&self) -> &[K] {
        &self.path
    }

    /// The ring as `a → b → a`, by the names people know.
    pub fn describe(&self, name: impl Fn(&K) -> String) -> String {
        self.path.iter().map(name).collect::<Vec<_>>().join(" → ")
    }
}

impl<K: fmt::Display> fmt::Display for Cycle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(ToString::to_string))
    }
}

impl<K: fmt::Display + fmt::Debug> std::error::Error for Cycle<K> {}

impl<K: Ord + Clone> Graph<K> {
    /// States what a computed field reads, in place of what was known of it.
    pub fn set(&mut self, field: K, reads: impl IntoIterator<Item = K>) {
        self.remove(&field);
        let reads: BTreeSet<K> = reads.into_iter().collect();
        for read in &reads {
            self.read_by.entry(read.clone()).or_default().insert(field.clone());
        }
        self.reads.insert(field, reads);
    }

    /// Forgets what a field reads; fields that read it still do.
    pub fn remove(&mut self, field: &K) {
        for read in self.reads.remove(field).unwrap_or_default() {
            if let Some(readers) = self.read_by.get_mut(&read) {
                readers.remove(field);
                if readers.is_empty() {
                    self.read_by.remove(&read);
                }
            }
        }
    }

    /// What a field reads directly.
    pub fn reads(&self, field: &K) -> impl Iterator<Item = &K> {
        self.reads.get(field).into_iter().flatten()
    }

    /// The fields that read a field directly.
    pub fn read_by(&self, field: &K) -> impl Iterator<Item = &K> {
        self.read_by.get(field).into_iter().flatten()
    }

    /// The ring that would close if `field` read `reads`, if one would.
    #[must_use]
    pub fn cycle_with(&self, field: K, reads: impl IntoIterator<Item = K>) -> Option<Cycle<K>> {
        let mut came_from: BTreeMap<K, K> = BTreeMap::new();
        let mut todo = Vec::new();
        for read in reads {
            came_from.entry(read.clone()).or_insert_with(|| field.clone());
            todo.push(read);
        }
        while let Some(at) = todo.pop() {
            if at == field {
                return Some(path_back(&field, &came_from));
            }
            for next in self.reads(&at) {
                if !came_from.contains_key(next) {
                    came_from.insert(next.clone(), at.clone());
                    todo.push(next.clone());
                }
            }
        }
        None
    }

    /// The computed fields to compute anew when `changed` change, by levels: the fields of a level read changed
    /// fields and fields of earlier levels only, so a level can be computed in one go.
    ///
    /// # Errors
    /// A ring among the fields to compute.
    pub fn levels(&self, changed: impl IntoIterator<Item = K>) -> Result<Vec<Vec<K>>, Cycle<K>> {
        let (levels, waiting) = self.layers(&self.affected(changed));
        // What still waits, waits for itself: in a ring, or behind one.
        let ring =
            waiting.iter().find_map(|field| self.cycle_with(field.clone(), self.reads(field).cloned()));
        match ring {
            Some(cycle) => Err(cycle),
            None => Ok(levels),
        }
    }

    /// Every computed field, by levels as in [`Graph::levels`], and those that have no place among them because they
    /// are in a ring or behind one.
    ///
    /// # Example
    /// ```
    /// let mut graph = docpal_formula::Graph::default();
    /// graph.set("tax", ["total"]);
    /// graph.set("total", ["price"]);
    /// graph.set("a", ["a"]);
    /// assert_eq!(graph.order(), (vec![vec!["total"], vec!["tax"]], vec!["a"]));
    /// ```
    #[must_use]
    pub fn order(&self) -> (Vec<Vec<K>>, Vec<K>) {
        self.layers(&self.reads.keys().cloned().collect())
    }

    /// `fields` by levels, and those of them that wait for themselves.
    fn layers(&self, fields: &BTreeSet<K>) -> (Vec<Vec<K>>, Vec<K>) {
        let mut waits: BTreeMap<&K, usize> = fields
            .iter()
            .map(|field| (field, self.reads(field).filter(|read| fields.contains(read)).count()))
            .collect();
        let mut ready: Vec<&K> =
            waits.iter().filter(|(_, waits)| **waits == 0).map(|(field, _)| *field).collect();
        let mut levels = Vec::new();
        while !ready.is_empty() {
            let mut next = Vec::new();
            for field in &ready {
                waits.remove(field);
                for reader in self.read_by(field) {
                    if let Some(left) = waits.get_mut(reader) {
                        *left -= 1;
                        if *left == 0 {
                            next.push(reader);
                        }
                    }
                }
            }
            levels.push(ready.into_iter().cloned().collect());
            next.sort_unstable();
            ready = next;
        }
        (levels, waits.into_keys().cloned().collect())
    }

    /// Every computed field that reads a changed field, directly or through others.
    fn affected(&self, changed: impl IntoIterator<Item = K>) -> BTreeSet<K> {
        let mut affected = BTreeSet::new();
        let mut todo: Vec<K> = changed.into_iter().collect();
        while let Some(field) = todo.pop() {
            for reader in self.read_by(&field) {
                if affected.insert(reader.clone()) {
                    todo.push(reader.clone());
                }
            }
        }
        affected
    }
}

/// The ring that ends where it began, in the order of reading.
fn path_back<K: Ord + Clone>(field: &K, came_from: &BTreeMap<K, K>) -> Cycle<K> {
    let mut path = vec![field.clone()];
    let mut at = field;
    while let Some(before) = came_from.get(at) {
        path.push(before.clone());
        at = before;
        if at == field {
            break;
        }
    }
    path.reverse();
    Cycle { path }
}
