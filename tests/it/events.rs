//! The audit log and the event log: what they hold, and that readers get each event once and in order.

mod images;
mod log;
mod nodes;
