//! The canonical text of a syntax tree: the fewest parentheses, fields in braces.

use std::fmt::{self, Display, Write};

use super::ast::{Ast, BinaryOp, Kind};
use super::escape::{escape_field, escape_text};
use crate::value::number_text;

/// A sign binds tighter than every operator.
const SIGN: u8 = 7;

impl Display for Ast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, 0, f)
    }
}

/// Writes `ast` where an operator of strength `around` holds it.
fn write(ast: &Ast, around: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match &ast.kind {
        Kind::Number(number) => f.write_str(&number_text(*number)),
        Kind::Text(text) => f.write_str(&escape_text(text)),
        Kind::Bool(true) => f.write_str("TRUE"),
        Kind::Bool(false) => f.write_str("FALSE"),
        Kind::Null => f.write_str("NULL"),
        Kind::Field(name) => f.write_str(&escape_field(name)),
        Kind::Call { name, args, .. } => {
            write!(f, "{}(", name.to_uppercase())?;
            for (i, arg) in args.iter().enumerate() {
                f.write_str(if i > 0 { ", " } else { "" })?;
                write(arg, 0, f)?;
            }
            f.write_char(')')
        }
        Kind::Unary { op, arg } => {
            f.write_str(op.symbol())?;
            write(arg, SIGN, f)
        }
        Kind::Binary { op, .. } if op.strength() < around => {
            f.write_char('(')?;
            binary(ast, *op, f)?;
            f.write_char(')')
        }
        Kind::Binary { op, .. } => binary(ast, *op, f),
    }
}

/// Writes a chain of operators of one strength, which groups from the left, without recursion to the left.
fn binary(ast: &Ast, top: BinaryOp, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rights = Vec::new();
    let mut first = ast;
    while let Kind::Binary { op, left, right, .. } = &first.kind {
        if op.strength() != top.strength() {
            break;
        }
        rights.push((*op, right));
        first = left;
    }
    write(first, top.strength(), f)?;
    for (op, right) in rights.into_iter().rev() {
        write!(f, " {} ", op.symbol())?;
        write(right, op.strength() + 1, f)?;
    }
    Ok(())
}
