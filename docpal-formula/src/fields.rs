//! What a formula may refer to.

use std::collections::{BTreeMap, HashMap};

use crate::types::Type;

/// A field as the checker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRef {
    key: String,
    ty: Type,
    nullable: bool,
    scale: Option<u32>,
}

impl FieldRef {
    /// A field that may be blank. The host chooses the key; formulas are stored with it.
    #[must_use]
    pub fn new(key: impl Into<String>, ty: Type) -> Self {
        Self { key: key.into(), ty, nullable: true, scale: None }
    }

    /// The field always has a value.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// The field holds numbers of at most `scale` fraction digits, which lets a batch compute on integers.
    #[must_use]
    pub fn with_scale(mut self, scale: u32) -> Self {
        self.scale = Some(scale);
        self
    }

    /// The host's key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The type of the field's values.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether a value may be blank.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The most fraction digits of a number field, if it is bounded.
    #[must_use]
    pub fn scale(&self) -> Option<u32> {
        self.scale
    }
}

/// The fields a formula may refer to, by exact name.
///
/// Implemented for arrays, slices and maps of name and type, where the name is the key as well, and of name
/// and [`FieldRef`].
pub trait FieldTypes {
    /// The field of this name.
    fn field(&self, name: &str) -> Option<FieldRef>;

    /// All names, for suggestions and completion.
    fn names(&self) -> Vec<String>;
}

/// What stands behind a name in the implementations for collections.
///
/// The bound is private on purpose: the two kinds of description are closed.
trait Described {
    fn describe(&self, name: &str) -> FieldRef;
}

impl Described for Type {
    fn describe(&self, name: &str) -> FieldRef {
        FieldRef::new(name, self.clone())
    }
}

impl Described for FieldRef {
    fn describe(&self, _: &str) -> FieldRef {
        self.clone()
    }
}

macro_rules! for_lists {
    ($([$($generics:tt)*] $list:ty;)+) => {$(
        impl<S: AsRef<str>, T: Described $($generics)*> FieldTypes for $list {
            fn field(&self, name: &str) -> Option<FieldRef> {
                self.iter().find(|(known, _)| known.as_ref() == name).map(|(_, described)| described.describe(name))
            }

            fn names(&self) -> Vec<String> {
                self.iter().map(|(name, _)| name.as_ref().to_owned()).collect()
            }
        }
    )+};
}

for_lists! {
    [, const N: usize] [(S, T); N];
    [] &[(S, T)];
    [] Vec<(S, T)>;
}

macro_rules! for_maps {
    ($($map:ident),+) => {$(
        impl<T: Described> FieldTypes for $map<String, T> {
            fn field(&self, name: &str) -> Option<FieldRef> {
                self.get(name).map(|described| described.describe(name))
            }

            fn names(&self) -> Vec<String> {
                self.keys().cloned().collect()
            }
        }
    )+};
}

for_maps!(HashMap, BTreeMap);

/// No fields.
impl FieldTypes for () {
    fn field(&self, _: &str) -> Option<FieldRef> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}
