//! Sign, percent sign and currency around a number.

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::import) enum Unit {
    None,
    Percent,
    Currency { symbol: &'static str, code: Option<&'static str> },
}

/// A number taken apart.
pub(super) struct Written<'a> {
    pub(super) negative: bool,
    pub(super) plus: bool,
    pub(super) unit: Unit,
    pub(super) body: &'a str,
}

/// Symbols and codes; a symbol that several currencies share has no code. Longer ones first.
const CURRENCIES: &[(&str, Option<&str>)] = &[
    ("US$", Some("USD")),
    ("NZ$", Some("NZD")),
    ("HK$", Some("HKD")),
    ("R$", Some("BRL")),
    ("A$", Some("AUD")),
    ("C$", Some("CAD")),
    ("S$", Some("SGD")),
    ("$", None),
    ("€", Some("EUR")),
    ("£", None),
    ("¥", None),
    ("₹", Some("INR")),
    ("₽", Some("RUB")),
    ("₩", Some("KRW")),
    ("₺", Some("TRY")),
    ("₴", Some("UAH")),
    ("₪", Some("ILS")),
    ("₫", Some("VND")),
    ("₦", Some("NGN")),
    ("₱", Some("PHP")),
    ("฿", Some("THB")),
    ("zł", Some("PLN")),
    ("Kč", Some("CZK")),
    ("kr", None),
    ("AED", Some("AED")),
    ("AUD", Some("AUD")),
    ("BRL", Some("BRL")),
    ("CAD", Some("CAD")),
    ("CHF", Some("CHF")),
    ("CNY", Some("CNY")),
    ("CZK", Some("CZK")),
    ("DKK", Some("DKK")),
    ("EUR", Some("EUR")),
    ("GBP", Some("GBP")),
    ("HKD", Some("HKD")),
    ("HUF", Some("HUF")),
    ("ILS", Some("ILS")),
    ("INR", Some("INR")),
    ("JPY", Some("JPY")),
    ("KRW", Some("KRW")),
    ("MXN", Some("MXN")),
    ("NOK", Some("NOK")),
    ("NZD", Some("NZD")),
    ("PLN", Some("PLN")),
    ("RON", Some("RON")),
    ("RUB", Some("RUB")),
    ("SAR", Some("SAR")),
    ("SEK", Some("SEK")),
    ("SGD", Some("SGD")),
    ("THB", Some("THB")),
    ("TRY", Some("TRY")),
    ("UAH", Some("UAH")),
    ("USD", Some("USD")),
    ("ZAR", Some("ZAR")),
];

/// Takes sign and unit off; the body starts with a digit or a mark and ends with a digit.
pub(super) fn split(text: &str) -> Option<Written<'_>> {
    let (mut body, brackets) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text, false),
    };
    let mut sign = take_sign(&mut body);
    let mut unit = take_prefix(&mut body);
    if sign.is_none() && unit != Unit::None {
        sign = take_sign(&mut body);
    }
    let after = take_suffix(&mut body);
    if after != Unit::None {
        if unit != Unit::None {
            return None;
        }
        unit = after;
    }
    // Accounting brackets belong to sums of money: "(206)" may be anything.
    if brackets && (sign.is_some() || !matches!(unit, Unit::Currency { .. })) {
        return None;
    }
    let digits = body.starts_with(|char: char| char.is_ascii_digit() || char == '.' || char == ',')
        && body.ends_with(|char: char| char.is_ascii_digit());
    digits.then_some(Written { negative: brackets || sign == Some('-'), plus: sign == Some('+'), unit, body })
}

fn take_sign(body: &mut &str) -> Option<char> {
    let mut rest = body.chars();
    let sign = match rest.next()? {
        '-' | '\u{2212}' => '-',
        '+' => '+',
        _ => return None,
    };
    *body = rest.as_str();
    Some(sign)
}

fn take_prefix(body: &mut &str) -> Unit {
    if body.starts_with(|char: char| char.is_ascii_digit()) {
        return Unit::None;
    }
    for (symbol, code) in CURRENCIES {
        if let Some(rest) = body.strip_prefix(symbol) {
            *body = rest.trim_start();
            return Unit::Currency { symbol, code: *code };
        }
    }
    Unit::None
}

fn take_suffix(body: &mut &str) -> Unit {
    if body.ends_with(|char: char| char.is_ascii_digit()) {
        return Unit::None;
    }
    if let Some(rest) = body.strip_suffix('%') {
        *body = rest.trim_end();
        return Unit::Percent;
    }
    for (symbol, code) in CURRENCIES {
        if let Some(rest) = body.strip_suffix(symbol) {
            *body = rest.trim_end();
            return Unit::Currency { symbol, code: *code };
        }
    }
    Unit::None
}
