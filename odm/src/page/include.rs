//! Pages of documents with what they refer to.

use super::{FindOffsetPage, FindPage, PageKey, fetch::Rows};
use crate::{
    action::{Find, ReadAs},
    model::Model,
    relation::{Including, Reader},
};

/// Returns the parts of a page: the find, which requests the fields that the include needs, and the reader.
fn parts<M: Model, S, I>(mut find: Find<M, S>, reader: Reader<I>, ids: usize) -> (Find<M, S>, Rows<I>) {
    if let Some(projection) = &reader.projection {
        find.set_projection(projection.clone());
    }
    (find, Rows::Included(reader, ids))
}

impl<M: Model, S, I> Including<Find<M, S>, I> {
    /// Reads a page of the documents, and loads what the documents of this page refer to: see [`Find::page`].
    ///
    /// One more command for each reference. Each document of the page is a [`Loaded`](crate::relation::Loaded).
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model, page::PageKey};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, customer: Id<Customer>, reference: String }
    /// # #[derive(Model)]
    /// # #[odm(collection = "customers")]
    /// # struct Customer { id: Id<Customer>, name: String }
    /// # async fn f(orders: Collection<Order>, key: PageKey, token: Option<String>) -> odm::Result<()> {
    /// let page = orders.find(Filter::all()).include(|o| o.customer()).page(20, &key).token(token).await?;
    /// for order in &page.items {
    ///     println!("{}: {:?}", order.reference, order.links.found().map(|customer| &customer.name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn page(self, size: u64, key: &PageKey) -> FindPage<M, I, S> {
        let (find, reader, ids) = self.into_parts();
        let (find, rows) = parts(find, reader, ids);
        FindPage::new(find, rows, size, key)
    }

    /// Reads the documents after the first `skip` ones, and loads what the documents of this page refer to: see
    /// [`Find::offset_page`].
    pub fn offset_page(self, skip: u64, limit: u64) -> FindOffsetPage<M, I, S> {
        let (find, reader, ids) = self.into_parts();
        let (find, rows) = parts(find, reader, ids);
        FindOffsetPage::new(find, rows, skip, limit)
    }
}

impl<M: Model, S, V, I> Including<ReadAs<Find<M, S>, V>, I> {
    /// Reads a page of the documents as the view, and loads what the documents of this page refer to: see
    /// [`Find::page`].
    pub fn page(self, size: u64, key: &PageKey) -> FindPage<M, I, S> {
        let (view, reader, ids) = self.into_parts();
        let (find, rows) = parts(view.into_action(), reader, ids);
        FindPage::new(find, rows, size, key)
    }

    /// Reads the documents after the first `skip` ones as the view, and loads what the documents of this page refer to:
    /// see [`Find::offset_page`].
    pub fn offset_page(self, skip: u64, limit: u64) -> FindOffsetPage<M, I, S> {
        let (view, reader, ids) = self.into_parts();
        let (find, rows) = parts(view.into_action(), reader, ids);
        FindOffsetPage::new(find, rows, skip, limit)
    }
}
