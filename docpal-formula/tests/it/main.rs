//! The language from outside: one binary for all integration tests.

#[cfg(test)]
mod airtable;
#[cfg(test)]
mod blanks;
#[cfg(test)]
mod dates;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod support;
