#![doc = include_str!("../README.md")]

mod batch;
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
mod number;
mod program;
mod row;
mod syntax;
mod temporal;
mod types;
mod value;

pub use batch::{Batch, Column};
pub use context::Context;
pub use diagnostic::{Diagnostic, Errors, Span, code};
pub use error::{ErrorCode, EvalError, UnknownErrorCode};
pub use eval::Call;
pub use fields::{FieldRef, FieldTypes};
pub use fold::fold;
pub use formula::Formula;
pub use functions::{
    Category, Example, Function, FunctionRef, Functions, JsonPath, JsonStep, Laziness, Nulls, NumberFormat,
    Param, ParamType, Prepared, Returns, Signature, Var, Volatility,
};
pub use graph::{Cycle, Graph};
pub use limits::Limits;
pub use program::{
    ArithmeticOp, Coercion, CompareOp, Expr, FunctionCall, Node, Program, RecordProperty, Slot, SlotSource,
};
pub use row::Row;
pub use temporal::format::{DateFormat, DatePiece, DateToken};
pub use temporal::iso::iso_date;
pub use temporal::unit::Unit;
pub use types::{Type, UnknownType};
pub use value::Value;
