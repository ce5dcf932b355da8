//! The grammar of `search_index(..)` and `vector_search_index(..)`.

use proc_macro2::Span;
use syn::{Ident, LitInt, LitStr, parse::ParseStream};

use super::{
    Once, flag,
    index::Key,
    list,
    symbol::{
        self, AttributeName, AttributePosition, ContainerAttribute, SearchFieldAttribute,
        SearchIndexAttribute, VectorAttribute, VectorSearchIndexAttribute,
    },
    text, value,
};
use crate::ctxt::Ctxt;

/// The largest number of dimensions that the server accepts.
const MAX_DIMENSIONS: i32 = 8192;

/// A declared search index.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    /// The span of the name of the attribute.
    pub(crate) span: Span,
    /// Some of it could not be parsed. The error is reported.
    pub(crate) broken: bool,
    pub(crate) is_vector: bool,
    pub(crate) name: Once<LitStr>,
    pub(crate) dynamic: Once<()>,
    pub(crate) analyzer: Once<LitStr>,
    pub(crate) search_analyzer: Once<LitStr>,
    pub(crate) fields: Vec<SearchField>,
}

/// A field of a search index.
#[derive(Debug)]
pub(crate) struct SearchField {
    pub(crate) key: Key,
    pub(crate) kind: SearchKind,
}

/// How a search index contains a field.
#[derive(Debug)]
pub(crate) enum SearchKind {
    /// `field(title, type = "string", analyzer = "lucene.english")`
    Field { field_type: Option<SearchType>, analyzer: Once<LitStr>, search_analyzer: Once<LitStr> },
    /// `vector(embedding, num_dimensions = 1536, similarity = "cosine")`
    Vector {
        num_dimensions: i32,
        /// The variant of `Similarity` in `odm`.
        similarity: &'static str,
        quantization: Option<LitStr>,
    },
    /// `filter(year)`
    Filter,
}

/// The type of a field of a search index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SearchType {
    /// The variant of `SearchFieldType` in `odm`.
    pub(crate) variant: &'static str,
}

impl SearchType {
    const STRING: Self = Self { variant: "String" };
    /// The strings of the types, with their variants.
    const ALL: &'static [(&'static str, &'static str)] = &[
        ("string", "String"),
        ("autocomplete", "Autocomplete"),
        ("token", "Token"),
        ("number", "Number"),
        ("date", "Date"),
        ("boolean", "Boolean"),
        ("objectId", "ObjectId"),
        ("uuid", "Uuid"),
        ("geo", "Geo"),
        ("document", "Document"),
        ("embeddedDocuments", "EmbeddedDocuments"),
    ];

    fn parse(ident: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let form = SearchFieldAttribute::Type.form();
        let text = text(ident, input, form)?;
        let variant =
            variant(&text, Self::ALL).ok_or_else(|| syn::Error::new(text.span(), symbol::correct(form)))?;
        Ok(Self { variant })
    }

    /// Returns whether strings are divided into words.
    pub(crate) fn has_words(self) -> bool {
        matches!(self.variant, "String" | "Autocomplete")
    }
}

impl SearchIndex {
    /// Parses what follows the name of the attribute.
    pub(super) fn parse(
        cx: &Ctxt,
        attribute: ContainerAttribute,
        ident: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<Self> {
        let mut index = Self {
            span: ident.span(),
            broken: false,
            is_vector: attribute == ContainerAttribute::VectorSearchIndex,
            name: Once::default(),
            dynamic: Once::default(),
            analyzer: Once::default(),
            search_analyzer: Once::default(),
            fields: Vec::new(),
        };
        let mistakes = cx.count();
        list(cx, ident, input, attribute.form(), |ident, input| {
            if index.is_vector {
                index.vector_option(cx, ident, input)
            } else {
                index.option(cx, ident, input)
            }
        })?;
        index.broken = cx.count() > mistakes;
        Ok(index)
    }

    fn option(&mut self, cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let attribute = SearchIndexAttribute::require_at(AttributePosition::SearchIndex, ident)?;
        let form = attribute.form();
        match attribute {
            SearchIndexAttribute::Name => self.name.set(ident, name(ident, input, form)?),
            SearchIndexAttribute::Dynamic => {
                flag(ident, input, form)?;
                self.dynamic.set(ident, ())
            }
            SearchIndexAttribute::Analyzer => self.analyzer.set(ident, text(ident, input, form)?),
            SearchIndexAttribute::SearchAnalyzer => {
                self.search_analyzer.set(ident, text(ident, input, form)?)
            }
            SearchIndexAttribute::Field => {
                self.fields.extend(field(cx, ident, input)?);
                Ok(())
            }
        }
    }

    fn vector_option(&mut self, cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let attribute = VectorSearchIndexAttribute::require_at(AttributePosition::VectorSearchIndex, ident)?;
        let form = attribute.form();
        match attribute {
            VectorSearchIndexAttribute::Name => self.name.set(ident, name(ident, input, form)?),
            VectorSearchIndexAttribute::Vector => {
                self.fields.extend(vector(cx, ident, input)?);
                Ok(())
            }
            VectorSearchIndexAttribute::Filter => list(cx, ident, input, form, |ident, input| {
                let key = Key::parse_field(ident, input)?;
                self.fields.push(SearchField { key, kind: SearchKind::Filter });
                Ok(())
            }),
        }
    }

    /// Returns the name, which is `default` unless it is specified.
    pub(crate) fn name(&self) -> String {
        self.name.get().map_or_else(|| "default".to_owned(), LitStr::value)
    }
}

/// Parses the name of an index.
fn name(ident: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<LitStr> {
    let name = text(ident, input, form)?;
    if name.value().is_empty() {
        return Err(syn::Error::new(name.span(), "the name of a search index is not empty"));
    }
    Ok(name)
}

/// Parses a list of a field and its options: `(title, type = "string")`. Returns `None` if there is no field, whose error is
/// reported.
fn field_with(
    cx: &Ctxt,
    ident: &Ident,
    input: ParseStream<'_>,
    form: &str,
    mut option: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<Option<Key>> {
    let (mut key, mut is_first) = (None, true);
    list(cx, ident, input, form, |ident, input| {
        if std::mem::take(&mut is_first) {
            key = Some(Key::parse_field(ident, input)?);
            return Ok(());
        }
        option(ident, input)
    })?;
    Ok(key)
}

fn field(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Option<SearchField>> {
    let (mut field_type, mut analyzer, mut search_analyzer) =
        (Once::default(), Once::default(), Once::default());
    let key = field_with(cx, ident, input, SearchIndexAttribute::Field.form(), |ident, input| {
        let attribute = SearchFieldAttribute::require_at(AttributePosition::SearchField, ident)?;
        match attribute {
            SearchFieldAttribute::Type => field_type.set(ident, SearchType::parse(ident, input)?),
            SearchFieldAttribute::Analyzer => analyzer.set(ident, text(ident, input, attribute.form())?),
            SearchFieldAttribute::SearchAnalyzer => {
                search_analyzer.set(ident, text(ident, input, attribute.form())?)
            }
        }
    })?;
    // Only a string has an analyzer.
    let has_analyzer = analyzer.get().is_some() || search_analyzer.get().is_some();
    let field_type = field_type.get().copied().or_else(|| has_analyzer.then_some(SearchType::STRING));
    let kind = SearchKind::Field { field_type, analyzer, search_analyzer };
    Ok(key.map(|key| SearchField { key, kind }))
}

fn vector(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Option<SearchField>> {
    let (mut num_dimensions, mut similarity, mut quantization) =
        (Once::default(), Once::default(), Once::default());
    let form = VectorSearchIndexAttribute::Vector.form();
    let mistakes = cx.count();
    let key = field_with(cx, ident, input, form, |ident, input| {
        let attribute = VectorAttribute::require_at(AttributePosition::Vector, ident)?;
        let form = attribute.form();
        match attribute {
            VectorAttribute::NumDimensions => {
                let literal: LitInt = value(ident, input, form)?;
                let number = literal.base10_parse::<i32>().ok();
                let number = number.filter(|number| (1..=MAX_DIMENSIONS).contains(number));
                let wrong = || syn::Error::new(literal.span(), "a vector has 1 to 8192 dimensions");
                num_dimensions.set(ident, number.ok_or_else(wrong)?)
            }
            VectorAttribute::Similarity => {
                let text = text(ident, input, form)?;
                let names = [("cosine", "Cosine"), ("euclidean", "Euclidean"), ("dotProduct", "DotProduct")];
                let wrong = || syn::Error::new(text.span(), symbol::correct(form));
                similarity.set(ident, variant(&text, &names).ok_or_else(wrong)?)
            }
            VectorAttribute::Quantization => {
                let text = text(ident, input, form)?;
                if !["none", "scalar", "binary"].contains(&text.value().as_str()) {
                    return Err(syn::Error::new(text.span(), symbol::correct(form)));
                }
                quantization.set(ident, text)
            }
        }
    })?;
    let (Some(num_dimensions), Some(similarity)) = (num_dimensions.get().copied(), similarity.get().copied())
    else {
        // The error of a wrong option is reported.
        return if cx.count() > mistakes { Ok(None) } else { Err(symbol::malformed(ident, form)) };
    };
    let kind = SearchKind::Vector { num_dimensions, similarity, quantization: quantization.get().cloned() };
    Ok(key.map(|key| SearchField { key, kind }))
}

fn variant(text: &LitStr, names: &[(&str, &'static str)]) -> Option<&'static str> {
    let text = text.value();
    names.iter().find(|(name, _)| *name == text).map(|(_, variant)| *variant)
}
