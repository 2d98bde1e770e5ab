//! What the choices of an import are called where a person makes them.

/// Where an import was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// On the command line: `--dates`.
    CommandLine,
    /// Over HTTP: `dates`.
    #[default]
    Http,
}

impl Entry {
    /// The name of a choice.
    pub(crate) fn choice(self, name: &str) -> String {
        match self {
            Self::CommandLine => format!("--{}", name.replace('_', "-")),
            Self::Http => format!("`{name}`"),
        }
    }

    /// A choice with a value.
    pub(crate) fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::CommandLine => format!("{} {value}", self.choice(name)),
            Self::Http => format!("`{name}={value}`"),
        }
    }

    /// A choice of two.
    pub(crate) fn either(self, name: &str, one: &str, other: &str) -> String {
        format!("{} or {}", self.set(name, one), self.set(name, other))
    }
}
