//! The number rule against a naive model on digits.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{add, div, fixed, modulo, mul, power::power, round, sub};
use crate::error::ErrorCode;

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal")
}

/// A natural number as decimal digits, least significant first: slow and obvious.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Naive(Vec<u8>);

impl Naive {
    fn of(value: u128) -> Self {
        let mut digits: Vec<u8> = value.to_string().bytes().rev().map(|b| b - b'0').collect();
        trim(&mut digits);
        Self(digits)
    }

    fn shifted(&self, zeros: usize) -> Self {
        let mut digits = vec![0; zeros];
        digits.extend(&self.0);
        trim(&mut digits);
        Self(digits)
    }

    fn digit(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn add(&self, other: &Self) -> Self {
        let (mut digits, mut carry) = (Vec::new(), 0);
        for i in 0..self.0.len().max(other.0.len()) {
            let sum = self.digit(i) + other.digit(i) + carry;
            digits.push(sum % 10);
            carry = sum / 10;
        }
        digits.push(carry);
        trim(&mut digits);
        Self(digits)
    }

    fn sub(&self, other: &Self) -> Self {
        let (mut digits, mut borrow) = (Vec::new(), 0i8);
        for i in 0..self.0.len() {
            let mut difference = self.digit(i) as i8 - other.digit(i) as i8 - borrow;
            borrow = i8::from(difference < 0);
            if difference < 0 {
                difference += 10;
            }
            digits.push(difference as u8);
        }
        trim(&mut digits);
        Self(digits)
    }

    fn mul(&self, other: &Self) -> Self {
        let mut product = Naive(Vec::new());
        for (zeros, &digit) in other.0.iter().enumerate() {
            for _ in 0..digit {
                product = product.add(&self.shifted(zeros));
            }
        }
        product
    }

    fn div(&self, other: &Self) -> Self {
        let (mut quotient, mut rest) = (Vec::new(), Naive(Vec::new()));
        for &digit in self.0.iter().rev() {
            rest = rest.shifted(1).add(&Naive(vec![digit]));
            let mut times = 0;
            while rest.cmp(other).is_ge() {
                rest = rest.sub(other);
                times += 1;
            }
            quotient.push(times);
        }
        quotient.reverse();
        trim(&mut quotient);
        Self(quotient)
    }
}

fn trim(digits: &mut Vec<u8>) {
    while digits.last() == Some(&0) {
        digits.pop();
    }
}

/// The number rule on `magnitude / 10^scale`, straight from its words; `None` is an overflow.
fn ruled(magnitude: &Naive, scale: usize, negative: bool) -> Option<Decimal> {
    let whole = magnitude.0.len().saturating_sub(scale);
    let s = 28usize.checked_sub(whole)?;
    let mut digits = magnitude.clone();
    let mut kept_scale = scale;
    if scale > s {
        let half = magnitude.digit(scale - s - 1) >= 5;
        digits = Naive(magnitude.0.iter().skip(scale - s).copied().collect());
        trim(&mut digits.0);
        if half {
            digits = digits.add(&Naive(vec![1]));
        }
        kept_scale = s;
    }
    let text: String = digits.0.iter().rev().map(|d| char::from(b'0' + d)).collect();
    let mantissa: i128 = if text.is_empty() { 0 } else { text.parse().ok()? };
    if kept_scale == 0 && text.len() > 28 {
        return None;
    }
    let mut decimal = Decimal::try_from_i128_with_scale(mantissa, kept_scale as u32).ok()?;
    decimal.set_sign_negative(negative && mantissa != 0);
    Some(decimal)
}

fn naive(number: Decimal) -> (Naive, usize, bool) {
    (Naive::of(number.mantissa().unsigned_abs()), number.scale() as usize, number.is_sign_negative())
}

prop_compose! {
    /// Decimals of all sizes, scales and signs.
    fn any_decimal()(bits in 0u32..=92, raw in any::<u128>(), scale in 0u32..=28, negative: bool) -> Decimal {
        let magnitude = raw & ((1u128 << bits) - 1);
        let mut number = Decimal::from_i128_with_scale(magnitude as i128, scale);
        number.set_sign_negative(negative && magnitude != 0);
        number
    }
}

proptest! {
    #[test]
    fn addition_is_exact_and_rounded_once(a in any_decimal(), b in any_decimal()) {
        let ((x, sx, nx), (y, sy, ny)) = (naive(a), naive(b));
        let scale = sx.max(sy);
        let (x, y) = (x.shifted(scale - sx), y.shifted(scale - sy));
        let expected = if nx == ny {
            ruled(&x.add(&y), scale, nx)
        } else if x.cmp(&y).is_ge() {
            ruled(&x.sub(&y), scale, nx)
        } else {
            ruled(&y.sub(&x), scale, ny)
        };
        prop_assert_eq!(add(a, b).ok(), expected);
        prop_assert_eq!(sub(a, super::neg(b)).ok(), expected);
    }

    #[test]
    fn multiplication_is_exact_and_rounded_once(a in any_decimal(), b in any_decimal()) {
        let ((x, sx, nx), (y, sy, ny)) = (naive(a), naive(b));
        prop_assert_eq!(mul(a, b).ok(), ruled(&x.mul(&y), sx + sy, nx != ny));
    }

    #[test]
    fn division_is_exact_and_rounded_once(a in any_decimal(), b in any_decimal()) {
        prop_assume!(!b.is_zero());
        let ((x, sx, nx), (y, sy, ny)) = (naive(a), naive(b));
        // 60 digits more than the result keeps, and a last digit that says whether something was cut off.
        let (n, d) = (x.shifted(sy + 60), y.shifted(sx));
        let quotient = n.div(&d);
        let rest = n.sub(&quotient.mul(&d));
        let sticky = quotient.shifted(1).add(&Naive(vec![u8::from(!rest.0.is_empty())]));
        prop_assert_eq!(div(a, b).ok(), ruled(&sticky, 61, nx != ny));
    }

    #[test]
    fn a_remainder_has_the_sign_of_the_divisor(a in any_decimal(), b in any_decimal()) {
        prop_assume!(!b.is_zero());
        let rest = modulo(a, b).expect("a remainder");
        prop_assert!(rest.is_zero() || rest.is_sign_negative() == b.is_sign_negative());
        prop_assert!(rest.abs() <= b.abs());
    }

    #[test]
    fn results_have_no_negative_zero(a in any_decimal()) {
        prop_assert!(!sub(a, a).expect("zero").is_sign_negative());
        prop_assert!(!mul(a, Decimal::ZERO).expect("zero").is_sign_negative());
    }

    #[test]
    fn a_square_root_squared_is_the_number(a in any_decimal()) {
        let root = fixed::sqrt(a.abs()).expect("a root");
        if a.abs() > decimal("0.000001") {
            let square = root.checked_mul(root).expect("a square");
            prop_assert!((square - a.abs()).abs() <= a.abs() * decimal("0.00000000000001"));
        }
    }
}

#[test]
fn the_rule_by_example() {
    for (a, op, b, expected) in [
        ("0.1", '+', "0.2", "0.3"),
        ("1", '/', "3", "0.3333333333333333333333333333"),
        ("2", '/', "3", "0.6666666666666666666666666667"),
        ("-2", '/', "3", "-0.6666666666666666666666666667"),
        ("20", '/', "3", "6.666666666666666666666666667"),
        ("9999999999999999999999999999", '+', "0.4", "9999999999999999999999999999"),
        ("0.0000000000000000000000000001", '*', "0.5", "0.0000000000000000000000000001"),
        ("0.0000000000000000000000000001", '*', "0.4", "0"),
        ("1", '/', "8", "0.125"),
    ] {
        let (a, b) = (decimal(a), decimal(b));
        let result = match op {
            '+' => add(a, b),
            '*' => mul(a, b),
            _ => div(a, b),
        };
        assert_eq!(result.expect("a number"), decimal(expected), "{a} {op} {b}");
    }
    let most = decimal("9999999999999999999999999999");
    assert_eq!(add(most, Decimal::ONE).map_err(|e| e.code()), Err(ErrorCode::Overflow));
    assert_eq!(add(most, decimal("0.5")).map_err(|e| e.code()), Err(ErrorCode::Overflow));
    assert_eq!(div(Decimal::ONE, Decimal::ZERO).map_err(|e| e.code()), Err(ErrorCode::DivByZero));
}

/// Digits from published tables, cut to 15.
#[test]
fn transcendental_functions_give_fifteen_digits() {
    let ok = |result: Result<Decimal, crate::EvalError>| result.expect("a number").normalize().to_string();
    assert_eq!(ok(fixed::exp(decimal("1"))), "2.71828182845905");
    assert_eq!(ok(fixed::exp(decimal("-1"))), "0.367879441171442");
    assert_eq!(ok(fixed::exp(decimal("0"))), "1");
    assert_eq!(ok(fixed::exp(decimal("50"))), "5184705528587070000000");
    assert_eq!(ok(fixed::exp(decimal("-64"))), "0.0000000000000000000000000002");
    assert_eq!(ok(fixed::exp(decimal("-80"))), "0");
    assert_eq!(ok(fixed::ln(decimal("2"))), "0.693147180559945");
    assert_eq!(ok(fixed::ln(decimal("10"))), "2.30258509299405");
    assert_eq!(ok(fixed::ln(decimal("0.5"))), "-0.693147180559945");
    assert_eq!(ok(fixed::ln(decimal("1"))), "0");
    assert_eq!(ok(fixed::log(decimal("1000"), decimal("10"))), "3");
    assert_eq!(ok(fixed::log(decimal("1024"), decimal("2"))), "10");
    assert_eq!(ok(fixed::sqrt(decimal("2"))), "1.4142135623731");
    assert_eq!(ok(fixed::sqrt(decimal("144"))), "12");
    assert_eq!(ok(power(decimal("2"), decimal("0.5"))), "1.4142135623731");
    assert_eq!(ok(power(decimal("10"), decimal("-0.5"))), "0.316227766016838");
    assert!(fixed::exp(decimal("65")).is_err());
    assert!(fixed::ln(decimal("0")).is_err());
    assert!(fixed::sqrt(decimal("-1")).is_err());
}

#[test]
fn whole_powers_are_exact() {
    let ok = |base: &str, exponent: &str| {
        power(decimal(base), decimal(exponent)).expect("a number").normalize().to_string()
    };
    assert_eq!(ok("7", "20"), "79792266297612001");
    assert_eq!(ok("1.05", "10"), "1.62889462677744140625");
    assert_eq!(ok("-2", "3"), "-8");
    assert_eq!(ok("2", "-2"), "0.25");
    assert_eq!(ok("0.5", "29"), "0.0000000018626451492309570313");
    assert_eq!(ok("0", "0"), "1");
    assert_eq!(ok("1.5", "0"), "1");
    assert_eq!(ok("10", "27"), "1000000000000000000000000000");
    assert_eq!(ok("0.1", "1000000"), "0");
    assert_eq!(ok("-1", "9999999999999999999999999999"), "-1");
    assert!(power(decimal("10"), decimal("28")).is_err());
    assert!(power(decimal("2"), decimal("9999999999999999999999999999")).is_err());
    assert!(power(decimal("0"), decimal("-1")).is_err());
    assert!(power(decimal("-8"), decimal("0.5")).is_err());
}

#[test]
fn rounding_goes_where_its_mode_says() {
    use round::{Mode, to_digits};
    for (number, digits, mode, expected) in [
        ("-2.5", 0, Mode::HalfAway, "-3"),
        ("1.005", 2, Mode::HalfAway, "1.01"),
        ("1.001", 2, Mode::Away, "1.01"),
        ("-1.009", 2, Mode::Zero, "-1"),
        ("-1.001", 2, Mode::Floor, "-1.01"),
        ("1.001", 2, Mode::Ceiling, "1.01"),
        ("1250", -2, Mode::HalfAway, "1300"),
        ("0.4", -28, Mode::HalfAway, "0"),
    ] {
        assert_eq!(
            to_digits(decimal(number), digits, mode).expect("a number"),
            decimal(expected),
            "{number}"
        );
    }
}
