//! The conditions and the order of a view as bytes that every build writes alike: what its cursors are bound to.

use docpal_core::model::FieldSet;
use docpal_core::{Cell, TableSnapshot};

use crate::predicate::{Comparison, Predicate};
use crate::resolve::ResolvedSort;
use crate::spec::{Bucket, Direction, EmptyPlace};
use docpal_core::operators::{Operand, Span, Stretch};
use docpal_core::target::Target;
use docpal_core::values::Marks;

/// Collects what makes a view what it is.
pub(crate) struct Encoder<'e> {
    pub(crate) snapshot: &'e TableSnapshot,
    pub(crate) marks: Marks,
}

impl Encoder<'_> {
    pub(crate) fn predicate(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::Always => self.word("always"),
            Predicate::Never => self.word("never"),
            Predicate::And(items) => self.joined("and", items),
            Predicate::Or(items) => self.joined("or", items),
            Predicate::Not(inner) => {
                self.word("not");
                self.predicate(inner);
            }
            Predicate::Test(Comparison { target, operator, operand, case_sensitive, computed: _ }) => {
                self.target(*target);
                self.word(operator.code);
                self.operand(operand);
                self.flag(*case_sensitive);
            }
        }
    }

    pub(crate) fn sort(&mut self, sort: &ResolvedSort) {
        self.target(sort.target);
        self.flag(sort.direction == Direction::Descending);
        self.flag(sort.empty == EmptyPlace::Last);
        let Some(buckets) = sort.buckets else { return self.word("value") };
        self.word(buckets.zone.name());
        match buckets.bucket {
            Bucket::Day => self.word("day"),
            Bucket::Week => self.word("week"),
            Bucket::Month => self.word("month"),
            Bucket::Quarter => self.word("quarter"),
            Bucket::Year => self.word("year"),
            Bucket::Size(size) => self.word(&size.to_string()),
        }
    }

    fn joined(&mut self, word: &str, items: &[Predicate]) {
        self.word(word);
        self.count(items.len());
        for item in items {
            self.predicate(item);
        }
    }

    fn target(&mut self, target: Target) {
        match target {
            Target::System(system) => self.word(system.column().0.as_str()),
            Target::Field(position) => {
                self.field(position);
                let inputs = self.snapshot.inputs(position);
                for input in inputs.into_iter().flat_map(FieldSet::iter) {
                    self.field(input);
                }
            }
        }
    }

    /// A field as it is now: another formula, other options or another column give another order.
    fn field(&mut self, position: usize) {
        let Some(field) = self.snapshot.fields().get(position) else { return self.word("gone") };
        self.word(&field.id().to_string());
        self.word(field.column().as_ref().map_or("", |(name, _)| name.as_str()));
        self.word(&field.kind().options().to_string());
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::None => self.word("none"),
            Operand::Me => self.word("me"),
            Operand::One(cell) => self.cells("one", std::slice::from_ref(cell)),
            Operand::Between(low, high) => self.cells("between", &[low.clone(), high.clone()]),
            Operand::Many(cells) => self.cells("many", cells),
            Operand::Text(text) => {
                self.word("text");
                self.word(text);
            }
            Operand::Count(count) => {
                self.word("count");
                self.word(&count.to_string());
            }
            Operand::Ids(ids) => {
                self.word("ids");
                self.count(ids.len());
                ids.iter().for_each(|id| self.marks.id(*id));
            }
            Operand::Span(first, last) => {
                self.word("span");
                self.stretch(*first);
                self.stretch(*last);
            }
        }
    }

    fn stretch(&mut self, stretch: Stretch) {
        match stretch {
            Stretch::Fixed(Span { from, to }) => {
                self.word("fixed");
                self.word(&from.timestamp_micros().to_string());
                self.word(&to.timestamp_micros().to_string());
            }
            Stretch::Relative(mode, n) => {
                self.word(mode);
                self.word(&n.map(|n| n.to_string()).unwrap_or_default());
            }
        }
    }

    fn cells(&mut self, word: &str, cells: &[Cell]) {
        self.word(word);
        self.count(cells.len());
        cells.iter().for_each(|cell| cell.mark(&mut self.marks));
    }

    fn word(&mut self, word: &str) {
        self.marks.word(word);
    }

    fn count(&mut self, count: usize) {
        self.marks.count(count);
    }

    fn flag(&mut self, flag: bool) {
        self.marks.flag(flag);
    }
}
