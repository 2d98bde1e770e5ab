//! Who made or changed a record.

use docpal_formula::Type;

use super::PgType;
use super::family::Family;
use crate::operators::user;

pub(crate) static FAMILY: Family = Family::new("user", PgType::Uuid, || Type::Text, user::OPERATORS);
