use odm::{
    Filter,
    expr::{Expr, TupleElement},
};
use odm_integration::story::Order;

fn first<R: 'static, T: TupleElement<0>>(pair: Expr<R, T>) -> Expr<R, T::Element> {
    pair.element::<0>()
}

fn main() {
    let _ = Filter::<Order>::expr(|o| o.lines().sku().element::<0>().eq("pear"));
    let _ = Filter::<Order>::expr(|o| first(o.lines().sku()).eq("pear"));
}
