//! Keys: the few hex digits that physical names are made of. A key is the first digits of an id or, where another id
//! has taken these, digits computed from the id. Which one it became is stored with the thing.

use std::fmt;

use crate::error::{Error, Result};
use crate::id::{CompanyId, FieldId, TableId};

/// So many keys are tried for an id. After the first they are as good as random, so a second one is rare.
pub(crate) const ROUNDS: u32 = 16;

macro_rules! key_type {
    ($($(#[$doc:meta])* $name:ident of $id:ident = $digits:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The key that is tried for `id` in `round`: its first digits in round 0, others after that.
            #[must_use]
            pub fn of(id: $id, round: u32) -> Self {
                let hex = match round {
                    0 => id.hex(),
                    _ => format!("{:016x}", spread(id.uuid().as_u128(), round)),
                };
                Self(hex.chars().take($digits).collect())
            }

            /// The key as the database has it.
            ///
            /// # Errors
            /// An internal error when it is not hex digits only: then it is none of ours.
            pub(crate) fn stored(text: String) -> Result<Self> {
                if text.len() == $digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                    Ok(Self(text))
                } else {
                    Err(Error::internal(format!("a stored key is no key: {text:?}")))
                }
            }

            /// The hex digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

key_type! {
    /// The key of a company: 12 hex digits, unique in the database.
    CompanyKey of CompanyId = 12;
    /// The key of a table: 16 hex digits, unique in its company.
    TableKey of TableId = 16;
    /// The key of a field: 16 hex digits, unique in its company, whose indexes it names.
    FieldKey of FieldId = 16;
}

/// 64 bits of which each depends on every bit of `id` and `round` (the finisher of splitmix64, twice).
fn spread(id: u128, round: u32) -> u64 {
    let finish = |mut bits: u64| {
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    };
    let half = |shift: u32| u64::try_from((id >> shift) & u128::from(u64::MAX)).unwrap_or_default();
    finish(finish(half(64).wrapping_add(u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15))) ^ half(0))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_first_key_is_the_start_of_the_id() {
        let id: CompanyId = "abc123de-f456-4000-8000-000000000000".parse().unwrap();
        assert_eq!(CompanyKey::of(id, 0).as_str(), "abc123def456");
    }

    #[test]
    fn ids_that_start_alike_have_second_keys_that_differ() {
        let keys: HashSet<CompanyKey> =
            (0..1_000_u128).map(|n| CompanyKey::of(uuid::Uuid::from_u128(n).into(), 1)).collect();
        assert_eq!(keys.len(), 1_000);
    }

    #[test]
    fn only_hex_digits_are_a_key() {
        assert!(CompanyKey::stored("abc123def456".to_owned()).is_ok());
        for text in ["", "abc123def45", "abc123def4567", "abc123def45\"", "ABC123DEF456"] {
            assert!(CompanyKey::stored(text.to_owned()).is_err(), "{text}");
        }
    }
}
