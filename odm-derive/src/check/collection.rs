//! Checks of the options of a collection, and of the indexes and the validator that it cannot have with them.

use proc_macro2::{Ident, Span};

use crate::{
    ast::{Container, Data, member_name},
    attr::{
        collection::{CollectionAttrs, ShardKey, TimeSeries},
        index::{Index, Kind},
        symbol::closest,
    },
    ctxt::Ctxt,
};

/// Reports options that the server would refuse.
pub(super) fn options(cx: &Ctxt, container: &Container<'_>) {
    let options = &container.attrs.options;
    kinds(cx, options);
    if let Some(series) = options.time_series.get() {
        time_series(cx, container, series);
    }
    if let Some(key) = options.shard_key.get() {
        shard_key(cx, options, key);
    }
    validator(cx, container);
    if let Some(span) = options.pre_and_post_images.span() {
        if options.time_series.get().is_some() {
            push(cx, span, "a time series has no change streams, so no pre- and post-images");
        } else if options.view.get().is_some() {
            push(cx, span, "a view stores no documents, so no pre- and post-images");
        }
    }
    let of_fields = container.fields().iter().flat_map(|field| &field.attrs.indexes);
    for index in container.attrs.indexes.iter().chain(of_fields).filter(|index| !index.broken) {
        index_of(cx, options, index);
    }
}

fn push(cx: &Ctxt, span: Span, message: &str) {
    cx.push(syn::Error::new(span, message));
}

fn kinds(cx: &Ctxt, options: &CollectionAttrs) {
    let clustered = options.clustered.span();
    let [capped, series, view] = [options.capped.span(), options.time_series.span(), options.view.span()];
    let materialized = options.materialized_view.span();
    for span in [capped, series, view, clustered].into_iter().flatten().skip(1) {
        push(cx, span, "a collection is one of these: capped, a time series, clustered, a view");
    }
    if let (Some(span), Some(_)) = (materialized, capped.or(series).or(view)) {
        push(cx, span, "a materialized view is stored in an ordinary or a clustered collection");
    }
}

fn time_series(cx: &Ctxt, container: &Container<'_>, series: &TimeSeries) {
    for name in std::iter::once(&series.time).chain(&series.meta) {
        field_of_series(cx, container, name);
    }
    if let Some(meta) = series.meta.as_ref().filter(|meta| **meta == series.time) {
        cx.error(meta, "the time and the meta field of a time series are two fields");
    }
}

/// Refuses a name that is not a field of the document with a name of its own. rustc checks the type of the time.
fn field_of_series(cx: &Ctxt, container: &Container<'_>, name: &Ident) {
    let Data::Document(fields) = &container.data else { return };
    let stored = || fields.iter().filter(|field| field.is_stored());
    match stored().find(|field| *name == member_name(&field.member)) {
        Some(field) if field.stored == "_id" => {
            cx.error(name, "the `_id` is neither the time nor the meta field of a time series");
        }
        Some(field) if field.flatten.is_some() => {
            cx.error(name, "a flattened field is not stored under a name of its own: name another field");
        }
        Some(_) => {}
        None => {
            let names: Vec<String> = stored().map(|field| member_name(&field.member)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let meant = closest(&name.to_string(), &names);
            let meant = meant.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
            let model = &container.original.ident;
            cx.error(name, format_args!("`{name}` is not a field of `{model}`{meant}"));
        }
    }
}

fn shard_key(cx: &Ctxt, options: &CollectionAttrs, key: &ShardKey) {
    let Some(span) = options.shard_key.span() else { return };
    if options.capped.get().is_some() || options.view.get().is_some() {
        push(cx, span, "a capped collection and a view cannot be distributed: remove the shard key");
    }
    if key.keys.is_empty() {
        push(cx, span, "this shard key has no field");
    }
    let mut hashed = 0;
    for part in &key.keys {
        match part.kind {
            Kind::Ascending => {}
            Kind::Hashed => hashed += 1,
            _ => push(cx, part.span, "a field of a shard key is `1` or `\"hashed\"`"),
        }
        if part.kind == Kind::Hashed && hashed > 1 {
            push(cx, part.span, "a shard key has at most one `hashed` field");
        }
    }
    if let Some(span) = key.unique.filter(|_| hashed > 0) {
        push(cx, span, "a hashed shard key cannot be unique: declare a unique index for that");
    }
}

fn validator(cx: &Ctxt, container: &Container<'_>) {
    let (options, Some(span)) = (&container.attrs.options, container.attrs.validator.span()) else { return };
    if options.time_series.get().is_some() {
        push(cx, span, "the server validates no measurements of a time series: remove the validator");
    } else if options.view.get().is_some() {
        push(cx, span, "nothing is written to a view, so it has no validator: put it on the model below");
    }
}

fn index_of(cx: &Ctxt, options: &CollectionAttrs, index: &Index) {
    if options.view.get().is_some() {
        push(cx, index.span, "a view has no indexes: declare them on the model below");
    }
    if let (Some(_), Some(span)) = (options.capped.get(), index.ttl.span()) {
        push(cx, span, "a capped collection overwrites its oldest documents, so it has no TTL index");
    }
    if options.time_series.get().is_none() {
        return;
    }
    if let Some(span) = index.ttl.span() {
        let message = "a time series has no TTL index: write `time_series(.., expire_after = \"90d\")`";
        push(cx, span, message);
    }
    if let Some(span) = index.unique.span() {
        push(cx, span, "a time series has no unique index");
    }
    for key in index.keys.iter().filter(|key| matches!(key.kind, Kind::Text | Kind::Wildcard)) {
        push(cx, key.span, "a time series has no text index and no wildcard index");
    }
}
