use odm::{Collection, bson::doc, pipeline};
use odm_integration::story::Order;

fn watch(orders: &Collection<Order>) {
    let _ = orders.watch().pipeline(|changes| changes.limit(10));
}

fn rerank(orders: &Collection<Order>) {
    let _ = orders.watch().pipeline(|changes| changes.rerank(doc! {}));
}

fn split(orders: &Collection<Order>) {
    let _ = orders.watch().pipeline(|changes| {
        changes.change_stream_split_large_event().matching(|c| c.full_document().id().exists(true))
    });
}

fn aggregate(orders: &Collection<Order>) {
    let _ = orders.aggregate().change_stream_split_large_event();
    let _ = pipeline::Pipeline::<Order>::new().change_stream_split_large_event();
}

fn main() {}
