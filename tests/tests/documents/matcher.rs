//! Filters that are evaluated in this process: the answers of a server to 6,000 pairs of a filter and a document, and
//! the messages of filters that are refused.

mod refused;
mod vectors;
