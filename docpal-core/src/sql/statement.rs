//! A statement ready to run: text built by sea-query plus its binds. Made here only.

use sea_query::{
    DeleteStatement, InsertStatement, PostgresQueryBuilder, SelectStatement, UpdateStatement, Values,
    WithQuery,
};

/// SQL text with `$n` binds and the values for them.
///
/// There is no way to make one from a string: only from a sea-query tree, whose identifiers come from
/// [`super::ident`].
#[derive(Clone)]
pub struct Statement {
    text: String,
    values: Values,
}

impl Statement {
    /// The SQL text, for `explain` and tests. It holds no value of any user.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many values are bound.
    #[must_use]
    pub fn bind_count(&self) -> usize {
        self.values.0.len()
    }

    pub(super) fn into_parts(self) -> (String, Values) {
        (self.text, self.values)
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statement").field("text", &self.text).field("binds", &self.values.0.len()).finish()
    }
}

macro_rules! statement_from {
    ($($tree:ident),*) => {$(
        impl From<$tree> for Statement {
            fn from(tree: $tree) -> Self {
                let (text, values) = tree.build(PostgresQueryBuilder);
                Self { text, values }
            }
        }
    )*};
}

statement_from!(SelectStatement, InsertStatement, UpdateStatement, DeleteStatement, WithQuery);
