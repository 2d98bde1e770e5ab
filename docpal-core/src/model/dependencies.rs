//! What each field of a table is computed from, worked out once per snapshot.

use docpal_formula::Graph;

use super::field::Field;
use super::formula::Input;
use crate::id::FieldId;

/// A set of positions of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet(Vec<u64>);

impl FieldSet {
    /// Adds a position.
    pub fn insert(&mut self, position: usize) {
        let word = position / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << (position % 64);
        }
    }

    /// Adds every position of `other`.
    pub fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (bits, more) in self.0.iter_mut().zip(&other.0) {
            *bits |= more;
        }
    }

    /// Is the position in the set?
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        self.0.get(position / 64).is_some_and(|bits| bits & (1 << (position % 64)) != 0)
    }

    /// The positions, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| word * 64 + bit)
        })
    }
}

/// The order of computing, and what every field is computed from.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependencies {
    /// The positions of the computed fields, each after what it reads.
    pub(super) order: Vec<usize>,
    /// Per position: every field that its value comes from, directly or through others.
    pub(super) inputs: Vec<FieldSet>,
    /// As `inputs`, with the fields that formulas name without reading their values.
    pub(super) names: Vec<FieldSet>,
}

impl Dependencies {
    pub(super) fn of(fields: &[Field], position_of: impl Fn(FieldId) -> Option<usize>) -> Self {
        let mut graph = Graph::default();
        for (position, field) in fields.iter().enumerate() {
            if let Some(computed) = field.computed() {
                graph.set(position, computed.names().iter().filter_map(|id| position_of(*id)));
            }
        }
        // Compiled formulas are in no ring.
        let (levels, _) = graph.order();
        let order: Vec<usize> = levels.into_iter().flatten().collect();
        let mut inputs = vec![FieldSet::default(); fields.len()];
        let mut names = inputs.clone();
        for &position in &order {
            let Some(computed) = fields.get(position).and_then(Field::computed) else { continue };
            let read = computed.inputs().iter().filter_map(|input| match input {
                Input::Field(id) => position_of(*id),
                Input::Record(_) | Input::Unknown => None,
            });
            add(&mut inputs, position, read);
            add(&mut names, position, computed.names().iter().filter_map(|id| position_of(*id)));
        }
        Self { order, inputs, names }
    }
}

/// Adds `read`, and what they come from, to the set at `position`.
fn add(sets: &mut [FieldSet], position: usize, read: impl Iterator<Item = usize>) {
    let mut all = FieldSet::default();
    for read in read {
        all.insert(read);
        if let Some(more) = sets.get(read) {
            all.extend(more);
        }
    }
    if let Some(set) = sets.get_mut(position) {
        *set = all;
    }
}

#[cfg(test)]
mod tests {
    use super::FieldSet;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut set = FieldSet::default();
        let mut other = FieldSet::default();
        for position in [0, 63, 64, 299] {
            set.insert(position);
        }
        other.insert(5);
        other.extend(&set);
        assert_eq!(other.iter().collect::<Vec<_>>(), [0, 5, 63, 64, 299]);
        assert!(set.contains(299) && !set.contains(5) && !set.contains(1_000));
    }
}
