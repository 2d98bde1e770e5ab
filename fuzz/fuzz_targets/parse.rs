//! Any text: parsed, printed, laid out, and asked about by an editor.

#![no_main]

use docpal_formula::editor::{complete, format, hover, signature, tokens};
use docpal_formula::{Formula, Functions, Type};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let (functions, fields) = (Functions::standard(), [("n", Type::Number), ("t", Type::Text)]);
    let covered: usize = tokens(source).iter().map(|token| token.span.end - token.span.start).sum();
    assert_eq!(covered, source.len());
    for position in [0, source.len() / 2, source.len()] {
        let _ = complete(source, position, &fields, &functions);
        let _ = signature(source, position, &functions);
        let _ = hover(source, position, &fields, &functions);
    }
    match Formula::parse(source) {
        Err(errors) => {
            assert!(errors.iter().all(|found| source.get(found.span.start..found.span.end).is_some()))
        }
        Ok(formula) => {
            let printed = formula.to_string();
            // Printing can make a formula longer than the limit on sources.
            if let Ok(again) = Formula::parse(&printed) {
                assert_eq!(again.to_string(), printed);
            }
            let laid_out = format(source).expect("a formula that parses can be laid out");
            if let Ok(again) = Formula::parse(&laid_out) {
                assert_eq!(again.to_string(), printed);
            }
        }
    }
});
