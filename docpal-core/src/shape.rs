//! The shape of a request, written once: a struct in [`shape!`](crate::shape!) is the reader of that JSON, with strict
//! errors and their paths, and its description, of which a server makes a schema. Null counts as absent everywhere.

mod at;
mod entries;
mod kind;
mod values;

use crate::error::Result;
use crate::json::Json;

pub use at::{At, Terms};
pub use entries::Entries;
pub(crate) use kind::filter_value;
pub use kind::{Key, Kind, Named, cell_value};
pub use values::{Map, word};

/// What can be read from the JSON of a request, and described.
///
/// # Example
/// ```
/// use docpal_core::Json;
/// use docpal_core::shape::{At, Shape as _};
///
/// docpal_core::shape! {
///     /// A guest to invite.
///     #[derive(Debug)]
///     pub struct Guest {
///         /// What people call them.
///         #[example = r#""Ada""#]
///         pub name: String,
///         /// With whom.
///         pub friends: Option<Vec<String>>,
///         /// How many chairs they take.
///         pub chairs: u32 = 1,
///     }
/// }
///
/// let guest = Guest::read(Json::parse(r#"{"name": "Ada"}"#)?, &At::BODY)?;
/// assert_eq!((guest.name.as_str(), guest.friends, guest.chairs), ("Ada", None, 1));
///
/// let error = Guest::read(Json::parse(r#"{"name": "Ada", "friends": ["Bob", 5]}"#)?, &At::BODY).unwrap_err();
/// assert_eq!((error.code(), error.fields()[0].field.as_str()), ("wrong_type", "friends[1]"));
/// # Ok::<(), docpal_core::Error>(())
/// ```
pub trait Shape: Sized {
    /// May it be left out?
    const OPTIONAL: bool = false;

    /// What it looks like.
    fn kind() -> Kind;

    /// Reads it; `at` is where it stands.
    ///
    /// # Errors
    /// In the terms of `at`, with the path of the wrong part.
    fn read(json: Json, at: &At<'_>) -> Result<Self>;

    /// What stands for it when it is not given.
    ///
    /// # Errors
    /// In the terms of `at`, when it must be given.
    fn absent(at: &At<'_>) -> Result<Self> {
        Err(at.missing())
    }
}

/// Defines a struct with its [`Shape`]. The comments are its documentation, of the struct up to its first empty line.
///
/// A key may be left out when its type is an `Option`, or when it has a default after `=`. What may stand above the
/// struct, in this order: `#[name = ".."]` for the schema, `#[example = ".."]` in JSON, `#[terms = ..]` for refusals in
/// other words (see [`Terms`]), `#[derive(..)]`. Above a key: `#[example = ".."]`, `#[within = 1, 1_000]` for a whole
/// number with bounds, `#[length = 1, 100]` for a text or list whose length is judged later,
/// `#[kind = ..]` for a value that is, `#[alias = ".."]` for another key that is taken for it.
#[macro_export]
macro_rules! shape {
    (
        $(#[doc = $about:literal])*
        $(#[name = $called:literal])?
        $(#[example = $example:literal])?
        $(#[terms = $terms:expr])?
        $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $key_about:literal])*
                $(#[example = $sample:literal])?
                $(#[within = $from:expr, $to:expr])?
                $(#[length = $least:expr, $most:expr])?
                $(#[kind = $kind:expr])?
                $(#[alias = $alias:literal])?
                $key_vis:vis $key:ident: $ty:ty $(= $default:expr)?
            ),* $(,)?
        }
    ) => {
        $(#[doc = $about])*
        $(#[derive($($derive),*)])?
        $vis struct $name {
            $($(#[doc = $key_about])* $key_vis $key: $ty,)*
        }

        impl $crate::shape::Shape for $name {
            fn kind() -> $crate::shape::Kind {
                fn keys() -> $crate::shape::Kind {
                    $crate::shape::Kind::Object(vec![$(
                        $crate::shape::Key::of::<$ty>(stringify!($key), &[$($key_about),*])
                            .has_default($crate::shape!(@has_default $($default)?))
                            $(.example($sample))?
                            $(.within(i64::from($from), i64::from($to)))?
                            $(.length($least, $most))?
                            $(.kind($kind))?
                            $(.alias($alias))?,
                    )*])
                }
                $crate::shape::Kind::named(stringify!($name), &[$($about),*], keys)
                    $(.called($called))?
                    $(.example($example))?
                    .into()
            }

            fn read(
                json: $crate::Json,
                at: &$crate::shape::At<'_>,
            ) -> $crate::Result<Self> {
                $(let at = &at.in_terms($terms);)?
                let json = $crate::shape::Entries::named(json, at, &[$($(($alias, stringify!($key)),)?)*])?;
                let mut entries = $crate::shape::Entries::read(json, at, &[$(stringify!($key)),*])?;
                Ok(Self {
                    $($key: {
                        $(entries.require_within(at, stringify!($key), i64::from($from), i64::from($to))?;)?
                        $crate::shape!(@ entries, at, $key, $ty $(, $default)?)
                    },)*
                })
            }
        }
    };
    (@has_default) => {
        false
    };
    (@has_default $default:expr) => {
        true
    };
    (@ $entries:ident, $at:ident, $key:ident, $ty:ty) => {
        $entries.take::<$ty>($at, stringify!($key))?
    };
    (@ $entries:ident, $at:ident, $key:ident, $ty:ty, $default:expr) => {
        match $entries.take::<Option<$ty>>($at, stringify!($key))? {
            Some(given) => given,
            None => $default,
        }
    };
}

#[cfg(test)]
mod tests;
