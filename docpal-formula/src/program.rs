//! A checked formula: typed, with slots in place of names.

use std::sync::Arc;

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::error::EvalError;
use crate::eval::Evaluator;
use crate::node::Node;
use crate::row::Row;
use crate::slot::Slot;
use crate::types::Type;
use crate::value::Value;

/// A checked formula, ready to be evaluated or compiled. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Program {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: Node,
    slots: Vec<Slot>,
    is_volatile: bool,
    warnings: Vec<Diagnostic>,
}

impl Program {
    pub(crate) fn new(root: Node, slots: Vec<Slot>, is_volatile: bool, warnings: Vec<Diagnostic>) -> Self {
        Self { inner: Arc::new(Inner { root, slots, is_volatile, warnings }) }
    }

    /// The type of the result.
    #[must_use]
    pub fn ty(&self) -> &Type {
        self.inner.root.ty()
    }

    /// The inputs in slot order: each field once, in the order of its first use.
    #[must_use]
    pub fn fields(&self) -> &[Slot] {
        &self.inner.slots
    }

    /// Whether the result changes although no field does, because the formula reads the clock.
    #[must_use]
    pub fn is_volatile(&self) -> bool {
        self.inner.is_volatile
    }

    /// The typed tree, for compilers to other languages.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.inner.root
    }

    /// What is allowed but probably not meant.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.inner.warnings
    }

    /// The value for one row, borrowing from the row and the program where it can.
    ///
    /// # Errors
    /// The error value of the formula.
    pub fn eval<'a>(&'a self, row: &'a impl Row, context: &Context) -> Result<Value<'a>, EvalError> {
        self.eval_dyn(row, context)
    }

    /// [`Program::eval`] for a row behind a reference to the trait.
    ///
    /// # Errors
    /// The error value of the formula.
    pub fn eval_dyn<'a>(&'a self, row: &'a dyn Row, context: &Context) -> Result<Value<'a>, EvalError> {
        Evaluator::new(row, context).value(&self.inner.root)
    }
}
