//! The integration tests: one binary, on a PostgreSQL of its own that needs no set-up.

#[cfg(test)]
mod apps;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod builder;
#[cfg(test)]
mod child;
#[cfg(test)]
mod companies;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod dropped_calls;
#[cfg(test)]
mod dropped_reads;
#[cfg(test)]
mod dropped_tables;
#[cfg(test)]
mod dropped_writes;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod events;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fences;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod folding;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod formula_sql;
#[cfg(test)]
mod freshness;
#[cfg(test)]
mod host_transactions;
#[cfg(test)]
mod http;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod linear_search;
#[cfg(test)]
mod many_records;
#[cfg(test)]
mod noninterference;
#[cfg(test)]
mod operator_sql;
#[cfg(test)]
mod owners;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod plan_shape;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod records;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod summaries;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod test_db;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod totality;
#[cfg(test)]
mod views;
#[cfg(test)]
mod visibility;
#[cfg(test)]
mod world;
