//! Literal arguments with a meaning of their own, read once at the check.

use std::str::FromStr;
use std::sync::Arc;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::Checker;
use crate::diagnostic::{Diagnostic, Span, code};
use crate::functions::{self, FunctionRef, Param, ParamType};
use crate::nearest::nearest;
use crate::node::Node;
use crate::prepared::regex::compile_regex;
use crate::prepared::{JsonPath, NumberFormat, Prepared};
use crate::temporal::format::DateFormat;
use crate::temporal::unit::Unit;
use crate::value::Value;

impl Checker<'_> {
    /// What the literal `node` means as `param`, or a report.
    pub(super) fn literal(&mut self, function: &FunctionRef, node: &Node, param: Param) -> Option<Prepared> {
        let must_be_literal =
            matches!(param.ty, ParamType::TimeZone | ParamType::Locale | ParamType::WeekStart);
        let Some(text) = node.as_constant().and_then(Value::as_text) else {
            let is_null = node.as_constant().is_some();
            if must_be_literal && !is_null {
                let message =
                    format!("{} needs its {} written out in the formula", function.name(), param.name);
                self.found.push(Diagnostic::new(code::LITERAL_REQUIRED, node.span, message));
                return None;
            }
            return Some(Prepared::Nothing);
        };
        match read(text, param.ty, node.span) {
            Ok(prepared) => Some(prepared),
            Err(found) => {
                self.found.push(found);
                None
            }
        }
    }
}

fn read(text: &str, ty: ParamType, span: Span) -> Result<Prepared, Diagnostic> {
    match ty {
        ParamType::Unit => Unit::parse(text).map(Prepared::Unit).ok_or_else(|| unknown_unit(text, span)),
        ParamType::Regex => {
            compile_regex(text).map(|regex| Prepared::Regex(Arc::new(regex))).map_err(|why| {
                Diagnostic::new(code::INVALID_REGEX, span, "this is not a regular expression").help(why)
            })
        }
        ParamType::DateFormat => Ok(Prepared::DateFormat(Arc::new(DateFormat::parse(text)))),
        ParamType::NumberFormat => match NumberFormat::parse(text) {
            Some(format) => Ok(Prepared::NumberFormat(Arc::new(format))),
            None => {
                Err(Diagnostic::new(code::INVALID_FORMAT, span, format!("`{text}` is not a number format"))
                    .help(
                        "write \"0\", \"0.00\", \"#,##0.00\" or \"0%\", with text before or behind in quotes",
                    ))
            }
        },
        ParamType::TimeZone => {
            Tz::from_str(text).map(Prepared::TimeZone).map_err(|_| unknown_zone(text, span))
        }
        ParamType::Locale => match text.to_ascii_lowercase().split(['-', '_']).next() {
            Some("en") => Ok(Prepared::Nothing),
            _ => Err(Diagnostic::new(
                code::UNKNOWN_LOCALE,
                span,
                format!("the locale `{text}` is not available"),
            )
            .help("\"en\" is the one locale so far")),
        },
        ParamType::WeekStart => functions::week_start(text).map(Prepared::WeekStart).ok_or_else(|| {
            Diagnostic::new(code::UNKNOWN_UNIT, span, format!("a week does not start on `{text}`"))
                .help("write \"Sunday\" or \"Monday\"")
        }),
        ParamType::JsonPath => match JsonPath::parse(text) {
            Some(path) => Ok(Prepared::JsonPath(Arc::new(path))),
            None => Err(Diagnostic::new(code::INVALID_PATH, span, format!("`{text}` is not a path"))
                .help("write \"address.city\" or \"items[0].price\"")),
        },
        _ => Ok(Prepared::Nothing),
    }
}

fn unknown_unit(text: &str, span: Span) -> Diagnostic {
    let found = Diagnostic::new(code::UNKNOWN_UNIT, span, format!("there is no unit `{text}`"));
    let names =
        Unit::ALL.iter().flat_map(|unit| [Some(unit.name()), unit.name().strip_suffix('s')]).flatten();
    let near: Vec<String> = nearest(text, names).iter().map(|name| format!("\"{name}\"")).collect();
    match near.first() {
        Some(best) => found.help(format!("did you mean {best}?")).suggest(near),
        None => found
            .help("units are milliseconds, seconds, minutes, hours, days, weeks, months, quarters, years"),
    }
}

fn unknown_zone(text: &str, span: Span) -> Diagnostic {
    let found = Diagnostic::new(code::UNKNOWN_TIME_ZONE, span, format!("there is no time zone `{text}`"));
    let near: Vec<String> = nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name()))
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    match near.first() {
        Some(best) => found.help(format!("did you mean {best}?")).suggest(near),
        None => found.help("write a name such as \"Europe/Berlin\" or \"America/New_York\""),
    }
}
