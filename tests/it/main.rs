//! The integration tests: one binary, on a PostgreSQL of its own that needs no set-up.

#[cfg(test)]
mod child;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod test_db;
