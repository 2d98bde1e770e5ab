//! The figures of README.md are those of the lists.

use std::collections::BTreeSet;

use docpal::core::Json;
use docpal::core::field_types::FIELD_TYPES;
use docpal::core::operators::operators_of;
use docpal::core::target::Compared;
use docpal::query::aggregates::{aggregates_of, every_aggregate};

use super::repo;

/// The codes of the operators and of the aggregates that `GET /api/field-types` lists, each once, as a reader counts
/// them there.
fn codes() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let (mut operators, mut aggregates) = (BTreeSet::new(), BTreeSet::new());
    for ty in FIELD_TYPES {
        let options = Json::parse(ty.example_options).ok();
        let kind = options.as_ref().and_then(|options| ty.build(options).ok());
        if let Some(compared) = kind.map(|kind| Compared::of_kind(kind.as_ref())) {
            operators.extend(operators_of(&compared).iter().map(|operator| operator.code));
            aggregates.extend(aggregates_of(&compared).iter().map(|aggregate| aggregate.code));
        }
        aggregates.extend(every_aggregate().iter().map(|aggregate| aggregate.code));
    }
    (operators, aggregates)
}

#[test]
fn the_figures_of_the_readme_are_those_of_the_lists() {
    let text = std::fs::read_to_string(repo::root().join("README.md")).expect("the page");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (operators, aggregates) = codes();
    let functions = docpal::formula::Functions::standard().iter().count();
    for figure in [
        format!("{} field types", FIELD_TYPES.len()),
        format!("{} operators", operators.len()),
        format!("{} aggregates", aggregates.len()),
        format!("{functions} functions"),
    ] {
        assert!(text.contains(&format!(" {figure}")), "README.md does not say `{figure}`");
    }
}
