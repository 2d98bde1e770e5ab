//! Texts and regular expressions.

use super::builtin::Builtin;

mod concatenate;
mod contains;
mod encode_url_component;
mod ends_with;
mod exact;
mod find;
mod left;
mod len;
mod lower;
mod mid;
mod pad_left;
mod pad_right;
mod proper;
mod regex_extract;
mod regex_match;
mod regex_replace;
mod replace;
mod rept;
mod reverse;
mod right;
mod search;
mod split_part;
mod starts_with;
mod substitute;
mod t;
mod text_by_format;
mod to_text;
mod trim;
mod upper;

pub(super) static ALL: &[&Builtin] = &[
    &concatenate::FUNCTION,
    &contains::FUNCTION,
    &encode_url_component::FUNCTION,
    &ends_with::FUNCTION,
    &exact::FUNCTION,
    &find::FUNCTION,
    &left::FUNCTION,
    &len::FUNCTION,
    &lower::FUNCTION,
    &mid::FUNCTION,
    &pad_left::FUNCTION,
    &pad_right::FUNCTION,
    &proper::FUNCTION,
    &regex_extract::FUNCTION,
    &regex_match::FUNCTION,
    &regex_replace::FUNCTION,
    &replace::FUNCTION,
    &rept::FUNCTION,
    &reverse::FUNCTION,
    &right::FUNCTION,
    &search::FUNCTION,
    &split_part::FUNCTION,
    &starts_with::FUNCTION,
    &substitute::FUNCTION,
    &t::FUNCTION,
    &text_by_format::FUNCTION,
    &to_text::FUNCTION,
    &trim::FUNCTION,
    &upper::FUNCTION,
];
