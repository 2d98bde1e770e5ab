//! The program itself, run as a person runs it, on an embedded PostgreSQL of its own.

#[cfg(test)]
mod beside;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod crash;
mod imports;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod places;
#[cfg(test)]
mod program;
/// The program that docs/tour.md shows.
#[path = "../../../examples/tour.rs"]
mod program_of_a_host;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod tour;
