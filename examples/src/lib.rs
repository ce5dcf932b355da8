//! What the programs share: the models of the sample data with questions about them, the files, tables, and random
//! numbers.

pub mod accounts;
pub mod customers;
pub mod extended_json;
pub mod random;
pub mod samples;
pub mod table;
pub mod theaters;
