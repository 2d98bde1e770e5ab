//! Runs the call of a function.

use chrono_tz::Tz;

use super::Evaluator;
use crate::call::{Call, Caller};
use crate::context::Context;
use crate::error::EvalError;
use crate::functions::{Laziness, Nulls};
use crate::node::FunctionCall;
use crate::prepared::Prepared;
use crate::types::Type;
use crate::value::Value;

/// Evaluates the arguments as the function asks for, then the function.
pub(super) fn run<'a>(eval: &Evaluator<'_, 'a>, call: &'a FunctionCall) -> Result<Value<'a>, EvalError> {
    let (laziness, nulls) = match call.function.standard() {
        Some(standard) => (standard.laziness, standard.nulls),
        None => (call.function.laziness(), call.function.nulls()),
    };
    if laziness == Laziness::Lazy {
        return call.function.eval(&mut Call::lazy(&Running { eval, call }));
    }
    match call.args.len() {
        0 | 1 => eager(eval, call, nulls, &mut [const { Value::Null }; 1]),
        2 => eager(eval, call, nulls, &mut [const { Value::Null }; 2]),
        3 | 4 => eager(eval, call, nulls, &mut [const { Value::Null }; 4]),
        count => eager(eval, call, nulls, &mut vec![Value::Null; count]),
    }
}

/// Evaluates all arguments into `room`, which is at least as long; most calls need none on the heap.
fn eager<'a>(
    eval: &Evaluator<'_, 'a>,
    call: &'a FunctionCall,
    nulls: Nulls,
    room: &mut [Value<'a>],
) -> Result<Value<'a>, EvalError> {
    let args = room.get_mut(..call.args.len()).unwrap_or_default();
    for (value, arg) in args.iter_mut().zip(&call.args) {
        *value = eval.value(arg)?;
    }
    let is_null = match nulls {
        Nulls::First => matches!(args.first(), Some(Value::Null)),
        Nulls::Any => args.iter().any(|arg| matches!(arg, Value::Null)),
        Nulls::Own => false,
    };
    if is_null {
        return Ok(Value::Null);
    }
    call.function.eval(&mut Call::eager(&Running { eval, call }, args))
}

/// A call while it runs.
struct Running<'c, 'a> {
    eval: &'c Evaluator<'c, 'a>,
    call: &'a FunctionCall,
}

impl<'a> Caller<'a> for Running<'_, 'a> {
    fn count(&self) -> usize {
        self.call.args.len()
    }

    fn value(&self, index: usize) -> Result<Value<'a>, EvalError> {
        self.call.args.get(index).map_or(Ok(Value::Null), |arg| self.eval.value(arg))
    }

    fn truth(&self, index: usize) -> Result<bool, EvalError> {
        self.call.args.get(index).map_or(Ok(false), |arg| self.eval.truth(arg))
    }

    fn prepared(&self, index: usize) -> &'a Prepared {
        self.call.prepared(index)
    }

    fn arg_type(&self, index: usize) -> Option<&'a Type> {
        self.call.args.get(index).map(|arg| &arg.ty)
    }

    fn result_type(&self) -> &'a Type {
        &self.call.ty
    }

    fn zone(&self) -> Option<Tz> {
        self.call.zone
    }

    fn context(&self) -> &Context {
        self.eval.context
    }

    fn burn(&self, units: u64) -> Result<(), EvalError> {
        self.eval.burn(units)
    }
}
