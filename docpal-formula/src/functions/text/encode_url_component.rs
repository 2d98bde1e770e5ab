//! `ENCODE_URL_COMPONENT`.

use std::fmt::Write;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["URLENCODE"],
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text as a part of an address: all bytes but letters, digits and -_.!~*'() as % and \
          two digits.",
    examples: &[example("ENCODE_URL_COMPONENT(\"a b&c=ü\")", "\"a%20b%26c%3D%C3%BC\"")],
    eval: |call| {
        const PLAIN: &[u8] = b"-_.!~*'()";
        let text = call.text(0)?;
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        Ok(encoded.into())
    },
    ..Builtin::new(Category::Text, "ENCODE_URL_COMPONENT")
};
