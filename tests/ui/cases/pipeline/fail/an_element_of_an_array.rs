use odm::{
    Filter,
    expr::{Expr, TupleElement},
};
use odm_integration::story::Order;

fn is_pair<R, T: TupleElement<0>>(_: &Expr<R, T>) -> bool {
    true
}

fn main() {
    let _ = Filter::<Order>::expr(|o| o.lines().sku().element::<0>().eq("pear"));
    let _ = Filter::<Order>::expr(|o| o.lines().sku().size().gt(i32::from(is_pair(&o.lines().sku()))));
}
