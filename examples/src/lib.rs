//! What the programs share: the models of the sample data with questions about them, the files, and tables.

pub mod accounts;
pub mod customers;
pub mod extended_json;
pub mod samples;
pub mod table;
pub mod theaters;
