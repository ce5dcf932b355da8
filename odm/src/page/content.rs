//! `Content`: what a token contains, and the query that it belongs to.

use mongodb::{
    bson::{Document, doc, serialize_to_bson},
    options::FindOptions,
};
use sha2::{Digest, Sha256};

use super::{PageKey, PageToken, fetch::Source, keys::Keys, position::PagePosition};
use crate::{
    error::{Error, PageTokenError, Result},
    value::{Value, Writer},
};

const BACKWARD: u8 = 1;
const INCLUSIVE: u8 = 2;

/// How many bytes of each hash a token contains. The content is authenticated, so the hashes only distinguish queries.
const HASH: usize = 8;

/// The place where a page begins, and its direction.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) position: PagePosition,
    pub(super) backward: bool,
    /// Whether the page may contain the document at the position.
    pub(super) inclusive: bool,
}

/// The hashes of a query, which each of its tokens contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    collection: [u8; HASH],
    sort: [u8; HASH],
    filter: [u8; HASH],
}

impl Fingerprint {
    pub(super) fn of(
        source: &Source<'_>,
        filter: &Document,
        keys: &Keys,
        options: &FindOptions,
    ) -> Result<Self> {
        // The documents of another tenant, or those that are deleted, are another query.
        let mut scoped = filter.clone();
        source.policies.scope.add_to(source.policies.fields, &mut scoped)?;
        if let Some(variables) = &options.let_vars {
            scoped = doc! { "filter": scoped, "let": variables };
        }
        let collation = serialize_to_bson(&options.collation)
            .map_err(|_| Error::refused("the collation cannot be written as BSON"))?;
        Ok(Self {
            collection: hash(source.namespace.as_bytes()),
            sort: hash(&written(&doc! { "sort": keys.sort(false), "collation": collation })?),
            filter: hash(&written(&scoped)?),
        })
    }

    /// Returns an error if a token belongs to a query with another fingerprint.
    fn check(&self, bytes: [&[u8]; 3], any_filter: bool) -> Result<(), PageTokenError> {
        let [collection, sort, filter] = bytes;
        if collection != self.collection {
            Err(PageTokenError::OtherCollection)
        } else if sort != self.sort {
            Err(PageTokenError::OtherSort)
        } else if filter != self.filter && !any_filter {
            Err(PageTokenError::OtherFilter)
        } else {
            Ok(())
        }
    }
}

impl Content {
    /// Returns the token.
    pub(super) fn seal(&self, fingerprint: &Fingerprint, key: &PageKey) -> Result<PageToken> {
        let direction = if self.backward { BACKWARD } else { 0 };
        let mut content = vec![direction | if self.inclusive { INCLUSIVE } else { 0 }];
        for hash in [fingerprint.collection, fingerprint.sort, fingerprint.filter] {
            content.extend(hash);
        }
        self.position.write(&mut content)?;
        key.seal(&content)
    }

    /// Reads a token of this query.
    pub(super) fn open(
        token: &PageToken,
        fingerprint: &Fingerprint,
        keys: &Keys,
        key: &PageKey,
        any_filter: bool,
    ) -> Result<Self> {
        let content = key.open(token)?;
        let (head, position) = content.split_at_checked(1 + 3 * HASH).ok_or(PageTokenError::Unknown)?;
        let (collection, rest) = head[1..].split_at(HASH);
        let (sort, filter) = rest.split_at(HASH);
        fingerprint.check([collection, sort, filter], any_filter)?;
        let position =
            PagePosition::read(position).ok().filter(|position| position.values().count() == keys.len());
        Ok(Self {
            position: position.ok_or(PageTokenError::Unknown)?,
            backward: head[0] & BACKWARD != 0,
            inclusive: head[0] & INCLUSIVE != 0,
        })
    }
}

fn written(document: &Document) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    document.encode(&mut writer)?;
    Ok(writer.into_bytes())
}

fn hash(bytes: &[u8]) -> [u8; HASH] {
    let mut hash = [0; HASH];
    for (byte, hashed) in hash.iter_mut().zip(Sha256::digest(bytes)) {
        *byte = hashed;
    }
    hash
}
