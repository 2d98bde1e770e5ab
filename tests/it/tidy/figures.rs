//! The figures of README.md are those of the lists.

use docpal::core::field_types::FIELD_TYPES;

use super::repo;

/// How many things the files of a folder list, each with its code.
fn listed(folder: &str) -> usize {
    let files = std::fs::read_dir(repo::root().join(folder)).expect("the folder");
    let text = |file: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(file.expect("a file").path()).expect("text")
    };
    files.map(|file| text(file).matches("code: \"").count()).sum()
}

#[test]
fn the_figures_of_the_readme_are_those_of_the_lists() {
    let text = std::fs::read_to_string(repo::root().join("README.md")).expect("the page");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let functions = docpal::formula::Functions::standard().iter().count();
    for figure in [
        format!("{} field types", FIELD_TYPES.len()),
        format!("{} operators", listed("docpal-core/src/operators")),
        format!("{} aggregates", listed("docpal-core/src/aggregates")),
        format!("{functions} functions"),
    ] {
        assert!(text.contains(&format!(" {figure}")), "README.md does not say `{figure}`");
    }
}
