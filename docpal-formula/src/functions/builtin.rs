//! How a standard function is described: one constant per file.

use super::Function;
use super::signature::{
    Category, Example, Laziness, Nulls, Param, ParamType, Returns, Signature, Volatility,
};
use crate::call::Call;
use crate::error::EvalError;
use crate::slot::RecordProperty;
use crate::value::Value;

/// A function of the language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) category: Category,
    pub(crate) signature: Signature,
    pub(crate) laziness: Laziness,
    pub(crate) volatility: Volatility,
    pub(crate) nulls: Nulls,
    /// The record's property that a call without arguments reads; such a call becomes a slot.
    pub(crate) property: Option<RecordProperty>,
    /// What was probably meant by a call with too few arguments.
    pub(crate) too_few_help: Option<&'static str>,
    /// The warning for a call with this many arguments.
    pub(crate) warning: Option<(usize, Warning)>,
    pub(crate) doc: &'static str,
    pub(crate) examples: &'static [Example],
    pub(crate) eval: for<'a> fn(&mut Call<'_, 'a>) -> Result<Value<'a>, EvalError>,
}

/// Something that is allowed but probably not meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Warning {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) help: &'static str,
}

impl Builtin {
    /// The start of every description: eager, immutable, null when the main argument is null.
    pub(crate) const fn new(category: Category, name: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            category,
            signature: Signature::new(&[], Returns::Text),
            laziness: Laziness::Eager,
            volatility: Volatility::Immutable,
            nulls: Nulls::First,
            property: None,
            too_few_help: None,
            warning: None,
            doc: "",
            examples: &[],
            eval: |_| Ok(Value::Null),
        }
    }
}

impl Function for Builtin {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[&str] {
        self.aliases
    }

    fn category(&self) -> Category {
        self.category
    }

    fn signature(&self) -> Signature {
        self.signature
    }

    fn laziness(&self) -> Laziness {
        self.laziness
    }

    fn volatility(&self) -> Volatility {
        self.volatility
    }

    fn nulls(&self) -> Nulls {
        self.nulls
    }

    fn doc(&self) -> &str {
        self.doc
    }

    fn examples(&self) -> &[Example] {
        self.examples
    }

    fn eval<'a>(&self, call: &mut Call<'_, 'a>) -> Result<Value<'a>, EvalError> {
        (self.eval)(call)
    }
}

/// A call and its result.
pub(crate) const fn example(formula: &'static str, result: &'static str) -> Example {
    Example { formula, result }
}

/// A parameter that every call gives.
pub(crate) const fn required(name: &'static str, ty: ParamType) -> Param {
    Param::required(name, ty)
}

/// A parameter that may lack.
pub(crate) const fn optional(name: &'static str, ty: ParamType) -> Param {
    Param::optional(name, ty)
}

/// What nearly every function's file needs.
pub(crate) mod prelude {
    pub(crate) use super::super::signature::{
        Category, Laziness, Nulls, ParamType, Returns, Signature, Var, Volatility,
    };
    pub(crate) use super::{Builtin, Warning, example, optional, required};
    pub(crate) use crate::call::Call;
    pub(crate) use crate::diagnostic::code;
    pub(crate) use crate::error::{ErrorCode, EvalError};
    pub(crate) use crate::prepared::Prepared;
    pub(crate) use crate::value::Value;
}
