//! A model on its way out: checked, encoded and measured. Whatever writes a whole document passes here.

use mongodb::bson::RawDocumentBuf;

use crate::{
    error::{Error, ErrorKind, Result},
    model::Model,
    value::Writer,
};

/// What the server stores at most: `maxBsonObjectSize`, the same for every version.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// The document as it will be stored, if it satisfies the rules of its model.
pub(super) fn encode<M: Model>(model: &M) -> Result<RawDocumentBuf> {
    model.validate()?;
    let mut writer = Writer::new();
    model.encode(&mut writer)?;
    finish(writer.into_bytes())
}

fn finish(bytes: Vec<u8>) -> Result<RawDocumentBuf> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Error::new(ErrorKind::TooLarge(
            format!(
                "the document has {} bytes and the server stores at most {MAX_DOCUMENT}; nothing was sent",
                bytes.len()
            )
            .into(),
        )));
    }
    RawDocumentBuf::from_bytes(bytes)
        .map_err(|_| Error::refused("the model did not encode itself as a BSON document"))
}
