//! Text search: `$text` with its options, and the sort by its score.

use mongodb::bson::{Document, doc};

use super::{Clauses, Filter};
use crate::{expr::Meta, sort::Sort};

/// The options of a text search. An option that is not set has the default of the index.
///
/// Construct with [`Filter::text_with`].
#[derive(Clone)]
#[must_use = "these are the options of a filter"]
pub struct TextOptions(Document);

impl std::fmt::Debug for TextOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextOptions").finish_non_exhaustive()
    }
}

impl TextOptions {
    /// Sets the language of the words, which determines their stems and which words are ignored: `"nb"`, `"english"`,
    /// `"none"`.
    ///
    /// `{ $language: "nb" }`
    pub fn language(mut self, language: &str) -> Self {
        self.0.insert("$language", language);
        self
    }

    /// Sets whether upper and lower case differ.
    ///
    /// `{ $caseSensitive: true }`
    pub fn case_sensitive(mut self, yes: bool) -> Self {
        self.0.insert("$caseSensitive", yes);
        self
    }

    /// Sets whether `e` and `é` differ.
    ///
    /// `{ $diacriticSensitive: true }`
    pub fn diacritic_sensitive(mut self, yes: bool) -> Self {
        self.0.insert("$diacriticSensitive", yes);
        self
    }
}

impl<M> Filter<M> {
    /// Matches documents that a text index finds for these words.
    ///
    /// `{ $text: { $search: "coffee -decaf" } }`
    ///
    /// The collection must have a text index. The declared schema does not contain text indexes. Create one with the
    /// driver: `articles.driver().create_index(IndexModel::builder().keys(doc! { "title": "text" }).build())`. The
    /// words are in the server's search syntax: `"a phrase"`, `-without`.
    ///
    /// [`Sort::text_score`] sorts the best matches first. A [view](macro@crate::View) reads the score with
    /// `#[odm(text_score)]`:
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model, Sort};
    /// # #[derive(Model)]
    /// # #[odm(collection = "articles")]
    /// # struct Article { id: Id<Article>, title: String, body: String }
    /// use odm::View;
    ///
    /// #[derive(View)]
    /// #[odm(of = Article)]
    /// struct Hit {
    ///     title: String,
    ///     #[odm(text_score)]
    ///     score: f64,
    /// }
    ///
    /// # async fn f(articles: Collection<Article>) -> odm::Result<()> {
    /// let best: Vec<Hit> = articles
    ///     .find(Filter::text("coffee"))
    ///     .sort(Sort::text_score())
    ///     .limit(10)
    ///     .view::<Hit>()
    ///     .await?
    ///     .try_collect()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn text(search: &str) -> Self {
        Self::text_with(search, |options| options)
    }

    /// Does the same as [`text`](Self::text), with options.
    ///
    /// `{ $text: { $search: "café", $language: "es", $diacriticSensitive: true } }`
    ///
    /// ```
    /// # use odm::{Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "articles")]
    /// # struct Article { id: Id<Article>, title: String }
    /// let filter = Filter::<Article>::text_with("leche", |text| text.language("es").case_sensitive(true));
    /// assert_eq!(
    ///     filter.to_string(),
    ///     r#"{ "$text": { "$search": "leche", "$language": "es", "$caseSensitive": true } }"#,
    /// );
    /// ```
    pub fn text_with(search: &str, options: impl FnOnce(TextOptions) -> TextOptions) -> Self {
        Self::of(Clauses::whole("$text", options(TextOptions(doc! { "$search": search })).0))
    }
}

impl<M> Sort<M> {
    /// Sorts the best matches of a [text search](Filter::text) first.
    ///
    /// `{ textScore: { $meta: "textScore" } }`. The server returns an error if the filter has no text search.
    /// [`Sort::meta`] sorts by the score under another name, and by other metadata.
    pub fn text_score() -> Self {
        Self::meta("textScore", Meta::TEXT_SCORE)
    }
}
