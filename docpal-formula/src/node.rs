//! The typed tree.

use chrono_tz::Tz;

use crate::diagnostic::Span;
use crate::functions::FunctionRef;
use crate::prepared::Prepared;
use crate::types::Type;
use crate::value::Value;

/// A typed part of a program.
///
/// The tree is at most [`Limits::height`](crate::Limits::height) tall, plus the conversions, so walking it by
/// recursion is safe.
#[derive(Debug, Clone)]
pub struct Node {
    pub(crate) expr: Expr,
    pub(crate) ty: Type,
    pub(crate) span: Span,
    pub(crate) nullable: bool,
    pub(crate) zone: Option<Tz>,
    /// An operation `+ - *` on numbers that are slots, constants or plain themselves.
    pub(crate) is_plain: bool,
}

impl Node {
    pub(crate) fn new(expr: Expr, ty: Type, span: Span) -> Self {
        Self { expr, ty, span, nullable: true, zone: None, is_plain: false }
    }

    pub(crate) fn constant(value: Value<'static>, ty: Type, span: Span) -> Self {
        let nullable = matches!(value, Value::Null);
        Self { nullable, ..Self::new(Expr::Constant(value), ty, span) }
    }

    pub(crate) fn never_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// What the part does.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The type of its value.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Where it stands in the source.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// False when the value is never null.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The zone that `SET_TIMEZONE` gave to this instant, if it did.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.zone
    }

    /// The constant, if this is one.
    #[must_use]
    pub fn as_constant(&self) -> Option<&Value<'static>> {
        match &self.expr {
            Expr::Constant(value) => Some(value),
            _ => None,
        }
    }
}

/// What a part of a program does. The types of the operands are those their operator takes: every conversion
/// is a [`Expr::Coerce`] of its own.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Expr {
    /// A value known at the check; null has the type its place asks for, or [`Type::Null`].
    Constant(Value<'static>),
    /// The input of this index in [`Program::fields`](crate::Program::fields).
    Slot(usize),
    /// A conversion.
    Coerce(Coercion, Box<Node>),
    /// The number with the other sign; null stays null.
    Negate(Box<Node>),
    /// The other truth; null counts as false.
    Not(Box<Node>),
    /// Two numbers; null counts as 0, a null divisor is a division by zero.
    Arithmetic(ArithmeticOp, Box<Node>, Box<Node>),
    /// Two values of one type, or one of them the literal null. Never null.
    Compare(CompareOp, Box<Node>, Box<Node>),
    /// Truths from left to right until one is false; null counts as false.
    And(Vec<Node>),
    /// Truths from left to right until one is true; null counts as false.
    Or(Vec<Node>),
    /// Texts joined; null counts as empty.
    Concat(Vec<Node>),
    /// A function of the registry.
    Call(Box<FunctionCall>),
}

/// A call of a function with arguments in the order of its signature.
#[derive(Debug, Clone)]
pub struct FunctionCall {
    pub(crate) function: FunctionRef,
    pub(crate) args: Vec<Node>,
    pub(crate) prepared: Vec<Prepared>,
    pub(crate) zone: Option<Tz>,
    pub(crate) ty: Type,
}

impl FunctionCall {
    /// The function.
    #[must_use]
    pub fn function(&self) -> &FunctionRef {
        &self.function
    }

    /// The typed arguments that were given; optional ones may lack at the end.
    #[must_use]
    pub fn args(&self) -> &[Node] {
        &self.args
    }

    /// What the check made of the literal argument `index`.
    #[must_use]
    pub fn prepared(&self, index: usize) -> &Prepared {
        self.prepared.get(index).unwrap_or(&Prepared::Nothing)
    }

    /// The zone that the function reads instants in, when it is not the context's: that of the first argument
    /// that has one.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.zone
    }
}

/// A conversion of a value to the type its place asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coercion {
    /// To the one text form: numbers without exponent and trailing zeros, `true` and `false`, `2024-02-29`,
    /// `2024-02-29T12:34:56.000Z`, lists joined by `, ` without their blanks; null stays null.
    ToText,
    /// To a truth: a number but 0, a text but the empty one, a list but the empty one, any date or JSON; null
    /// is false. Never null.
    Truthy,
    /// A date to the instant of its midnight in the formula's zone.
    DateToDateTime,
    /// A value to the list of it, null to the empty list.
    ToList,
}

/// An operation on two numbers, exact and rounded once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A comparison.
///
/// Null equals null, and for texts the empty text; it equals nothing else, and every ordering with it is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
