//! Rust source as a list of words, marks and texts, without its comments: enough to find what is called with what.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// The content of a string literal.
    Text,
    /// One character of punctuation, or `''` for a character literal.
    Mark,
}

/// A piece of source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// From 1.
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is(&self, code: &str) -> bool {
        self.kind != Kind::Text && self.text == code
    }
}

/// The tokens of `source`.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1 };
    std::iter::from_fn(|| lexer.token()).collect()
}

/// Does `pattern`, tokens separated by spaces, stand at `at`?
pub(crate) fn stands(tokens: &[Token], at: usize, pattern: &str) -> bool {
    let mut parts = pattern.split(' ').enumerate();
    parts.all(|(n, part)| tokens.get(at + n).is_some_and(|token| token.is(part)))
}

/// Where the bracket opened at `open` is closed; the last token if it is not.
pub(crate) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" if token.kind == Kind::Mark => depth += 1,
            ")" | "]" | "}" if token.kind == Kind::Mark => {
                if depth <= 1 {
                    return at;
                }
                depth -= 1;
            }
            _ => {}
        }
    }
    tokens.len() - 1
}

/// The tokens between the bracket at `open` and its end, split at the commas that stand directly in it.
pub(crate) fn arguments(tokens: &[Token], open: usize) -> Vec<&[Token]> {
    let end = closing(tokens, open);
    let mut found = Vec::new();
    let (mut start, mut at) = (open + 1, open + 1);
    while at < end {
        if tokens[at].kind == Kind::Mark && matches!(tokens[at].text.as_str(), "(" | "[" | "{") {
            at = closing(tokens, at);
        } else if tokens[at].is(",") {
            found.push(&tokens[start..at]);
            start = at + 1;
        }
        at += 1;
    }
    if start < end {
        found.push(&tokens[start..end]);
    }
    found
}

/// The tokens without the items that only tests compile.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if stands(tokens, at, "# ! [ cfg ( test ) ]") {
            return Vec::new();
        }
        if stands(tokens, at, "# [ cfg ( test ) ]") || stands(tokens, at, "# [ cfg ( all ( test ,") {
            at = item_end(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// What follows the item (or field, or variant) whose first attribute is at `at`.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    while stands(tokens, at, "# [") {
        at = closing(tokens, at + 1) + 1;
    }
    const ITEMS: [&str; 15] = [
        "pub",
        "mod",
        "fn",
        "use",
        "impl",
        "struct",
        "enum",
        "const",
        "static",
        "async",
        "unsafe",
        "type",
        "trait",
        "extern",
        "macro_rules",
    ];
    let is_item = tokens.get(at).is_some_and(|token| ITEMS.iter().any(|word| token.is(word)));
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "{" if token.kind == Kind::Mark => return closing(tokens, at) + 1,
            "(" | "[" if token.kind == Kind::Mark => at = closing(tokens, at),
            ";" if token.kind == Kind::Mark => return at + 1,
            "," if token.kind == Kind::Mark && !is_item => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self) -> char {
        let taken = self.peek(0);
        self.at += 1;
        self.line += usize::from(taken == '\n');
        taken
    }

    fn is_over(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn token(&mut self) -> Option<Token> {
        self.skip();
        if self.is_over() {
            return None;
        }
        let line = self.line;
        let (kind, text) = if let Some(hashes) = self.raw_text() {
            (Kind::Text, self.until_quote_and(hashes))
        } else if self.peek(0) == '"' || matches!(self.peek(0), 'b' | 'c') && self.peek(1) == '"' {
            (Kind::Text, self.escaped_text())
        } else if self.peek(0) == '\'' {
            (Kind::Mark, self.character())
        } else if is_word(self.peek(0)) {
            let mut word = String::new();
            while is_word(self.peek(0)) {
                word.push(self.take());
            }
            (Kind::Word, word)
        } else {
            (Kind::Mark, self.take().to_string())
        };
        Some(Token { kind, text, line })
    }

    /// White space and comments.
    fn skip(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (space, _) if space.is_whitespace() => {
                    self.take();
                }
                ('/', '/') => {
                    while !self.is_over() && self.peek(0) != '\n' {
                        self.take();
                    }
                }
                ('/', '*') => self.skip_block(),
                _ => return,
            }
        }
    }

    fn skip_block(&mut self) {
        let mut depth = 0_usize;
        while !self.is_over() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth = depth.saturating_sub(1),
                _ => {
                    self.take();
                    continue;
                }
            }
            self.take();
            self.take();
            if depth == 0 {
                return;
            }
        }
    }

    /// Steps into a raw string literal and says how many `#` it has.
    fn raw_text(&mut self) -> Option<usize> {
        let prefix = match (self.peek(0), self.peek(1)) {
            ('r', _) => 1,
            ('b' | 'c', 'r') => 2,
            _ => return None,
        };
        let hashes = (0..).take_while(|n| self.peek(prefix + n) == '#').count();
        if self.peek(prefix + hashes) != '"' {
            return None;
        }
        self.at += prefix + hashes + 1;
        Some(hashes)
    }

    fn until_quote_and(&mut self, hashes: usize) -> String {
        let mut text = String::new();
        while !self.is_over() {
            if self.peek(0) == '"' && (1..=hashes).all(|n| self.peek(n) == '#') {
                self.at += 1 + hashes;
                break;
            }
            text.push(self.take());
        }
        text
    }

    fn escaped_text(&mut self) -> String {
        if self.take() != '"' {
            self.take();
        }
        let mut text = String::new();
        while !self.is_over() {
            match self.take() {
                '"' => break,
                '\\' => match self.take() {
                    // A line that goes on in the next one.
                    '\n' => {
                        while self.peek(0).is_whitespace() {
                            self.take();
                        }
                    }
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        text
    }

    /// A character literal, or the quote of a lifetime.
    fn character(&mut self) -> String {
        if self.peek(1) == '\\' {
            self.at += 3;
            while !self.is_over() && self.take() != '\'' {}
            return "''".to_owned();
        }
        if self.peek(2) == '\'' {
            self.at += 3;
            return "''".to_owned();
        }
        self.take().to_string()
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[test]
fn source_is_read_as_the_compiler_does() {
    let source = r##"
        /* a /* nested */ comment "x" */ fn f<'a>(c: char) { // and "this"
            let _ = ('"', '\'', '\u{41}', "a\"b \
                c", r#"d"e"#, b"f", 'x'); }
    "##;
    let found = tokens(source);
    let texts: Vec<_> = found.iter().filter(|t| t.kind == Kind::Text).map(|t| t.text.as_str()).collect();
    assert_eq!(texts, ["a\"b c", "d\"e", "f"]);
    let code: Vec<_> = found.iter().filter(|t| t.kind != Kind::Text).map(|t| t.text.as_str()).collect();
    assert_eq!(code.join(" "), "fn f < ' a > ( c : char ) { let _ = ( '' , '' , '' , , , , '' ) ; }");
    assert_eq!(found.last().unwrap().line, 4);
}

#[test]
fn what_only_tests_compile_is_left_out() {
    let source = r#"
        a; #[cfg(test)] #[path = "x"] mod tests; b; #[cfg(test)] fn t<A, B>(x: [u8; 2]) -> C { "d" } e;
        #[cfg(all(test, unix))] mod more { f; } struct G { #[cfg(test)] h: i32, i: u8 }
    "#;
    let words: Vec<_> = without_tests(&tokens(source))
        .into_iter()
        .filter(|token| token.kind == Kind::Word)
        .map(|t| t.text)
        .collect();
    assert_eq!(words, ["a", "b", "e", "struct", "G", "i", "u8"]);
}
