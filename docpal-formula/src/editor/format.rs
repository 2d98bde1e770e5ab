//! The text of a formula laid out anew, with its comments and its parentheses.

use crate::diagnostic::Errors;
use crate::formula::Formula;
use crate::syntax::lexer::{self, Token, TokenKind};

/// Longest line, where calls can be broken.
const WIDTH: usize = 80;
/// Spaces per level.
const INDENT: usize = 2;

/// The formula with even spaces, function names in upper case, and one argument per line in calls that are too
/// long for one line. Laying out twice gives the same as once.
///
/// # Errors
/// What is wrong with the form of the formula.
///
/// # Example
/// ```
/// use docpal_formula::editor::format;
///
/// assert_eq!(format("round( {price}*2,1 ) /* net */")?, "ROUND({price} * 2, 1) /* net */");
/// # Ok::<(), docpal_formula::Errors>(())
/// ```
pub fn format(source: &str) -> Result<String, Errors> {
    Formula::parse(source)?;
    let tokens: Vec<Token> =
        lexer::tokens(source).into_iter().filter(|token| token.kind != TokenKind::Space).collect();
    let mut tokens = tokens.iter().copied().peekable();
    let root = Group::read(source, &mut tokens);
    let mut layout = Layout { text: String::new(), indent: 0 };
    layout.group(&root, WIDTH);
    Ok(layout.text.trim_end().to_owned())
}

/// A formula, an argument or what is in parentheses: pieces on one level.
#[derive(Default)]
struct Group {
    pieces: Vec<Piece>,
    /// Characters on one line; nothing when a line comment forbids one line.
    width: Option<usize>,
}

struct Piece {
    text: String,
    kind: PieceKind,
    /// Whether a space stands before the piece.
    spaced: bool,
}

enum PieceKind {
    Plain,
    LineComment,
    /// Parentheses with the groups between their commas.
    Parens(Vec<Group>),
}

type Tokens<'t> = std::iter::Peekable<std::iter::Copied<std::slice::Iter<'t, Token>>>;

impl Group {
    /// Reads pieces up to a comma or closing parenthesis of this level. Recursion is bounded by the parser's limit.
    fn read(source: &str, tokens: &mut Tokens<'_>) -> Self {
        let mut group = Self::default();
        // A value was read, so that a minus is an operator and a parenthesis belongs to a name.
        let (mut after_value, mut glued) = (false, true);
        while let Some(token) =
            tokens.next_if(|token| !matches!(token.kind, TokenKind::Comma | TokenKind::Close))
        {
            let text = token.span.text(source);
            let is_call = token.kind == TokenKind::Open && after_value;
            let is_sign = token.kind == TokenKind::Operator && !after_value;
            let kind = match token.kind {
                TokenKind::Open => PieceKind::Parens(read_arguments(source, tokens)),
                TokenKind::Comment if text.starts_with("//") => PieceKind::LineComment,
                _ => PieceKind::Plain,
            };
            let is_name = token.kind == TokenKind::Name && is_called(tokens);
            let text = if is_name { text.to_ascii_uppercase() } else { text.trim_end().to_owned() };
            let spaced = !(is_call || glued || token.kind == TokenKind::Percent);
            group.pieces.push(Piece { text, kind, spaced });
            let is_comment = token.kind == TokenKind::Comment;
            glued = is_sign;
            after_value = if is_comment { after_value } else { token.kind != TokenKind::Operator };
        }
        group.width = group.pieces.iter().map(Piece::width).sum();
        group
    }
}

/// Whether the next token that counts opens a call.
fn is_called(tokens: &mut Tokens<'_>) -> bool {
    tokens.peek().is_some_and(|next| next.kind == TokenKind::Open)
}

/// The groups up to the closing parenthesis, which is taken too.
fn read_arguments(source: &str, tokens: &mut Tokens<'_>) -> Vec<Group> {
    let mut groups = vec![Group::read(source, tokens)];
    while let Some(token) = tokens.next() {
        if token.kind != TokenKind::Comma {
            break;
        }
        groups.push(Group::read(source, tokens));
    }
    groups
}

impl Piece {
    fn width(&self) -> Option<usize> {
        let own = match &self.kind {
            PieceKind::Plain => self.text.chars().count(),
            PieceKind::LineComment => return None,
            PieceKind::Parens(groups) => {
                let inside: Option<usize> = groups.iter().map(|group| group.width).sum();
                inside? + 2 * groups.len()
            }
        };
        Some(own + usize::from(self.spaced))
    }
}

struct Layout {
    text: String,
    indent: usize,
}

impl Layout {
    /// Writes a group on one line when it fits `room`, else breaks the parentheses that do not fit.
    fn group(&mut self, group: &Group, room: usize) {
        let fits = group.width.is_some_and(|width| width <= room);
        let mut at_line_start = false;
        for piece in &group.pieces {
            if piece.spaced && !at_line_start {
                self.text.push(' ');
            }
            at_line_start = false;
            match &piece.kind {
                PieceKind::Plain => self.text.push_str(&piece.text),
                PieceKind::LineComment => {
                    self.text.push_str(&piece.text);
                    self.line();
                    at_line_start = true;
                }
                PieceKind::Parens(groups) if fits || groups.iter().all(|group| group.pieces.is_empty()) => {
                    self.flat(groups);
                }
                PieceKind::Parens(groups) => self.broken(groups),
            }
        }
    }

    fn flat(&mut self, groups: &[Group]) {
        self.text.push('(');
        for (i, group) in groups.iter().enumerate() {
            self.text.push_str(if i > 0 { ", " } else { "" });
            self.group(group, usize::MAX);
        }
        self.text.push(')');
    }

    fn broken(&mut self, groups: &[Group]) {
        self.text.push('(');
        self.indent += INDENT;
        for (i, group) in groups.iter().enumerate() {
            self.text.push_str(if i > 0 { "," } else { "" });
            self.line();
            self.group(group, WIDTH.saturating_sub(self.indent));
        }
        self.indent -= INDENT;
        self.line();
        self.text.push(')');
    }

    fn line(&mut self) {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
        if !self.text.ends_with('\n') || self.indent == 0 {
            self.text.push('\n');
        }
        self.text.extend(std::iter::repeat_n(' ', self.indent));
    }
}
