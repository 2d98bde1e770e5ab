#![doc = include_str!("../README.md")]

mod batch;
mod call;
mod check;
mod context;
mod diagnostic;
pub mod editor;
mod error;
mod eval;
mod fields;
mod fold;
mod formula;
mod functions;
mod graph;
mod limits;
mod nearest;
mod node;
mod number;
mod prepared;
mod program;
mod row;
mod slot;
mod syntax;
mod temporal;
mod types;
mod value;

pub use batch::{Batch, Column};
pub use call::Call;
pub use context::Context;
pub use diagnostic::{Diagnostic, Errors, Span, code};
pub use error::{ErrorCode, EvalError, UnknownErrorCode};
pub use fields::{FieldRef, FieldTypes};
pub use fold::fold;
pub use formula::Formula;
pub use functions::{
    Category, Example, Function, FunctionRef, Functions, Laziness, Nulls, Param, ParamType, Returns,
    Signature, Var, Volatility,
};
pub use graph::{Cycle, Graph};
pub use limits::Limits;
pub use nearest::{SUGGESTED, nearest};
pub use node::{ArithmeticOp, Coercion, CompareOp, Expr, FunctionCall, Node};
pub use number::read::{NotExact, exact_number};
pub use prepared::{JsonPath, JsonStep, NumberFormat, Prepared};
pub use program::Program;
pub use row::Row;
pub use slot::{RecordProperty, Slot, SlotSource};
pub use temporal::format::{DateFormat, DatePiece, DateToken};
pub use temporal::iso::{iso_date, iso_instant};
pub use temporal::unit::Unit;
pub use types::{Type, UnknownType};
pub use value::Value;
