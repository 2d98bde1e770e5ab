//! An expression that knows how large it is, so that nothing repeats a large one unseen.

use std::convert::Infallible;

use crate::sql::expr::{self, BinOper, Collation, Expr, ExprTrait as _, PgFn};
use crate::sql::{ColumnName, PgType};

use super::Unsupported;

/// An expression up to this weight may be written twice; a heavier one is computed once and named.
const LIGHT: usize = 12;

/// The text, unless it has the one character that PostgreSQL's texts do not have.
pub(crate) fn without_nul(text: &str) -> Result<&str, Unsupported> {
    if text.contains('\0') { Err("it has a text with the character NUL".to_owned()) } else { Ok(text) }
}

/// An SQL expression with its size.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    expr: Expr,
    /// How many columns, constants, calls and operators it has.
    weight: usize,
    /// How tall it is.
    height: usize,
    /// How many names are bound inside each other.
    names: usize,
}

impl Term {
    /// A column or constant.
    pub(crate) fn leaf(expr: Expr) -> Self {
        Self { expr, weight: 1, height: 1, names: 0 }
    }

    /// An expression of a known size.
    pub(crate) fn of_size(expr: Expr, weight: usize, height: usize) -> Self {
        Self { expr, weight, height, names: 0 }
    }

    /// The same, counted as `weight`.
    pub(crate) fn of_weight(self, weight: usize) -> Self {
        Self { weight, ..self }
    }

    fn over<'t>(expr: Expr, parts: impl IntoIterator<Item = &'t Self>) -> Self {
        let mut whole = Self::leaf(expr);
        for part in parts {
            whole.weight = whole.weight.saturating_add(part.weight);
            whole.height = whole.height.max(part.height + 1);
            whole.names = whole.names.max(part.names);
        }
        whole
    }

    fn map(self, make: impl FnOnce(Expr) -> Expr) -> Self {
        Self { expr: make(self.expr), weight: self.weight + 1, height: self.height + 1, names: self.names }
    }

    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    pub(crate) fn into_expr(self) -> Expr {
        self.expr
    }

    pub(crate) fn integer(value: i64) -> Self {
        Self::leaf(expr::integer(value))
    }

    pub(crate) fn boolean(value: bool) -> Self {
        Self::leaf(expr::boolean(value))
    }

    /// A text of ours.
    pub(crate) fn literal(text: &'static str) -> Self {
        Self::leaf(expr::literal(text))
    }

    /// A text of the formula, as a bind.
    pub(crate) fn text(text: &str) -> Result<Self, Unsupported> {
        Ok(Self::leaf(expr::cast(Expr::value(without_nul(text)?), PgType::Text)))
    }

    /// The name of a time zone, as a bind.
    pub(crate) fn zone(zone: &str) -> Self {
        Self::leaf(expr::cast(Expr::value(zone), PgType::Text))
    }

    pub(crate) fn null(ty: PgType) -> Self {
        Self::leaf(expr::null(ty))
    }

    pub(crate) fn call(function: PgFn, args: impl IntoIterator<Item = Self>) -> Self {
        let args: Vec<Self> = args.into_iter().collect();
        Self::over(expr::call(function, args.iter().map(|arg| arg.expr.clone())), &args)
    }

    /// Null counts as `other`.
    pub(crate) fn or_else(self, other: Self) -> Self {
        Self::call(PgFn::Coalesce, [self, other])
    }

    /// Null counts as the number 0.
    pub(crate) fn or_zero(self) -> Self {
        self.or_else(Self::integer(0))
    }

    /// Null counts as no.
    pub(crate) fn or_false(self) -> Self {
        self.or_else(Self::boolean(false))
    }

    /// Null counts as empty.
    pub(crate) fn or_empty(self) -> Self {
        self.or_else(Self::literal(""))
    }

    pub(crate) fn null_if(self, other: Self) -> Self {
        Self::call(PgFn::NullIf, [self, other])
    }

    pub(crate) fn binary(self, operator: BinOper, other: Self) -> Self {
        Self::over(self.expr.clone().binary(operator, other.expr.clone()), [&self, &other])
    }

    pub(crate) fn and(self, other: Self) -> Self {
        self.binary(BinOper::And, other)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.binary(BinOper::Or, other)
    }

    pub(crate) fn equals(self, other: Self) -> Self {
        self.binary(BinOper::Equal, other)
    }

    pub(crate) fn concat(self, other: Self) -> Self {
        Self::over(expr::concat(self.expr.clone(), other.expr.clone()), [&self, &other])
    }

    pub(crate) fn differs(self, other: Self) -> Self {
        Self::over(expr::is_distinct_from(self.expr.clone(), other.expr.clone()), [&self, &other])
    }

    /// The other truth; null stays null.
    pub(crate) fn negated(self) -> Self {
        self.map(|expr| expr.not())
    }

    /// Not true: false or null.
    pub(crate) fn not_true(self) -> Self {
        self.map(expr::not_true)
    }

    pub(crate) fn when_null(self) -> Self {
        self.map(|expr| expr.is_null())
    }

    pub(crate) fn when_filled(self) -> Self {
        self.map(|expr| expr.is_not_null())
    }

    pub(crate) fn cast(self, ty: PgType) -> Self {
        self.map(|expr| expr::cast(expr, ty))
    }

    pub(crate) fn into_int(self) -> Self {
        self.map(expr::as_int)
    }

    /// A date at its midnight, an instant or a text as a wall-clock time.
    pub(crate) fn into_local(self) -> Self {
        self.map(expr::as_local)
    }

    pub(crate) fn at_zone(self, zone: &str) -> Self {
        self.map(|expr| expr::at_time_zone(expr, zone))
    }

    pub(crate) fn collate(self, collation: Collation) -> Self {
        self.map(|expr| expr::collate(expr, collation))
    }

    /// The values of an array as the last arguments of a call.
    pub(crate) fn variadic(self) -> Self {
        self.map(expr::variadic)
    }

    pub(crate) fn matches(self, pattern: &str) -> Self {
        // The pattern is a bind; it costs, but not as SQL text does.
        let size = pattern.len() / 64;
        let term = self.map(|expr| expr::matches_regex(expr, pattern));
        Self { weight: term.weight + size, ..term }
    }

    /// A text of ours for a regular expression: a bind, which costs, but not as SQL text does.
    pub(crate) fn pattern(text: &str) -> Self {
        Self::leaf(expr::cast(Expr::value(text), PgType::Text)).of_weight(1 + text.len() / 64)
    }

    /// `CASE WHEN self THEN yes ELSE no END`
    pub(crate) fn choose(self, yes: Self, no: Self) -> Self {
        let expr = expr::if_else(self.expr.clone(), yes.expr.clone(), no.expr.clone());
        Self::over(expr, [&self, &yes, &no])
    }

    /// `yes` when true, `no` when false, `unknown` when null.
    pub(crate) fn by_truth(self, yes: Self, no: Self, unknown: Self) -> Self {
        self.once(|truth| {
            let parts = [truth.expr.clone(), yes.expr.clone(), no.expr.clone(), unknown.expr.clone()];
            let [condition, then, otherwise, null] = parts;
            let expr = expr::by_truth(condition, then, otherwise, null);
            Self::over(expr, [&truth, &truth, &yes, &no, &unknown])
        })
    }

    /// `body` of this term, which it may use often: a heavy one is computed once, under a name.
    pub(crate) fn once(self, body: impl FnOnce(Self) -> Self) -> Self {
        let Ok(term) = self.try_once(|term| Ok::<_, Infallible>(body(term)));
        term
    }

    /// [`Term::once`] with a body that may not succeed.
    pub(crate) fn try_once<E>(self, body: impl FnOnce(Self) -> Result<Self, E>) -> Result<Self, E> {
        if self.weight <= LIGHT {
            return body(self);
        }
        let names = self.names + 1;
        let name = ColumnName::alias("v", names);
        let body = body(Self { names, ..Self::leaf(expr::column(&name)) })?;
        let expr = expr::let_in(&name, self.expr.clone(), body.expr.clone());
        let whole = Self::over(expr, [&self, &body]);
        Ok(Self { names: whole.names.max(names), ..whole })
    }
}
