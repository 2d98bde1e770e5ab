//! PostgreSQL's binary `numeric`: base-10,000 digits with a weight, a sign and a display scale
//! (`numeric_send`/`numeric_recv` in PostgreSQL's source). Read without a detour over floats or text.

use rust_decimal::Decimal;

const SIGN_NEGATIVE: u16 = 0x4000;
const SIGN_POSITIVE: u16 = 0x0000;

/// A numeric as it came over the wire.
#[derive(Clone, Copy, Debug)]
pub struct NumericRef<'r>(&'r [u8]);

impl<'r> NumericRef<'r> {
    /// Reads the header; `None` for bytes that are not a finite numeric (NaN and infinities included).
    #[must_use]
    pub fn new(bytes: &'r [u8]) -> Option<Self> {
        let this = Self(bytes);
        let sign = this.word(2)?;
        let count = usize::from(this.word(0)?);
        let whole = bytes.len() == 8 + 2 * count;
        (whole && (sign == SIGN_POSITIVE || sign == SIGN_NEGATIVE)).then_some(this)
    }

    fn word(self, index: usize) -> Option<u16> {
        let bytes = self.0.get(index * 2..index * 2 + 2)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }

    fn digit_count(self) -> i32 {
        i32::from(self.word(0).unwrap_or(0))
    }

    fn weight(self) -> i32 {
        #[expect(clippy::cast_possible_wrap, reason = "the wire format is a signed 16-bit weight")]
        let weight = self.word(1).unwrap_or(0) as i16;
        i32::from(weight)
    }

    fn is_negative(self) -> bool {
        self.word(2) == Some(SIGN_NEGATIVE)
    }

    /// The base-10,000 digit at `position` (0 is the most significant); zero outside the stored ones.
    fn digit(self, position: i32) -> u16 {
        usize::try_from(position)
            .ok()
            .filter(|_| position < self.digit_count())
            .and_then(|p| self.word(4 + p))
            .unwrap_or(0)
    }

    /// Appends the decimal text: no exponent, no trailing zeros after the point.
    pub fn write(self, out: &mut Vec<u8>) {
        let count = self.digit_count();
        if count == 0 {
            out.push(b'0');
            return;
        }
        if self.is_negative() {
            out.push(b'-');
        }
        let weight = self.weight();
        if weight < 0 {
            out.push(b'0');
        } else {
            push_leading(out, self.digit(0));
            for position in 1..=weight {
                out.extend_from_slice(&four_digits(self.digit(position)));
            }
        }
        if count > weight + 1 {
            out.push(b'.');
            for position in (weight + 1)..count {
                out.extend_from_slice(&four_digits(self.digit(position)));
            }
            while out.last() == Some(&b'0') {
                out.pop();
            }
            if out.last() == Some(&b'.') {
                out.pop();
            }
        }
    }

    /// The value as a decimal; `None` when it needs more than 28 digits after or before the point.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        let (count, weight) = (self.digit_count(), self.weight());
        let mut mantissa: i128 = 0;
        for position in 0..count.max(weight + 1) {
            mantissa = mantissa.checked_mul(10_000)?.checked_add(i128::from(self.digit(position)))?;
        }
        let mut scale = u32::try_from(4 * (count - weight - 1).max(0)).ok()?;
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        let signed = if self.is_negative() { -mantissa } else { mantissa };
        Decimal::try_from_i128_with_scale(signed, scale).ok()
    }
}

fn four_digits(digit: u16) -> [u8; 4] {
    let mut text = [b'0'; 4];
    let mut rest = digit;
    for slot in text.iter_mut().rev() {
        *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    text
}

fn push_leading(out: &mut Vec<u8>, digit: u16) {
    let text = four_digits(digit);
    let zeros = text.iter().take(3).take_while(|byte| **byte == b'0').count();
    out.extend(text.iter().skip(zeros));
}

/// Appends `value` in the binary form, without the length that COPY and bind messages put before it.
pub fn encode(value: Decimal, out: &mut Vec<u8>) {
    let scale = value.scale();
    let mut rest = value.mantissa().unsigned_abs();
    // Pad the fraction to whole base-10,000 digits, then split from the right.
    let pad = (4 - scale % 4) % 4;
    let mut digits: [u16; 12] = [0; 12];
    let mut used = 0;
    if pad > 0 {
        let group = 10u128.pow(4 - pad);
        let low = (rest % group) * 10u128.pow(pad);
        rest /= group;
        push_digit(&mut digits, &mut used, low);
    }
    while rest > 0 {
        push_digit(&mut digits, &mut used, rest % 10_000);
        rest /= 10_000;
    }
    let fraction_groups = i32::try_from(scale.div_ceil(4)).unwrap_or(0);
    let stored: Vec<u16> = digits.iter().take(used).rev().copied().collect();
    let mut weight = i32::try_from(used).unwrap_or(0) - fraction_groups - 1;
    let lead = stored.iter().take_while(|digit| **digit == 0).count();
    weight -= i32::try_from(lead).unwrap_or(0);
    let body: &[u16] = stored.get(lead..).unwrap_or(&[]);
    let tail = body.iter().rev().take_while(|digit| **digit == 0).count();
    let body = body.get(..body.len() - tail).unwrap_or(&[]);
    let weight = if body.is_empty() { 0 } else { weight };
    let sign = if value.is_sign_negative() && !body.is_empty() { SIGN_NEGATIVE } else { SIGN_POSITIVE };
    out.extend_from_slice(&u16::try_from(body.len()).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(&i16::try_from(weight).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&u16::try_from(scale).unwrap_or(0).to_be_bytes());
    for digit in body {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

fn push_digit(digits: &mut [u16; 12], used: &mut usize, value: u128) {
    if let Some(slot) = digits.get_mut(*used) {
        *slot = u16::try_from(value).unwrap_or(0);
        *used += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text_of(value: Decimal) -> String {
        let mut bytes = Vec::new();
        encode(value, &mut bytes);
        let mut out = Vec::new();
        NumericRef::new(&bytes).unwrap().write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn edges_keep_their_value() {
        for text in ["0", "1", "-1", "0.0001", "0.00001", "9999", "10000", "10000.5", "123456789.000000001"] {
            assert_eq!(text_of(text.parse().unwrap()), text);
        }
        assert_eq!(text_of("0.10".parse().unwrap()), "0.1");
        assert_eq!(text_of(Decimal::MAX), Decimal::MAX.to_string());
    }

    #[test]
    fn not_a_number_and_short_bytes_are_refused() {
        assert!(NumericRef::new(&[0, 0, 0, 0, 0xC0, 0, 0, 0]).is_none());
        assert!(NumericRef::new(&[0, 1, 0, 0, 0, 0, 0, 0]).is_none());
        assert!(NumericRef::new(&[]).is_none());
    }

    proptest! {
        #[test]
        fn every_decimal_survives_the_wire(mantissa in -(1i128 << 95)..(1i128 << 95), scale in 0u32..=28) {
            let value = Decimal::from_i128_with_scale(mantissa, scale);
            let mut bytes = Vec::new();
            encode(value, &mut bytes);
            prop_assert_eq!(NumericRef::new(&bytes).unwrap().to_decimal(), Some(value));
            prop_assert_eq!(text_of(value), value.normalize().to_string());
        }
    }
}
