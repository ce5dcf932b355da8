//! How documents are stored and read, without a server: the codec, the derives and the types of fields.

mod codec;
mod conformance;
mod derive_codec;
mod derive_model;
mod extended_json;
mod hostile;
mod ids;
mod matcher;
mod meta;
mod old_documents;
mod serde_attributes;
mod types;
