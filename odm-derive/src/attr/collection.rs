//! The grammar of the options of a collection: `capped(..)`, `time_series(..)`, `clustered`, `collation(..)`,
//! `pre_and_post_images`, `view(..)`, `materialized_view(..)` and `shard_key(..)`.

use proc_macro2::Span;
use syn::{ExprPath, Ident, LitInt, LitStr, Token, Type, parse::ParseStream, token};

use super::{
    Once, duration, flag,
    index::{Collation, Key, collation},
    list,
    symbol::{
        self, AttributeName, AttributePosition, CappedAttribute, ClusteredAttribute, ContainerAttribute,
        ShardKeyAttribute, TimeSeriesAttribute, ViewSourceAttribute,
    },
    text, value,
};
use crate::ctxt::Ctxt;

/// The options of the collection of a model.
#[derive(Debug, Default)]
pub(crate) struct CollectionAttrs {
    pub(crate) capped: Once<Capped>,
    pub(crate) time_series: Once<TimeSeries>,
    /// The seconds after which a document expires, if it does.
    pub(crate) clustered: Once<Option<u64>>,
    pub(crate) collation: Once<Collation>,
    pub(crate) pre_and_post_images: Once<()>,
    pub(crate) view: Once<ViewSource>,
    pub(crate) materialized_view: Once<ViewSource>,
    pub(crate) shard_key: Once<ShardKey>,
}

/// `capped(size = 1048576, max = 1000)`
#[derive(Debug)]
pub(crate) struct Capped {
    pub(crate) size: u64,
    pub(crate) max: Option<u64>,
}

/// `time_series(time = at, meta = sensor, granularity = "minutes", expire_after = "90d")`
#[derive(Debug)]
pub(crate) struct TimeSeries {
    pub(crate) time: Ident,
    pub(crate) meta: Option<Ident>,
    /// The name of the variant of `Granularity` in `odm`.
    pub(crate) granularity: &'static str,
    pub(crate) expire_after: Option<u64>,
}

/// `on = Order, pipeline = path::to::function`
#[derive(Debug)]
pub(crate) struct ViewSource {
    pub(crate) on: Type,
    pub(crate) pipeline: ExprPath,
    /// A materialized view is replaced as a whole.
    pub(crate) replaces: bool,
}

/// `shard_key(customer, id = "hashed", unique)`
#[derive(Debug)]
pub(crate) struct ShardKey {
    pub(crate) keys: Vec<Key>,
    pub(crate) unique: Option<Span>,
}

impl CollectionAttrs {
    /// Returns whether the documents of the collection are rows of a pipeline.
    pub(crate) fn has_pipeline(&self) -> bool {
        self.view.get().is_some() || self.materialized_view.get().is_some()
    }

    pub(super) fn read(
        &mut self,
        cx: &Ctxt,
        attribute: ContainerAttribute,
        ident: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<()> {
        match attribute {
            ContainerAttribute::Capped => self.capped.set(ident, capped(cx, ident, input)?),
            ContainerAttribute::TimeSeries => self.time_series.set(ident, time_series(cx, ident, input)?),
            ContainerAttribute::Clustered => self.clustered.set(ident, clustered(cx, ident, input)?),
            ContainerAttribute::Collation => self.collation.set(ident, collation(cx, ident, input)?),
            ContainerAttribute::PreAndPostImages => {
                flag(ident, input, attribute.form())?;
                self.pre_and_post_images.set(ident, ())
            }
            ContainerAttribute::View => {
                let source = view_source(cx, ident, input, AttributePosition::ViewSource, attribute.form())?;
                self.view.set(ident, source)
            }
            ContainerAttribute::MaterializedView => {
                let source =
                    view_source(cx, ident, input, AttributePosition::MaterializedView, attribute.form())?;
                self.materialized_view.set(ident, source)
            }
            ContainerAttribute::ShardKey => self.shard_key.set(ident, shard_key(cx, ident, input)?),
            _ => Ok(()),
        }
    }
}

fn capped(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Capped> {
    let (mut size, mut max) = (Once::default(), Once::default());
    let form = ContainerAttribute::Capped.form();
    let at_least_one = |ident: &Ident, input: ParseStream<'_>| {
        let literal: LitInt = value(ident, input, form)?;
        let number = literal.base10_parse::<u64>().ok().filter(|number| *number > 0);
        let message = "a bound of a capped collection is a whole number from 1";
        number.ok_or_else(|| syn::Error::new(literal.span(), message))
    };
    list(cx, ident, input, form, |ident, input| {
        match CappedAttribute::require_at(AttributePosition::Capped, ident)? {
            CappedAttribute::Size => size.set(ident, at_least_one(ident, input)?),
            CappedAttribute::Max => max.set(ident, at_least_one(ident, input)?),
        }
    })?;
    let message = "a capped collection has a size in bytes: write `capped(size = 1048576)`";
    let size = size.get().copied().ok_or_else(|| syn::Error::new(ident.span(), message))?;
    Ok(Capped { size, max: max.get().copied() })
}

fn time_series(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<TimeSeries> {
    let (mut time, mut meta) = (Once::default(), Once::default());
    let (mut granularity, mut expire_after) = (Once::default(), Once::default());
    let form = ContainerAttribute::TimeSeries.form();
    list(cx, ident, input, form, |ident, input| {
        match TimeSeriesAttribute::require_at(AttributePosition::TimeSeries, ident)? {
            attribute @ TimeSeriesAttribute::Time => time.set(ident, value(ident, input, attribute.form())?),
            attribute @ TimeSeriesAttribute::Meta => meta.set(ident, value(ident, input, attribute.form())?),
            attribute @ TimeSeriesAttribute::Granularity => {
                let text = text(ident, input, attribute.form())?;
                let variant = match text.value().as_str() {
                    "seconds" => "Seconds",
                    "minutes" => "Minutes",
                    "hours" => "Hours",
                    _ => return Err(syn::Error::new(text.span(), symbol::correct(attribute.form()))),
                };
                granularity.set(ident, variant)
            }
            attribute @ TimeSeriesAttribute::ExpireAfter => {
                expire_after.set(ident, age(ident, input, attribute.form())?)
            }
        }
    })?;
    let message = "a time series has a field with the time: write `time_series(time = at)`";
    let time = time.get().cloned().ok_or_else(|| syn::Error::new(ident.span(), message))?;
    Ok(TimeSeries {
        time,
        meta: meta.get().cloned(),
        granularity: granularity.get().copied().unwrap_or("Seconds"),
        expire_after: expire_after.get().copied(),
    })
}

/// Parses the duration after the name of an attribute.
fn age(ident: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<u64> {
    let text: LitStr = text(ident, input, form)?;
    duration::seconds(&text)
}

fn clustered(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Option<u64>> {
    let form = ContainerAttribute::Clustered.form();
    if !input.peek(token::Paren) {
        flag(ident, input, form)?;
        return Ok(None);
    }
    let mut expire_after = Once::default();
    list(cx, ident, input, form, |ident, input| {
        match ClusteredAttribute::require_at(AttributePosition::Clustered, ident)? {
            attribute @ ClusteredAttribute::ExpireAfter => {
                expire_after.set(ident, age(ident, input, attribute.form())?)
            }
        }
    })?;
    Ok(expire_after.get().copied())
}

fn view_source(
    cx: &Ctxt,
    ident: &Ident,
    input: ParseStream<'_>,
    position: AttributePosition,
    form: &str,
) -> syn::Result<ViewSource> {
    let (mut on, mut pipeline, mut write) = (Once::default(), Once::default(), Once::default());
    list(cx, ident, input, form, |ident, input| match ViewSourceAttribute::require_at(position, ident)? {
        attribute @ ViewSourceAttribute::On => on.set(ident, value(ident, input, attribute.form())?),
        attribute @ ViewSourceAttribute::Pipeline => {
            pipeline.set(ident, value(ident, input, attribute.form())?)
        }
        attribute @ ViewSourceAttribute::Write => {
            let text = text(ident, input, attribute.form())?;
            let replaces = match text.value().as_str() {
                "merge" => false,
                "out" => true,
                _ => return Err(syn::Error::new(text.span(), symbol::correct(attribute.form()))),
            };
            write.set(ident, replaces)
        }
    })?;
    match (on.get().cloned(), pipeline.get().cloned()) {
        (Some(on), Some(pipeline)) => {
            Ok(ViewSource { on, pipeline, replaces: write.get().copied().unwrap_or_default() })
        }
        _ => Err(symbol::malformed(ident, form)),
    }
}

fn shard_key(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<ShardKey> {
    let mut key = ShardKey { keys: Vec::new(), unique: None };
    list(cx, ident, input, ContainerAttribute::ShardKey.form(), |ident, input| {
        let is_flag = input.is_empty() || input.peek(Token![,]);
        if is_flag && ShardKeyAttribute::parse(ident) == Some(ShardKeyAttribute::Unique) {
            key.unique = Some(ident.span());
        } else {
            key.keys.push(Key::parse(None, ident, input)?);
        }
        Ok(())
    })?;
    Ok(key)
}
