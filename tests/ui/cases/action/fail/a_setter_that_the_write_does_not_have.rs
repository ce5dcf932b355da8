use odm::{Collection, Filter, Model, Write, bson::doc};
use odm_integration::story::{Customer, Order};

fn main() {}

fn mistakes(orders: Collection<Order>, order: Order) {
    let o = Order::fields();
    let now = || o.placed_at().current_date();
    let _ = Write::insert_one(&order).upsert(true);
    let _ = Write::save(&order).hint("status_1");
    let _ = Write::update_many(Filter::all(), now()).or_insert(&order);
    let _ = Write::update_many(Filter::all(), now()).sort(o.placed_at().asc());
    let _ = Write::replace_one(Filter::all(), &order).array_filters([doc! { "x": 1 }]);
    let _ = Write::delete_one(o.id().eq(order.id)).upsert(true);
    let _ = orders.bulk_write([Write::insert_one(&order), Write::delete_one(o.id().eq(order.id))]);
    let _ = orders.bulk_write((Write::insert_one(&order), Write::<Customer>::delete_many(Filter::all())));
    let _ = orders.bulk_write(Write::insert_one(&order));
}
