//! One type for several places of a call.

use super::Checker;
use super::convert::coerce;
use crate::diagnostic::{Diagnostic, Span, code};
use crate::functions::Var;
use crate::node::{Coercion, Node};
use crate::types::Type;
use crate::value::Value;

impl Checker<'_> {
    /// The one type of `types` (each with the node's place), or a report.
    ///
    /// Null and, among results, the literal `""` fit every type.
    pub(super) fn unified(
        &mut self,
        var: Var,
        parts: &[(&Type, Span)],
        name: &str,
        at: Span,
    ) -> Option<Type> {
        let mut common = Type::Null;
        for (ty, span) in parts {
            common = match (common, (*ty).clone()) {
                (Type::Null, ty) | (ty, Type::Null) => ty,
                (a, b) if a == b => a,
                (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => Type::DateTime,
                (a, b) if var == Var::Result && is_mixable(&a) && is_mixable(&b) => {
                    if a == Type::Text || b == Type::Text {
                        let message =
                            format!("{name} gives {} or {}: the result is text", a.phrase(), b.phrase());
                        self.warnings.push(Diagnostic::new(code::MIXED_BRANCHES, at, message));
                        Type::Text
                    } else {
                        return self.differ(name, &a, &b, *span);
                    }
                }
                (a, b) => return self.differ(name, &a, &b, *span),
            };
        }
        Some(common)
    }

    fn differ(&mut self, name: &str, a: &Type, b: &Type, at: Span) -> Option<Type> {
        let message = format!("{name} needs one type here: {} before, {} now", a.phrase(), b.phrase());
        self.found.push(
            Diagnostic::new(code::TYPE_MISMATCH, at, message)
                .help("value & \"\" makes text of both, NULL is blank"),
        );
        None
    }

    /// `node` as the type its group agreed on.
    pub(super) fn unify_to(&mut self, node: Node, ty: &Type) -> Option<Node> {
        match (&node.ty, ty) {
            (a, b) if a == b => Some(node),
            (Type::Null, _) => Some(Node { ty: ty.clone(), ..node }),
            (Type::Text, _) if is_empty_text(&node) => {
                Some(Node::constant(Value::Null, ty.clone(), node.span))
            }
            (Type::Date, Type::DateTime) => Some(self.datetime_of(node)),
            (_, Type::Text) => self.text_of(node),
            (_, Type::List(_)) => Some(coerce(Coercion::ToList, ty.clone(), node).never_null()),
            _ => Some(node),
        }
    }
}

/// The literal `""`, which stands for blank beside results of other types.
pub(super) fn is_empty_text(node: &Node) -> bool {
    matches!(node.as_constant(), Some(Value::Text(text)) if text.is_empty())
}

/// Types that may stand beside text as results.
fn is_mixable(ty: &Type) -> bool {
    !matches!(ty, Type::Json | Type::List(_))
}
