//! The program itself, run as a person runs it, on an embedded PostgreSQL of its own.

#[cfg(test)]
mod commands;
mod imports;
#[cfg(test)]
mod places;
#[cfg(test)]
mod program;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod serving;
