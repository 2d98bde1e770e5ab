//! The page in blocks: what a reader types, and the answer that the page promises.

/// What stands between two fences.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The line of the first fence.
    pub(super) line: usize,
    pub(super) kind: Kind,
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Commands, all of which end well.
    Sh,
    /// Commands, the last of which is refused.
    ShFails,
    Text,
    Json,
    Rust,
}

/// Commands, and their answer; one without an answer says nothing.
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) commands: String,
    pub(super) fails: bool,
    pub(super) answer: Option<Block>,
}

/// All blocks of a page; one of another kind is a mistake, as nobody would run it or compare it.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (line, text) in (1..).zip(page.split_inclusive('\n')) {
        match (text.trim_end().strip_prefix("```"), open.take()) {
            (Some(""), Some(block)) => found.push(block),
            (Some(word), None) => open = Some(Block { line, kind: kind(line, word), text: String::new() }),
            (None, Some(mut block)) => {
                block.text.push_str(text);
                open = Some(block);
            }
            (None, None) => assert!(!text.contains("```"), "line {line}: a fence begins its line"),
            (Some(_), Some(_)) => panic!("line {line}: a fence inside another"),
        }
    }
    assert!(open.is_none(), "the last fence is not closed");
    found
}

fn kind(line: usize, word: &str) -> Kind {
    match word {
        "sh" => Kind::Sh,
        "sh fails" => Kind::ShFails,
        "text" => Kind::Text,
        "json" => Kind::Json,
        "rust" => Kind::Rust,
        _ => panic!("line {line}: blocks are sh, sh fails, text, json or rust, not `{word}`"),
    }
}

/// The commands with the answers that follow them.
pub(super) fn steps(blocks: &[Block]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in blocks {
        match block.kind {
            Kind::Sh | Kind::ShFails => steps.push(Step {
                line: block.line,
                commands: block.text.clone(),
                fails: block.kind == Kind::ShFails,
                answer: None,
            }),
            Kind::Text | Kind::Json => {
                let step =
                    steps.last_mut().unwrap_or_else(|| panic!("line {}: an answer to nothing", block.line));
                assert!(step.answer.is_none(), "line {}: a second answer to the same commands", block.line);
                assert!(!block.text.trim().is_empty(), "line {}: an answer of nothing", block.line);
                step.answer = Some(block.clone());
            }
            Kind::Rust => {}
        }
    }
    steps
}

#[test]
fn what_nobody_would_run_is_no_block() {
    let caught = |page: &str| std::panic::catch_unwind(|| steps(&blocks(page)).len());
    assert_eq!(caught("```sh\nls\n```\n\n```text\na\n```\n").unwrap(), 1);
    for page in
        ["```bash\nls\n```\n", "```\nls\n```\n", "```sh\nls\n", " ```sh\nls\n ```\n", "```text\na\n```\n"]
    {
        assert!(caught(page).is_err(), "{page}");
    }
}
