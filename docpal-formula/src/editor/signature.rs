//! The parameters of the call around a position.

use serde::Serialize;

use super::cursor::Cursor;
use crate::functions::Functions;

/// The call around a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureHelp {
    /// The function and its parameters, as a call is written.
    pub label: String,
    /// The names of the parameters with what they take; repeated ones once.
    pub params: Vec<(String, String)>,
    /// The index in `params` of the parameter at the position.
    pub active: Option<usize>,
    /// What the function does.
    pub doc: String,
}

/// The signature of the innermost known call around a byte position of any text.
///
/// # Example
/// ```
/// use docpal_formula::Functions;
/// use docpal_formula::editor::signature;
///
/// let help = signature("ROUND({price}, ", 15, &Functions::standard()).expect("a call");
/// assert_eq!((help.label.as_str(), help.active), ("ROUND(number, [digits])", Some(1)));
/// ```
#[must_use]
pub fn signature(source: &str, position: usize, functions: &Functions) -> Option<SignatureHelp> {
    let (function, _, param) = Cursor::new(source, position).parameter(functions)?;
    let signature = function.signature();
    let params = signature.params();
    Some(SignatureHelp {
        label: format!("{}({signature})", function.name()),
        params: params.iter().map(|param| (param.name.to_owned(), param.ty.to_string())).collect(),
        active: param.and_then(|param| params.iter().position(|other| *other == param)),
        doc: function.doc().to_owned(),
    })
}
