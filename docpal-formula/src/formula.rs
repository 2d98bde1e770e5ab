//! A parsed formula.

use std::fmt;
use std::sync::Arc;

use crate::check;
use crate::diagnostic::Errors;
use crate::fields::FieldTypes;
use crate::functions::Functions;
use crate::limits::Limits;
use crate::nearest::SUGGESTED;
use crate::program::Program;
use crate::syntax;
use crate::syntax::ast::{Ast, Kind};
use crate::syntax::escape::escape_field;

/// A formula whose form is right; its names and types are checked by [`Formula::check`].
///
/// Its `Display` form is canonical: equal formulas print equally, whatever their spacing and parentheses.
///
/// # Example
/// ```
/// use docpal_formula::{Context, Formula, Functions, Type, Value};
///
/// let formula = Formula::parse("{price} * {quantity}")?;
/// let program = formula.check(&[("price", Type::Number), ("quantity", Type::Number)], &Functions::standard())?;
/// let row = [Value::from(3), Value::from(4)];
/// let value = program.eval(&row, &Context::system())?;
/// assert_eq!(value, Value::from(12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Formula {
    source: Arc<str>,
    limits: Limits,
    ast: Ast,
}

impl Formula {
    /// Parses `source` under the default [`Limits`].
    ///
    /// # Errors
    /// Everything that is wrong with the form of the formula.
    pub fn parse(source: &str) -> Result<Self, Errors> {
        Self::parse_with(source, &Limits::default())
    }

    /// Parses `source` under `limits`, which also bound the check.
    ///
    /// # Errors
    /// Everything that is wrong with the form of the formula.
    pub fn parse_with(source: &str, limits: &Limits) -> Result<Self, Errors> {
        let source: Arc<str> = Arc::from(source);
        let ast = syntax::parse(&source, limits)?;
        Ok(Self { source, limits: *limits, ast })
    }

    /// Resolves names, checks types, makes every conversion explicit and folds constants.
    ///
    /// # Errors
    /// Every unknown name, wrong count of arguments, type that does not fit and literal that means nothing.
    pub fn check(&self, fields: &dyn FieldTypes, functions: &Functions) -> Result<Program, Errors> {
        check::check(&self.ast, &self.source, &self.limits, fields, functions)
    }

    /// The text the formula was parsed from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the fields it refers to, each once, in source order.
    #[must_use]
    pub fn field_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.ast.walk(&mut |ast| {
            if let Kind::Field(name) = &ast.kind
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        });
        names
    }

    /// The form to store: every field name replaced by the field's key, everything else as it is typed.
    ///
    /// A formula stored so does not change when a field is renamed; [`Formula::shown`] is the way back.
    ///
    /// # Errors
    /// Every field that `fields` does not know.
    ///
    /// # Example
    /// ```
    /// use docpal_formula::{FieldRef, Formula, Type};
    ///
    /// let fields = [("price", FieldRef::new("f_01", Type::Number))];
    /// let stored = Formula::parse("{price} * 2 // twice")?.stored(&fields)?;
    /// assert_eq!(stored, "{f_01} * 2 // twice");
    /// let shown = Formula::parse(&stored)?.shown(|key| (key == "f_01").then(|| "unit price".to_owned()));
    /// assert_eq!(shown, "{unit price} * 2 // twice");
    /// # Ok::<(), docpal_formula::Errors>(())
    /// ```
    pub fn stored(&self, fields: &dyn FieldTypes) -> Result<String, Errors> {
        let mut unknown = Vec::new();
        let mut names = None;
        let stored = self.replace_fields(|ast, name| match fields.field(name) {
            Some(field) => field.key().to_owned(),
            None => {
                let names: &[String] = match unknown.len() {
                    0..SUGGESTED => names.get_or_insert_with(|| fields.names()),
                    _ => &[],
                };
                unknown.push(check::unknown_field(ast, name, names));
                name.to_owned()
            }
        });
        Errors::check(&self.source, unknown).map(|()| stored)
    }

    /// The form to show: the way back from [`Formula::stored`].
    ///
    /// A key without a name, because its field was deleted, becomes `{deleted field <key>}`: the formula can be
    /// read and edited, and does not check.
    #[must_use]
    pub fn shown(&self, name_of: impl Fn(&str) -> Option<String>) -> String {
        self.replace_fields(|_, key| name_of(key).unwrap_or_else(|| format!("deleted field {key}")))
    }

    /// The source with the text of every field reference replaced; everything else stays byte for byte.
    fn replace_fields(&self, mut replace: impl FnMut(&Ast, &str) -> String) -> String {
        let mut references = Vec::new();
        self.ast.walk(&mut |ast| {
            if let Kind::Field(name) = &ast.kind {
                references.push((ast, name));
            }
        });
        references.sort_by_key(|(ast, _)| ast.span);
        let mut text = String::with_capacity(self.source.len());
        let mut done = 0;
        for (ast, name) in references {
            text.push_str(self.source.get(done..ast.span.start).unwrap_or(""));
            text.push_str(&escape_field(&replace(ast, name)));
            done = ast.span.end;
        }
        text.push_str(self.source.get(done..).unwrap_or(""));
        text
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ast.fmt(f)
    }
}
