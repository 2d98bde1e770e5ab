//! A checked formula: typed, with slots in place of names.

mod node;

use std::sync::Arc;

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::error::EvalError;
use crate::eval::Evaluator;
use crate::row::Row;
use crate::types::Type;
use crate::value::Value;

pub use node::{ArithmeticOp, Coercion, CompareOp, Expr, FunctionCall, Node};

/// A property of the record itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordProperty {
    /// `RECORD_ID()`, a text.
    Id,
    /// `CREATED_TIME()`, a datetime.
    CreatedTime,
    /// `LAST_MODIFIED_TIME()`, a datetime.
    LastModifiedTime,
    /// `CREATED_BY()`, a text.
    CreatedBy,
    /// `LAST_MODIFIED_BY()`, a text.
    LastModifiedBy,
    /// `AUTO_NUMBER()`, a number.
    AutoNumber,
}

/// Where the host finds a slot's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SlotSource {
    /// The field of this key.
    Field(String),
    /// A property of the record.
    Record(RecordProperty),
    /// When one of the fields of these keys last changed: `LAST_MODIFIED_TIME({a}, {b})`.
    FieldsModified(Vec<String>),
}

/// One input of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub(crate) source: SlotSource,
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
    pub(crate) scale: Option<u32>,
}

impl Slot {
    /// Where the host finds the value.
    #[must_use]
    pub fn source(&self) -> &SlotSource {
        &self.source
    }

    /// The field's key, unless the slot is a property of the record.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match &self.source {
            SlotSource::Field(key) => Some(key),
            SlotSource::Record(_) | SlotSource::FieldsModified(_) => None,
        }
    }

    /// The type of the values.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether a value may be blank.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The most fraction digits of a number slot, if they are bounded.
    #[must_use]
    pub fn scale(&self) -> Option<u32> {
        self.scale
    }
}

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
