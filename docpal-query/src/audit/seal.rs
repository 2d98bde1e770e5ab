//! Numbers of entries as texts that say nothing: the numbers grow over all companies and all entries, so they would
//! count what their reader may not know of.

use docpal_core::CompanyId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

/// Rounds of the Feistel network; four make a pseudorandom permutation of a pseudorandom function.
const ROUNDS: u8 = 4;

/// The text for `number`: the number beside a zero, permuted by the key of this database and company.
pub(super) fn seal(number: i64, key: &[u8], company: CompanyId) -> String {
    let (mut left, mut right) = (number.cast_unsigned(), 0);
    for at in 0..ROUNDS {
        (left, right) = (right, left ^ mixed(at, right, key, company));
    }
    Uuid::from_u64_pair(left, right).simple().to_string()
}

/// The number that was sealed, if it was sealed here: every other text has something else than zero beside it.
pub(super) fn open(text: &str, key: &[u8], company: CompanyId) -> Option<i64> {
    let (mut left, mut right) = Uuid::try_parse(text).ok()?.as_u64_pair();
    for at in (0..ROUNDS).rev() {
        (left, right) = (right ^ mixed(at, left, key, company), left);
    }
    (right == 0).then(|| left.cast_signed())
}

fn mixed(round: u8, half: u64, key: &[u8], company: CompanyId) -> u64 {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return 0 };
    mac.update(b"audit");
    mac.update(company.uuid().as_bytes());
    mac.update(&[round]);
    mac.update(&half.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_and_its_text_holds_for_its_company_only() {
        let (company, other) = (CompanyId::new(), CompanyId::new());
        for number in [0, 1, 2, 1_000_000, i64::MAX, -1] {
            let text = seal(number, b"key", company);
            assert_eq!(open(&text, b"key", company), Some(number));
            assert_eq!(open(&text, b"key", other), None);
            assert_eq!(open(&text, b"other", company), None);
        }
        assert_eq!(open("17", b"key", company), None);
        assert_eq!(open(&"0".repeat(32), b"key", company), None);
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let company = CompanyId::new();
        let texts: Vec<String> = (0..100).map(|number| seal(number, b"key", company)).collect();
        let mut first: Vec<&str> = texts.iter().filter_map(|text| text.get(..8)).collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 100);
    }
}
