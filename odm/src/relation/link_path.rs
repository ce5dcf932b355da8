//! How many references there are at a place of a document, and therefore what is loaded for them.

use std::marker::PhantomData;

use super::keys::Tree;
use crate::{error::Result, path::One};

/// A value that the future of an include can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded",
    label = "not `Send`, `Sync` and `'static`",
    note = "what is included is shared between the documents that refer to it, and loaded in a future that may move \
            between threads"
)]
pub trait Loadable: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Loadable for T {}

/// A reference below an array.
#[derive(Debug, Clone, Copy)]
pub struct InEach<R>(PhantomData<R>);

/// A reference below an `Option`, or in a variant of an enum.
#[derive(Debug, Clone, Copy)]
pub struct InOption<R>(PhantomData<R>);

/// The way from a document to a reference: [`One`], [`InEach`] or [`InOption`].
pub trait LinkPath: 'static {
    /// What is loaded for all references at the place, if `X` is loaded for each.
    type Loaded<X: Loadable>: Loadable;

    /// Builds it from the ids at the place.
    #[doc(hidden)]
    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(&Tree) -> Result<X>) -> Result<Self::Loaded<X>>;
}

impl LinkPath for One {
    type Loaded<X: Loadable> = X;

    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(&Tree) -> Result<X>) -> Result<X> {
        leaf(tree)
    }
}

impl<R: LinkPath> LinkPath for InEach<R> {
    type Loaded<X: Loadable> = R::Loaded<Vec<X>>;

    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(&Tree) -> Result<X>) -> Result<Self::Loaded<X>> {
        R::build::<Vec<X>>(tree, &mut |tree| match tree {
            Tree::List(items) => items.iter().map(&mut *leaf).collect(),
            _ => Ok(Vec::new()),
        })
    }
}

impl<R: LinkPath> LinkPath for InOption<R> {
    type Loaded<X: Loadable> = R::Loaded<Option<X>>;

    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(&Tree) -> Result<X>) -> Result<Self::Loaded<X>> {
        R::build::<Option<X>>(tree, &mut |tree| match tree {
            Tree::Missing => Ok(None),
            present => leaf(present).map(Some),
        })
    }
}
