//! `PAD_LEFT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("length", ParamType::Number),
            optional("fill", ParamType::Text),
        ],
        Returns::Text,
    ),
    doc: "The text with a fill, spaces when it is not given, before it up to a length. Longer \
          texts stay.",
    examples: &[
        example("PAD_LEFT(\"7\", 3, \"0\")", "\"007\""),
        example("PAD_LEFT(\"abc\", 2)", "\"abc\""),
        example("PAD_LEFT(\"a\", 4, \"xy\")", "\"xyxa\""),
    ],
    eval: |call| {
        let text = call.text(0)?;
        let padding = padding(call, &text)?;
        Ok((padding + &text).into())
    },
    ..Builtin::new(Category::Text, "PAD_LEFT")
};

/// What has to be added to `text` for it to have the length of the second argument, from the fill of the third.
pub(super) fn padding(call: &mut Call<'_, '_>, text: &str) -> Result<String, EvalError> {
    let length = usize::try_from(call.whole(1)?.unwrap_or(0)).unwrap_or(0);
    let fill = if call.count() > 2 { call.text(2)? } else { " ".into() };
    let missing = length.saturating_sub(text.chars().count());
    if missing == 0 || fill.is_empty() {
        return Ok(String::new());
    }
    call.check_text(missing)?;
    Ok(fill.chars().cycle().take(missing).collect())
}
