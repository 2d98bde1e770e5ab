//! A function of the host: SLUG(text) makes a part of an address from a title.
//!
//! `cargo run --example custom_function`

#![expect(clippy::print_stdout, reason = "an example prints")]

use docpal::formula::editor::{complete, signature};
use docpal::formula::{
    Call, Context, EvalError, Example, Formula, Function, Functions, Param, ParamType, Returns, Signature,
    Type, Value,
};

#[derive(Debug)]
struct Slug;

impl Function for Slug {
    fn name(&self) -> &str {
        "SLUG"
    }

    fn signature(&self) -> Signature {
        const PARAMS: &[Param] =
            &[Param::required("title", ParamType::Text), Param::optional("separator", ParamType::Text)];
        Signature::new(PARAMS, Returns::Text)
    }

    fn doc(&self) -> &str {
        "The letters and digits of a title in lower case, joined by a separator, - when it is not given."
    }

    fn examples(&self) -> &[Example] {
        &[Example { formula: "SLUG(\"Hello, World\")", result: "\"hello-world\"" }]
    }

    fn eval<'a>(&self, call: &mut Call<'_, 'a>) -> Result<Value<'a>, EvalError> {
        let separator = if call.count() > 1 { call.text(1)? } else { "-".into() };
        let title = call.text(0)?.to_lowercase();
        let words: Vec<&str> =
            title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        Ok(words.join(&separator).into())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let functions = Functions::standard().with(Slug);
    let fields = [("Title", Type::Text)];

    let program = Formula::parse("\"/posts/\" & slug({Title})")?.check(&fields, &functions)?;
    let row = [Value::from("Ten Things, Ranked!")];
    println!("{}", program.eval(&row, &Context::system())?);

    // The checker knows it like any other function ...
    let errors = Formula::parse("SLUG(1)")?.check(&fields, &functions);
    if let Err(errors) = errors {
        println!("{errors}");
    }
    // ... and so do the editor services.
    let found = complete("SLU", 3, &fields, &functions);
    println!("{:?}", found.iter().map(|completion| &completion.detail).collect::<Vec<_>>());
    println!("{:?}", signature("SLUG({Title}, ", 14, &functions).map(|help| (help.label, help.active)));
    Ok(())
}
