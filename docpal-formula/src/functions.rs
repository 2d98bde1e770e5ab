//! The registry of functions: one list drives checking, evaluation, completion and the reference.

mod builtin;
mod date;
mod json;
mod list;
mod logic;
mod number;
mod record;
mod signature;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use crate::call::Call;
use crate::error::EvalError;
use crate::value::Value;

pub(crate) use builtin::Builtin;
pub(crate) use date::week_start;
pub use signature::{
    Category, Example, Laziness, Nulls, Param, ParamType, Returns, Signature, Var, Volatility,
};

/// The categories in the order of the reference.
static STANDARD: &[&[&Builtin]] =
    &[logic::ALL, number::ALL, text::ALL, date::ALL, list::ALL, record::ALL, json::ALL];

/// Every standard function by name and alias.
static BY_NAME: LazyLock<HashMap<&'static str, &'static Builtin>> = LazyLock::new(|| {
    let all = STANDARD.iter().copied().flatten().copied();
    all.flat_map(|function| {
        std::iter::once(function.name)
            .chain(function.aliases.iter().copied())
            .map(move |name| (name, function))
    })
    .collect()
});

/// A function of the formula language. A host adds its own with [`Functions::with`].
///
/// # Example
/// ```
/// use docpal_formula::*;
///
/// #[derive(Debug)]
/// struct Double;
///
/// impl Function for Double {
///     fn name(&self) -> &str {
///         "DOUBLE"
///     }
///     fn signature(&self) -> Signature {
///         const PARAMS: &[Param] = &[Param::required("number", ParamType::Number)];
///         Signature::new(PARAMS, Returns::Number)
///     }
///     fn doc(&self) -> &str {
///         "Twice the number."
///     }
///     fn eval<'a>(&self, call: &mut Call<'_, 'a>) -> Result<Value<'a>, EvalError> {
///         Ok(call.number(0)?.map(|number| number + number).into())
///     }
/// }
///
/// let functions = Functions::standard().with(Double);
/// let program = Formula::parse("double({price})")?.check(&[("price", Type::Number)], &functions)?;
/// let row = [Value::from(4)];
/// assert_eq!(program.eval(&row, &Context::system())?, Value::from(8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Function: fmt::Debug + Send + Sync {
    /// The name in upper case.
    fn name(&self) -> &str;

    /// Other names in upper case.
    fn aliases(&self) -> &[&str] {
        &[]
    }

    /// Where the reference lists it.
    fn category(&self) -> Category {
        Category::Host
    }

    /// Parameters and result.
    fn signature(&self) -> Signature;

    /// Whether the arguments are evaluated before the call, or by it.
    fn laziness(&self) -> Laziness {
        Laziness::Eager
    }

    /// What the result depends on beside the arguments.
    fn volatility(&self) -> Volatility {
        Volatility::Immutable
    }

    /// Which null arguments make the result null without a call. Lazy functions see to it themselves.
    fn nulls(&self) -> Nulls {
        Nulls::First
    }

    /// One or two sentences for the reference and for hovers.
    fn doc(&self) -> &str;

    /// Calls with their results.
    fn examples(&self) -> &[Example] {
        &[]
    }

    /// The value of one call.
    ///
    /// # Errors
    /// The error value of the call.
    fn eval<'a>(&self, call: &mut Call<'_, 'a>) -> Result<Value<'a>, EvalError>;
}

/// A function of a registry.
#[derive(Clone)]
pub struct FunctionRef(Origin);

#[derive(Clone)]
enum Origin {
    Standard(&'static Builtin),
    Host(Arc<dyn Function>),
}

impl Deref for FunctionRef {
    type Target = dyn Function;

    fn deref(&self) -> &Self::Target {
        match &self.0 {
            Origin::Standard(function) => *function,
            Origin::Host(function) => &**function,
        }
    }
}

impl FunctionRef {
    /// Whether the function belongs to the language, not to the host.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        matches!(self.0, Origin::Standard(_))
    }

    pub(crate) fn standard(&self) -> Option<&'static Builtin> {
        match self.0 {
            Origin::Standard(function) => Some(function),
            Origin::Host(_) => None,
        }
    }
}

impl fmt::Debug for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The functions a formula may call. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    hosts: Vec<Arc<dyn Function>>,
}

impl Functions {
    /// The functions of the language.
    #[must_use]
    pub fn standard() -> Self {
        Self::default()
    }

    /// Adds a function of the host; it hides every function of the same name.
    #[must_use]
    pub fn with(mut self, function: impl Function + 'static) -> Self {
        self.hosts.push(Arc::new(function));
        self
    }

    /// The function of this name or alias, in any case of ASCII letters.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<FunctionRef> {
        let named = |function: &&Arc<dyn Function>| {
            function.name().eq_ignore_ascii_case(name)
                || function.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(name))
        };
        if let Some(host) = self.hosts.iter().rev().find(named) {
            return Some(FunctionRef(Origin::Host(Arc::clone(host))));
        }
        let upper = name.to_ascii_uppercase();
        BY_NAME.get(upper.as_str()).map(|function| FunctionRef(Origin::Standard(function)))
    }

    /// Every function once, the language's by category, then the host's.
    pub fn iter(&self) -> impl Iterator<Item = FunctionRef> {
        let standard =
            STANDARD.iter().copied().flatten().map(|function| FunctionRef(Origin::Standard(function)));
        let hosts = self.hosts.iter().map(|function| FunctionRef(Origin::Host(Arc::clone(function))));
        standard.chain(hosts)
    }

    /// Every name and alias, for suggestions and completion.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let names = |function: &FunctionRef| {
            let mut names = vec![function.name().to_owned()];
            names.extend(function.aliases().iter().map(|alias| (*alias).to_owned()));
            names
        };
        self.iter().flat_map(|function| names(&function)).collect()
    }
}
