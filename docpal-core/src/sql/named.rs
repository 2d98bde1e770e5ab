//! Reading rows of DocPal's own tables by the names of their columns.

/// Lets `query_as` read a struct: each field from the column of its name.
///
/// What sqlx's derive does. That needs sqlx, its PostgreSQL driver and all they need a second time, for the compiler's
/// side: 128 of 482 steps of a first build of the server, and a twelfth of its time.
#[doc(hidden)]
#[macro_export]
macro_rules! named_columns {
    ($row:ident: $($column:ident),+ $(,)?) => {
        impl<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> for $row {
            fn from_row(row: &'r sqlx::postgres::PgRow) -> sqlx::Result<Self> {
                Ok(Self { $($column: sqlx::Row::try_get(row, stringify!($column))?),+ })
            }
        }
    };
}
