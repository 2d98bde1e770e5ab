//! Calls: name, count and types of the arguments, literal arguments made ready.

use super::Checker;
use super::unify::is_empty_text;
use crate::diagnostic::{Diagnostic, Span, code};
use crate::functions::{FunctionRef, Laziness, Nulls, Param, ParamType, Returns, Var};
use crate::nearest::{SUGGESTED, nearest};
use crate::node::{Coercion, Expr, FunctionCall, Node};
use crate::prepared::Prepared;
use crate::slot::{RecordProperty, Slot, SlotSource};
use crate::syntax::ast::{Ast, Kind};
use crate::types::Type;
use crate::value::Value;

use super::convert::coerce;

/// Functions of other products that this language has otherwise.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("DATEDIF", "DATETIME_DIFF", "use DATETIME_DIFF(end, start, \"days\"), with the later date first"),
    ("EDATE", "DATEADD", "use DATEADD(date, count, \"months\")"),
    ("POW", "POWER", "use POWER(base, exponent)"),
];

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &str, name_span: Span, args: &[Ast], span: Span) -> Option<Node> {
        let Some(function) = self.functions.get(name) else {
            self.unknown_function(name, name_span);
            // What is inside is checked all the same, to report everything at once.
            for arg in args {
                self.expr(arg);
            }
            return None;
        };
        if let Some(property) = function.standard().and_then(|function| function.property) {
            return self.property(&function, property, args, span);
        }
        let counted = self.check_count(&function, args, span);
        let nodes: Vec<Option<Node>> = args.iter().map(|arg| self.expr(arg)).collect();
        counted?;
        let mut prepared = Vec::new();
        let signature = function.signature();
        let mut typed = Vec::with_capacity(nodes.len());
        let mut failed = false;
        for (i, node) in nodes.into_iter().enumerate() {
            let param = signature.param(i, args.len());
            match node
                .zip(param)
                .and_then(|(node, param)| self.prepared(&function, node, param, &mut prepared))
            {
                Some(node) => typed.push(node),
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let mut vars = [Type::Null, Type::Null];
        let typed = self.unify_arguments(&function, typed, &mut vars, span)?;
        Some(self.finish_call(function, typed, prepared, vars, span))
    }

    fn finish_call(
        &mut self,
        function: FunctionRef,
        args: Vec<Node>,
        prepared: Vec<Prepared>,
        [compared, result]: [Type; 2],
        span: Span,
    ) -> Node {
        let var = |var: Var| match var {
            Var::Compared => compared.clone(),
            Var::Result => result.clone(),
        };
        let ty = match function.signature().returns() {
            Returns::Number => Type::Number,
            Returns::Text => Type::Text,
            Returns::Bool => Type::Bool,
            Returns::Date => Type::Date,
            Returns::DateTime => Type::DateTime,
            Returns::Json => Type::Json,
            Returns::Var(of) => var(of),
            Returns::ListOf(of) => Type::list(var(of)),
            Returns::First => args.first().map_or(Type::Null, |arg| arg.ty.clone()),
            Returns::With(make) => make(&args.iter().map(Node::ty).collect::<Vec<_>>(), &prepared),
        };
        self.note_volatility(function.volatility());
        if let Some((count, warning)) = function.standard().and_then(|function| function.warning)
            && count == args.len()
        {
            self.warnings.push(Diagnostic::new(warning.code, span, warning.message).help(warning.help));
        }
        let named = prepared.iter().find_map(|prepared| match prepared {
            Prepared::TimeZone(zone) => Some(*zone),
            _ => None,
        });
        let zone = named.or_else(|| args.iter().find_map(Node::zone));
        let carries_zone = ty == Type::DateTime;
        let sees_nulls = function.nulls() == Nulls::Own || function.laziness() == Laziness::Lazy;
        // Not `ty`: a truth that a branch gives may be blank.
        let is_truth = matches!(function.signature().returns(), Returns::Bool);
        let never_null = function.standard().is_some() && is_truth && sees_nulls;
        let call = FunctionCall { function, args, prepared, zone, ty: ty.clone() };
        let node = Node {
            zone: if carries_zone { zone } else { None },
            nullable: !never_null,
            ..Node::new(Expr::Call(Box::new(call)), ty, span)
        };
        self.folded(node)
    }

    /// A property of the record: a slot, not a call.
    fn property(
        &mut self,
        function: &FunctionRef,
        property: RecordProperty,
        args: &[Ast],
        span: Span,
    ) -> Option<Node> {
        self.check_count(function, args, span)?;
        let mut keys = Vec::new();
        for arg in args {
            let Kind::Field(name) = &arg.kind else {
                let message = format!("{} takes fields, such as {{name}}", function.name());
                self.found.push(Diagnostic::new(code::TYPE_MISMATCH, arg.span, message));
                return None;
            };
            keys.push(self.field_ref(arg, name)?.key().to_owned());
        }
        keys.sort();
        keys.dedup();
        let source =
            if keys.is_empty() { SlotSource::Record(property) } else { SlotSource::FieldsModified(keys) };
        let ty = match function.signature().returns() {
            Returns::DateTime => Type::DateTime,
            Returns::Number => Type::Number,
            _ => Type::Text,
        };
        Some(self.slot(Slot { source, ty, nullable: true, scale: None }, span))
    }

    fn unknown_function(&mut self, name: &str, span: Span) {
        let found = Diagnostic::new(code::UNKNOWN_FUNCTION, span, format!("there is no function {name}"));
        if let Some((_, ours, help)) = ELSEWHERE.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)) {
            self.found.push(found.help(*help).suggest(vec![(*ours).to_owned()]));
            return;
        }
        let names = if self.found.len() < SUGGESTED { self.functions.names() } else { Vec::new() };
        let near = nearest(name, names.iter().map(String::as_str));
        self.found.push(match near.first() {
            Some(best) => {
                let help = format!("did you mean {best}?");
                found.help(help).suggest(near.into_iter().map(str::to_owned).collect())
            }
            None => found,
        });
    }

    fn check_count(&mut self, function: &FunctionRef, args: &[Ast], span: Span) -> Option<()> {
        let signature = function.signature();
        let (count, name) = (args.len(), function.name());
        let too_few = count < signature.fewest() || signature.splits_group(count);
        let too_many = signature.most().is_some_and(|most| count > most);
        if !too_few && !too_many {
            return Some(());
        }
        let (code, word, span) = match args.get(signature.most().unwrap_or(usize::MAX)).zip(args.last()) {
            Some((first, last)) => (code::TOO_MANY_ARGUMENTS, "too many", first.span.to(last.span)),
            None => (code::TOO_FEW_ARGUMENTS, "too few", span),
        };
        let found = Diagnostic::new(code, span, format!("{name} has {word} arguments: {count}"));
        let meant = function.standard().and_then(|function| function.too_few_help).filter(|_| too_few);
        self.found.push(found.help(meant.map_or_else(|| format!("{name}({signature})"), str::to_owned)));
        None
    }

    /// An argument as its parameter takes it, and what a literal of it means.
    fn prepared(
        &mut self,
        function: &FunctionRef,
        node: Node,
        param: Param,
        prepared: &mut Vec<Prepared>,
    ) -> Option<Node> {
        let node = self.argument(function, node, param)?;
        prepared.push(self.literal(function, &node, param)?);
        Some(node)
    }

    /// An argument as its parameter takes it; variables are left for [`Self::unify_arguments`].
    fn argument(&mut self, function: &FunctionRef, node: Node, param: Param) -> Option<Node> {
        let wanted = match param.ty {
            ParamType::Any | ParamType::Same(_) | ParamType::Field => return Some(node),
            ParamType::Condition => return Some(self.condition(node)),
            ParamType::Display => return self.text_of(node),
            ParamType::List | ParamType::ListOf(_) => return Some(to_list(node)),
            ParamType::Temporal if node.ty.is_temporal() || node.ty == Type::Null => return Some(node),
            ParamType::Temporal if node.ty == Type::Text => return self.date_literal(node),
            ParamType::Temporal => Type::Date,
            ParamType::Numbers => match &node.ty {
                Type::List(item) if matches!(**item, Type::Number | Type::Null) => return Some(node),
                _ => Type::Number,
            },
            ParamType::Number => Type::Number,
            ParamType::Bool => Type::Bool,
            ParamType::Json => Type::Json,
            ParamType::Text
            | ParamType::Unit
            | ParamType::Regex
            | ParamType::DateFormat
            | ParamType::NumberFormat
            | ParamType::TimeZone
            | ParamType::Locale
            | ParamType::WeekStart
            | ParamType::JsonPath => Type::Text,
        };
        if node.ty == wanted || node.ty == Type::Null {
            return Some(node);
        }
        let message = format!(
            "{} takes {} as `{}`, not {}",
            function.name(),
            wanted.phrase(),
            param.name,
            node.ty.phrase()
        );
        self.mismatch(&node, message, &wanted);
        None
    }

    /// Gives all places of one type variable one type.
    fn unify_arguments(
        &mut self,
        function: &FunctionRef,
        mut args: Vec<Node>,
        types: &mut [Type; 2],
        span: Span,
    ) -> Option<Vec<Node>> {
        let (signature, count) = (function.signature(), args.len());
        for (var, common) in [Var::Compared, Var::Result].into_iter().zip(types) {
            let place = |i: usize| signature.param(i, count).map(|param| param.ty);
            let has_other = args.iter().enumerate().any(|(i, arg)| {
                place(i) == Some(ParamType::Same(var)) && !is_empty_text(arg) && arg.ty != Type::Null
            });
            let parts: Vec<(&Type, Span)> = args
                .iter()
                .enumerate()
                .filter_map(|(i, arg)| match place(i)? {
                    ParamType::Same(of) if of == var => {
                        let is_blank = var == Var::Result && has_other && is_empty_text(arg);
                        (!is_blank).then_some((&arg.ty, arg.span))
                    }
                    ParamType::ListOf(of) if of == var => match &arg.ty {
                        Type::List(item) => Some((&**item, arg.span)),
                        _ => None,
                    },
                    _ => None,
                })
                .collect();
            let ty = self.unified(var, &parts, function.name(), span)?;
            let mut unified = Vec::with_capacity(count);
            for (i, arg) in args.into_iter().enumerate() {
                let is_place =
                    signature.param(i, count).is_some_and(|param| param.ty == ParamType::Same(var));
                unified.push(if is_place { self.unify_to(arg, &ty)? } else { arg });
            }
            args = unified;
            *common = ty;
        }
        Some(args)
    }
}

/// A value that is no list as the list of it.
fn to_list(node: Node) -> Node {
    if matches!(node.ty, Type::List(_)) {
        return node;
    }
    let ty = Type::list(node.ty.clone());
    match node.as_constant() {
        Some(Value::Null) => Node::constant(Value::List(Vec::new()), ty, node.span),
        _ => coerce(Coercion::ToList, ty, node).never_null(),
    }
}
