//! Text search: `$text` with its options, and the order by its score.

use mongodb::bson::{Document, doc};

use super::{Clauses, Filter};
use crate::sort::Sort;

/// The options of a text search. What is not said is as the index has it.
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
    /// The language of the words, which decides their stems and which of them count: `"nb"`, `"english"`, `"none"`.
    ///
    /// `{ $language: "nb" }`
    pub fn language(mut self, language: &str) -> Self {
        self.0.insert("$language", language);
        self
    }

    /// Whether upper and lower case differ.
    ///
    /// `{ $caseSensitive: true }`
    pub fn case_sensitive(mut self, yes: bool) -> Self {
        self.0.insert("$caseSensitive", yes);
        self
    }

    /// Whether `e` and `é` differ.
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
    /// The collection must have a text index. It is no part of the declared schema; make it with the driver:
    /// `articles.driver().create_index(IndexModel::builder().keys(doc! { "title": "text" }).build())`. The words are in the server's language for searches: `"a phrase"`,
    /// `-without`.
    ///
    /// The best matches come first with [`Sort::text_score`]; a [view](macro@crate::View) reads the score with
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

    /// The same with options.
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
    /// The best matches of a [text search](Filter::text) first.
    ///
    /// `{ textScore: { $meta: "textScore" } }`; an error of the server beside a filter that searches no text.
    pub fn text_score() -> Self {
        Self::raw(doc! { "textScore": { "$meta": "textScore" } })
    }
}
