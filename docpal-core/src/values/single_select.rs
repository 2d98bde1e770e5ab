//! One of a list of options, by id.

use docpal_formula::Type;

use super::PgType;
use super::family::{Family, Groups, Input};
use crate::field_types::SelectOption;
use crate::operators::single_select;
use crate::sql::expr::{self, Expr, PgFn};

pub(crate) static FAMILY: Family = Family {
    groups: Groups::OfOptions,
    rank: Some(rank),
    input: |options, column, _| {
        let bytes = options.iter().map(|option| option.id.len().max(option.name.len()) as u64).max();
        let names = options.iter().map(|option| (option.id.as_str(), option.name.as_str()));
        Input {
            weight: 1 + 3 * options.len(),
            bytes: bytes.unwrap_or(0).max(64),
            ..Input::leaf(expr::name_of(column, names))
        }
    },
    ..Family::new("single select", PgType::Text, || Type::Text, single_select::OPERATORS)
};

/// The ids of the options in their order.
pub(super) fn ids(options: &[SelectOption]) -> Expr {
    Expr::value(expr::text_array(options.iter().map(|option| option.id.as_str())))
}

/// The place of the option.
fn rank(options: &[SelectOption], value: Expr) -> (Expr, PgType) {
    let place = expr::call(PgFn::ArrayPosition, [ids(options), value]);
    (expr::cast(place, PgType::Bigint), PgType::Bigint)
}
