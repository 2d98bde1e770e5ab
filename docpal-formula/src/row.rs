//! Where an evaluation reads its fields.

use rust_decimal::Decimal;

use crate::error::{ErrorCode, EvalError};
use crate::value::{Value, as_number};

/// The values of one record, by slot: [`Program::fields`](crate::Program::fields) tells what each slot is.
///
/// Implemented for arrays, slices and vectors of values, or of results, in slot order.
pub trait Row {
    /// The value of a slot; its type must be the slot's, or null.
    ///
    /// # Errors
    /// The error the field's own formula ended with, or [`ErrorCode::Unavailable`].
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError>;

    /// The number in a slot of type number, or null: what [`Row::get`] gives, without a value in between.
    ///
    /// # Errors
    /// Those of [`Row::get`]; [`ErrorCode::Unavailable`] when the value is no number.
    fn number(&self, slot: usize) -> Result<Option<Decimal>, EvalError> {
        as_number(self.get(slot)?)
    }
}

fn missing() -> EvalError {
    EvalError::with_message(ErrorCode::Unavailable, "the row has no value for a field of the formula")
}

/// The row of a program without fields.
impl Row for () {
    fn get(&self, _: usize) -> Result<Value<'_>, EvalError> {
        Err(missing())
    }
}

impl Row for [Value<'_>] {
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        <[Value<'_>]>::get(self, slot).map(Value::borrowed).ok_or_else(missing)
    }
}

impl Row for [Result<Value<'_>, EvalError>] {
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        match <[Result<Value<'_>, EvalError>]>::get(self, slot) {
            Some(Ok(value)) => Ok(value.borrowed()),
            Some(Err(error)) => Err(error.clone()),
            None => Err(missing()),
        }
    }
}

impl<T, const N: usize> Row for [T; N]
where
    [T]: Row,
{
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        Row::get(self.as_slice(), slot)
    }
}

impl<T> Row for Vec<T>
where
    [T]: Row,
{
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        Row::get(self.as_slice(), slot)
    }
}
