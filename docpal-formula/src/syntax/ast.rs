//! The spanned syntax tree.

use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, Span, code};

/// A part of a formula with its place in the source.
#[derive(Debug, Clone)]
pub(crate) struct Ast {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Number(Decimal),
    Text(String),
    Bool(bool),
    Null,
    Field(String),
    Call { name: String, name_span: Span, args: Vec<Ast> },
    Unary { op: UnaryOp, arg: Box<Ast> },
    Binary { op: BinaryOp, op_span: Span, left: Box<Ast>, right: Box<Ast> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    Negate,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concat,
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl UnaryOp {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Negate => "-",
            Self::Not => "!",
        }
    }
}

impl BinaryOp {
    pub(crate) const ALL: [Self; 13] = [
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Concat,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
    ];

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Concat => "&",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    /// The operator written as `symbol`, in any of its spellings.
    pub(crate) fn of(symbol: &str) -> Option<Self> {
        match symbol {
            "==" => Some(Self::Equal),
            "<>" => Some(Self::NotEqual),
            _ => Self::ALL.into_iter().find(|op| op.symbol() == symbol),
        }
    }

    /// How tightly the operator binds; operators of one strength group from the left.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 3,
            Self::Concat => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide => 6,
        }
    }

    /// Whether a chain of this operator becomes one flat node instead of a tall tree.
    pub(crate) fn is_flat(self) -> bool {
        matches!(self, Self::Or | Self::And | Self::Concat)
    }
}

impl Ast {
    /// Calls `visit` on every part, outer parts first.
    pub(crate) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Ast)) {
        let mut todo = vec![self];
        while let Some(ast) = todo.pop() {
            visit(ast);
            match &ast.kind {
                Kind::Call { args, .. } => todo.extend(args.iter().rev()),
                Kind::Unary { arg, .. } => todo.push(arg),
                Kind::Binary { left, right, .. } => todo.extend([&**right, &**left]),
                Kind::Number(_) | Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Field(_) => {}
            }
        }
    }
}

/// Refuses a tree taller than `most`; a flat chain counts once.
///
/// Every later stage recurses at most this deep.
pub(crate) fn check_height(root: &Ast, most: usize) -> Result<(), Diagnostic> {
    let mut todo = vec![(root, 1)];
    while let Some((ast, height)) = todo.pop() {
        if height > most {
            return Err(Diagnostic::new(code::TOO_DEEP, root.span, "the formula is too deep to compute")
                .help("put a part of it into a field of its own, or use SUM for a long row of additions"));
        }
        match &ast.kind {
            Kind::Call { args, .. } => todo.extend(args.iter().map(|arg| (arg, height + 1))),
            Kind::Unary { arg, .. } => todo.push((arg, height + 1)),
            Kind::Binary { op, left, right, .. } => {
                let flat =
                    op.is_flat() && matches!(&left.kind, Kind::Binary { op: inner, .. } if inner == op);
                todo.extend([(&**left, if flat { height } else { height + 1 }), (&**right, height + 1)]);
            }
            Kind::Number(_) | Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Field(_) => {}
        }
    }
    Ok(())
}
