//! Evaluation of one row: a walk over the typed tree.

mod call;
mod compare;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write;

use rust_decimal::Decimal;

use crate::context::Context;
use crate::error::{ErrorCode, EvalError};
use crate::limits::text_work;
use crate::node::{ArithmeticOp, Coercion, Expr, FunctionCall, Node};
use crate::number;
use crate::number::small::Small;
use crate::row::Row;
use crate::temporal;
use crate::value::{Value, as_number, truthy};

/// One evaluation: the row, the context and the work that is left.
pub(crate) struct Evaluator<'c, 'a> {
    row: &'a dyn Row,
    context: &'c Context,
    fuel: Cell<u64>,
}

impl<'c, 'a> Evaluator<'c, 'a> {
    pub(crate) fn new(row: &'a dyn Row, context: &'c Context) -> Self {
        Self { row, context, fuel: Cell::new(context.limits().fuel) }
    }

    /// The value of any part.
    #[inline]
    pub(crate) fn value(&self, node: &'a Node) -> Result<Value<'a>, EvalError> {
        // Slots are read where they are asked for, without a way through the larger match.
        match &node.expr {
            Expr::Slot(slot) => self.row.get(*slot),
            _ => self.other_value(node),
        }
    }

    fn other_value(&self, node: &'a Node) -> Result<Value<'a>, EvalError> {
        match &node.expr {
            Expr::Constant(value) => Ok(value.borrowed()),
            Expr::Slot(slot) => self.row.get(*slot),
            Expr::Coerce(coercion, arg) => self.coerce(*coercion, arg),
            Expr::Negate(_) | Expr::Arithmetic(..) => self.number(node).map(Value::from),
            Expr::Not(_) | Expr::Compare(..) | Expr::And(_) | Expr::Or(_) => {
                self.truth(node).map(Value::Bool)
            }
            Expr::Concat(parts) => self.concat(parts),
            Expr::Call(call) => self.call(call),
        }
    }

    /// The value of a part of type number.
    #[inline]
    pub(crate) fn number(&self, node: &'a Node) -> Result<Option<Decimal>, EvalError> {
        match &node.expr {
            Expr::Slot(slot) => return self.row.number(*slot),
            Expr::Constant(Value::Number(number)) => return Ok(Some(*number)),
            _ => {}
        }
        // On small numbers first; nothing in such a part has an effect that a second walk would repeat.
        if node.is_plain
            && let Some(small) = self.small_operation(node)
        {
            return Ok(Some(small.decimal()));
        }
        self.decimal(node)
    }

    /// The number of a slot, a constant or a plain part, as long as it fits; null counts as `blank`.
    ///
    /// Always inlined: most parts of a plain part are slots and constants, which then need no call.
    #[inline(always)]
    fn small(&self, node: &'a Node, blank: Option<Small>) -> Option<Small> {
        match &node.expr {
            Expr::Slot(slot) => match self.row.number(*slot) {
                Ok(Some(number)) => Small::of(number),
                Ok(None) => blank,
                Err(_) => None,
            },
            Expr::Constant(Value::Number(number)) => Small::of(*number),
            Expr::Constant(Value::Null) => blank,
            _ if node.is_plain => self.small_operation(node),
            _ => None,
        }
    }

    /// The result of a plain operation, as long as all of it fits.
    fn small_operation(&self, node: &'a Node) -> Option<Small> {
        let Expr::Arithmetic(op, left, right) = &node.expr else { return None };
        let left = self.small(left, Some(Small::ZERO))?;
        let right = self.small(right, Some(Small::ZERO))?;
        match op {
            ArithmeticOp::Add => left.plus(right),
            ArithmeticOp::Subtract => left.minus(right),
            ArithmeticOp::Multiply => left.times(right),
            ArithmeticOp::Divide => None,
        }
    }

    /// The value of a part of type number, on decimals from here on.
    fn decimal(&self, node: &'a Node) -> Result<Option<Decimal>, EvalError> {
        match &node.expr {
            Expr::Arithmetic(op, left, right) => {
                // A plain part failed on small numbers once; it does not try again at every level.
                let (left, right) = if node.is_plain {
                    (self.decimal(left)?, self.decimal(right)?)
                } else {
                    (self.number(left)?, self.number(right)?)
                };
                arithmetic(*op, left, right).map(Some)
            }
            Expr::Constant(Value::Number(number)) => Ok(Some(*number)),
            Expr::Slot(slot) => self.row.number(*slot),
            Expr::Negate(arg) => Ok(self.number(arg)?.map(number::neg)),
            Expr::Call(call) => as_number(self.call(call)?),
            _ => as_number(self.value(node)?),
        }
    }

    /// The truth of a part of type bool; null counts as false.
    pub(crate) fn truth(&self, node: &'a Node) -> Result<bool, EvalError> {
        match &node.expr {
            Expr::Compare(op, left, right) => self.compare(*op, left, right),
            Expr::Not(arg) => Ok(!self.truth(arg)?),
            Expr::And(parts) => {
                for part in parts {
                    if !self.truth(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::Or(parts) => {
                for part in parts {
                    if self.truth(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::Coerce(Coercion::Truthy, arg) => Ok(truthy(&self.value(arg)?)),
            _ => Ok(truthy(&self.value(node)?)),
        }
    }

    fn coerce(&self, coercion: Coercion, arg: &'a Node) -> Result<Value<'a>, EvalError> {
        let value = match coercion {
            Coercion::Truthy => return self.truth(arg).map(Value::Bool),
            _ => self.value(arg)?,
        };
        Ok(match (coercion, value) {
            (Coercion::ToList, Value::Null) => Value::List(Vec::new()),
            (Coercion::ToList, list @ Value::List(_)) => list,
            (Coercion::ToList, value) => Value::List(vec![value]),
            (_, Value::Null) => Value::Null,
            (Coercion::ToText, value) => Value::Text(value.into_text()),
            (Coercion::DateToDateTime, Value::Date(date)) => {
                Value::DateTime(temporal::midnight(date, self.context.zone())?)
            }
            (Coercion::DateToDateTime | Coercion::Truthy, value) => value,
        })
    }

    fn concat(&self, parts: &'a [Node]) -> Result<Value<'a>, EvalError> {
        let mut text = String::with_capacity(parts.len() * 16);
        for part in parts {
            match &part.expr {
                // The text form is written in place, without a text of its own.
                Expr::Coerce(Coercion::ToText, arg) => {
                    let _ = write!(text, "{}", self.value(arg)?);
                }
                _ => match self.value(part)? {
                    Value::Text(piece) => text.push_str(&piece),
                    other => {
                        let _ = write!(text, "{other}");
                    }
                },
            }
            self.check_text(text.len())?;
        }
        self.burn_text(text.len())?;
        Ok(Value::Text(Cow::Owned(text)))
    }

    /// Takes `units` of work off what is left.
    pub(crate) fn burn(&self, units: u64) -> Result<(), EvalError> {
        let left = self.fuel.get().checked_sub(units).ok_or(ErrorCode::OutOfFuel)?;
        self.fuel.set(left);
        Ok(())
    }

    /// Work for reading or making a text.
    pub(crate) fn burn_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.burn(text_work(bytes))
    }

    /// Refuses a text that is too long.
    pub(crate) fn check_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.context.limits().check_text(bytes)
    }

    /// Refuses a list that is too long.
    pub(crate) fn check_list(&self, items: usize) -> Result<(), EvalError> {
        if items > self.context.limits().list_items { Err(ErrorCode::ListTooLong.into()) } else { Ok(()) }
    }

    fn call(&self, call: &'a FunctionCall) -> Result<Value<'a>, EvalError> {
        self.burn(1)?;
        let result = call::run(self, call);
        let paid = match &result {
            Ok(Value::Text(Cow::Owned(text))) => {
                self.check_text(text.len()).and_then(|()| self.burn_text(text.len()))
            }
            Ok(Value::List(items)) => {
                self.check_list(items.len()).and_then(|()| self.burn(items.len() as u64))
            }
            _ => Ok(()),
        };
        // The result stays where it was made: moving values costs more than most functions do.
        match paid {
            Ok(()) => result,
            Err(error) => Err(error),
        }
    }
}

/// Two numbers by the number rule; null counts as 0, and as a divisor is a division by zero.
#[inline]
pub(crate) fn arithmetic(
    op: ArithmeticOp,
    left: Option<Decimal>,
    right: Option<Decimal>,
) -> Result<Decimal, EvalError> {
    let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
    match op {
        ArithmeticOp::Add => number::add(left, right),
        ArithmeticOp::Subtract => number::sub(left, right),
        ArithmeticOp::Multiply => number::mul(left, right),
        ArithmeticOp::Divide => number::div(left, right),
    }
}
