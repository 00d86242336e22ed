//! Contracts of the connectors, and real processes.
fn main() {}
