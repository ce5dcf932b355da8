//! `.page(..)`: pages that continue after a document.

use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::{FindOptions, Hint},
};

use super::{
    IntoPageToken, Page, PageKey, PageToken,
    after::after,
    builder::builder,
    content::{Content, Fingerprint},
    fetch::{Fetched, Prepared, Rows, Settings, Source, limit, pageable, total},
    keys::Keys,
    position::PagePosition,
    projection,
};
use crate::{
    action::{Find, ImplicitSession, ReadAs},
    error::{Error, Result},
    model::Model,
    operation::{Operation, Verb},
    policies::require,
    query::Query,
    value::OwnedRow,
};

const PAGE: Verb = Verb::reads("page", "find");

impl<M: Model, S> Find<M, S> {
    /// Reads a page of the documents: at most `size` of them, from the first one or from the position of a
    /// [`token`](FindPage::token).
    ///
    /// `{ find: <collection>, filter: { .. }, sort: { .., _id: 1 }, limit: size + 1, batchSize: size + 1 }`
    ///
    /// The additional document shows whether there is another page. With a token, the filter has a condition more, or,
    /// if the `hint` has the keys of the sort, the command has a `min` or a `max`. The pages are in the order of the
    /// `sort`, and of the `_id` where documents are equal in it. Inserted and deleted documents do not move others to
    /// another page. See [the module](crate::page).
    ///
    /// Awaiting it returns a [`Page`].
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_bad_page_token`](crate::Error::is_bad_page_token): the token was not made with this key, or belongs to
    ///   another query. Nothing was sent.
    /// - [`is_not_sent`](crate::Error::is_not_sent): the documents cannot be paged over in [this
    ///   order](crate::page#order), the size is 0, or the find has a `skip`, a `limit`, a `min`, a `max` or another
    ///   option that a page sets itself.
    /// - [`is_decode`](crate::Error::is_decode): a stored document does not fit the declared type, or has an array
    ///   where it is sorted.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, page::{Page, PageKey}};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, key: PageKey) -> odm::Result<()> {
    /// let u = User::fields();
    /// let adults = || users.find(u.age().gte(18)).sort(u.name().asc());
    /// let first = adults().page(20, &key).await?;
    /// if let Some(token) = &first.next {
    ///     let second: Page<User> = adults().page(20, &key).token(token).await?;
    ///     println!("{} more", second.items.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "paginate")]
    #[doc(alias = "keyset")]
    pub fn page(self, size: u64, key: &PageKey) -> FindPage<M, M, S> {
        FindPage::new(self, Rows::decoded(), size, key)
    }
}

impl<M: Model, V, S> ReadAs<Find<M, S>, V> {
    /// Reads a page of the documents as the view: see [`Find::page`].
    ///
    /// The view need not contain the fields that the documents are sorted by. The server sends them too, and the page
    /// uses them only for its tokens.
    pub fn page(self, size: u64, key: &PageKey) -> FindPage<M, V, S>
    where
        V: OwnedRow,
    {
        FindPage::new(self.into_action(), Rows::decoded(), size, key)
    }
}

/// Reads a page of the documents that match a filter.
///
/// Construct with [`Find::page`]. Awaiting it returns a [`Page`].
#[must_use = "nothing is read until the action is awaited"]
pub struct FindPage<M, T = M, S = ImplicitSession> {
    find: Find<M, S>,
    settings: Keyset,
    rows: Rows<T>,
}

/// The settings of a page.
struct Keyset {
    size: u64,
    key: PageKey,
    token: Option<PageToken>,
    any_filter: bool,
    with_total: bool,
}

impl<M: Model, T, S> FindPage<M, T, S> {
    pub(super) fn new(find: Find<M, S>, rows: Rows<T>, size: u64, key: &PageKey) -> Self {
        let settings = Keyset { size, key: key.clone(), token: None, any_filter: false, with_total: false };
        Self { find, settings, rows }
    }

    /// Continues from the position of a token: [`Page::next`] or [`Page::previous`] of a page of the same query, of any
    /// size. `None` is the first page.
    pub fn token(mut self, token: impl IntoPageToken) -> Self {
        self.settings.token = token.into_page_token();
        self
    }

    /// Counts all documents that match the filter: [`Page::total`].
    ///
    /// The command of [`count`](crate::Collection::count) is sent at the same time as the `find`, or before it in a
    /// session. The server examines every match for it. The number includes the documents of the other pages. Without
    /// this, `total` is `None`.
    pub fn with_total(mut self) -> Self {
        self.settings.with_total = true;
        self
    }

    /// Accepts tokens of queries with another filter, on the same collection and in the same order.
    ///
    /// Use it if the filter contains the current time or another value that changes between two pages.
    pub fn any_filter(mut self) -> Self {
        self.settings.any_filter = true;
        self
    }
}

builder! { FindPage, Keyset, PAGE => Page<T> }

/// What the documents of a page are read with.
struct Reader {
    size: usize,
    key: PageKey,
    keys: Keys,
    fingerprint: Fingerprint,
    /// Where the page begins, unless it is the first one.
    from: Option<Content>,
    /// The position of the document before the page, if the command returns this document too.
    before: Option<PagePosition>,
}

impl Settings for Keyset {
    type Reader = Reader;

    fn prepare(self, source: &Source<'_>, parts: (Document, FindOptions)) -> Result<Prepared<Reader>> {
        let Self { size, key, token, any_filter, with_total } = self;
        let (mut filter, mut options) = parts;
        pageable(&options)?;
        let size = match usize::try_from(size) {
            Ok(0) | Err(_) => return Err(Error::refused(format!("a page cannot have {size} documents"))),
            Ok(size) => size,
        };
        let keys = Keys::of(options.sort.as_ref(), options.collation.as_ref(), source.model)?;
        let fingerprint = Fingerprint::of(source, &filter, &keys, &options)?;
        let open = |token| Content::open(&token, &fingerprint, &keys, &key, any_filter);
        let from = token.map(open).transpose()?;
        let total = with_total.then(|| total(filter.clone(), &options)).transpose()?;
        let mut before = None;
        if let Some(from) = &from {
            before = continue_from(from, &keys, &mut filter, &mut options);
        }
        let backward = from.as_ref().is_some_and(|from| from.backward);
        options.sort = Some(keys.sort(backward));
        options.projection = projection::with_keys(options.projection.take(), &keys)?;
        // One more document shows whether there is another page.
        let extra = if before.is_some() { 2 } else { 1 };
        limit(&mut options, (size as u64).saturating_add(extra))?;
        let reader = Reader { size, key, keys, fingerprint, from, before };
        Ok(Prepared { find: Query::new(filter, options), total, reader })
    }
}

/// Adds the condition that a document comes after the position, or the bounds of the index if the hint specifies the one
/// whose keys are the sort. Bounds read exactly the page, also after many documents with an equal first key.
///
/// Returns the position if the command also returns the document at it, because a lower bound is inclusive.
fn continue_from(
    from: &Content,
    keys: &Keys,
    filter: &mut Document,
    options: &mut FindOptions,
) -> Option<PagePosition> {
    let Content { position, backward, inclusive } = from;
    match &options.hint {
        Some(Hint::Keys(index)) if keys.are(index, *backward) => {
            options.min = Some(position.bounds(keys));
            return (!inclusive).then(|| position.clone());
        }
        Some(Hint::Keys(index)) if keys.are(index, !backward) && !inclusive => {
            options.max = Some(position.bounds(keys));
            return None;
        }
        _ => {}
    }
    require(filter, after(keys, *backward, position, *inclusive));
    None
}

impl Fetched<Reader> {
    fn into_page(self, operation: &Operation<'_>) -> Result<Page<RawDocumentBuf>> {
        let Self { rows, total, reader } = self;
        let (items, next, previous) = operation.check(reader.read(rows))?;
        Ok(Page { items, next, previous, total })
    }
}

/// The documents of a page, and the tokens of the next and of the previous one.
type ReadRows = (Vec<RawDocumentBuf>, Option<PageToken>, Option<PageToken>);

impl Reader {
    fn read(self, mut rows: Vec<RawDocumentBuf>) -> Result<ReadRows> {
        if let (Some(before), Some(first)) = (&self.before, rows.first())
            && self.position(first)?.is_same(before)
        {
            rows.remove(0);
        }
        let has_more = rows.len() > self.size;
        rows.truncate(self.size);
        let backward = self.from.as_ref().is_some_and(|from| from.backward);
        if backward {
            rows.reverse();
        }
        let positions = rows.iter().map(|row| self.position(row)).collect::<Result<Vec<_>>>()?;
        let has = |further: bool| if further { has_more } else { self.from.is_some() };
        let next = self.token(has(!backward), positions.last(), false)?;
        let previous = self.token(has(backward), positions.first(), true)?;
        Ok((rows, next, previous))
    }

    /// Returns the token of a neighbouring page, if there is one. All documents of an empty page have been deleted: its
    /// neighbour contains the document that the empty page followed.
    fn token(&self, exists: bool, edge: Option<&PagePosition>, backward: bool) -> Result<Option<PageToken>> {
        let content = match (edge, &self.from) {
            _ if !exists => return Ok(None),
            (Some(edge), _) => Content { position: edge.clone(), backward, inclusive: false },
            (None, Some(from)) => Content {
                position: from.position.clone(),
                backward,
                inclusive: backward != from.backward && !from.inclusive,
            },
            (None, None) => return Ok(None),
        };
        content.seal(&self.fingerprint, &self.key).map(Some)
    }

    fn position(&self, row: &RawDocumentBuf) -> Result<PagePosition> {
        PagePosition::of(row.as_bytes(), &self.keys).map_err(|cause| Error::decode(row.as_bytes(), cause))
    }
}
