//! The derives compile in every context: without a prelude or imports, under denied lints, and beside items whose
//! names hide others.
#![deny(missing_docs, warnings, clippy::pedantic, unreachable_pub, missing_debug_implementations)]

extern crate odm as mapper;

#[path = "hygiene/lower_case.rs"]
pub mod lower_case;
#[path = "hygiene/modules.rs"]
pub mod modules;
#[path = "hygiene/names.rs"]
pub mod names;
#[path = "hygiene/without_prelude.rs"]
#[no_implicit_prelude]
pub mod without_prelude_either;

/// Without a prelude and imports. Every name of the prelude is another item.
#[no_implicit_prelude]
pub mod without_prelude {
    // This code is odd on purpose. The lints check the code that the derives generate.
    #![allow(missing_debug_implementations, dead_code, non_camel_case_types)]
    #![allow(clippy::unnecessary_wraps, clippy::derivable_impls)]

    macro_rules! hostile {
        ($($name:ident)*) => { $(
            /// Not the item of the prelude.
            pub struct $name;
        )* };
    }
    hostile!(Option Some None Result Ok Err Vec String Box Self_ Clone Default Into From Iterator Send Sync);
    hostile!(At Path Value Model Doc Key Writer Raw Elements CodecError);

    /// A model.
    #[derive(::odm::Model)]
    #[odm(collection = "orders", index(status, line.name = -1), key = ::odm::bson::Uuid, validate(custom = self::fine))]
    pub struct Order {
        /// Its identity.
        pub id: ::odm::Id<Self>,
        /// How far it is.
        #[serde(default)]
        #[odm(index(unique))]
        pub status: Status,
        /// Its lines.
        #[odm(validate(nested, length(max = 3)))]
        pub lines: ::std::vec::Vec<Line>,
        /// One more.
        #[serde(alias = "first", skip_serializing_if = "::core::option::Option::is_none")]
        pub line: ::core::option::Option<Line>,
        /// Through serde.
        #[odm(serde)]
        pub pair: (i32, i32),
        /// Until when.
        #[odm(index(ttl = "2w"))]
        pub until: ::odm::bson::DateTime,
        #[serde(skip)]
        hidden: i32,
    }

    fn fine(_: &Order) -> ::core::result::Result<(), &'static str> {
        ::core::result::Result::Ok(())
    }

    /// An embedded document.
    #[derive(::odm::Embedded)]
    #[serde(deny_unknown_fields, default)]
    #[odm(schema_version = 3, upgrade(1 = self::renamed, 2 = self::counted))]
    pub struct Line {
        /// What it is called.
        #[odm(validate(pattern = "^a", email))]
        pub name: ::std::string::String,
        /// How many.
        #[odm(validate(range(min = 1)))]
        pub count: u32,
    }

    fn renamed(_: &mut ::odm::bson::Document) {}

    fn counted(_: &mut ::odm::bson::Document) -> ::core::result::Result<(), ::std::string::String> {
        ::core::result::Result::Ok(())
    }

    impl ::core::default::Default for Line {
        fn default() -> Self {
            Self { name: ::std::string::String::new(), count: 1 }
        }
    }

    /// The status of an order.
    #[derive(::odm::Value)]
    pub enum Status {
        /// Not far.
        Open,
    }

    impl ::core::default::Default for Status {
        fn default() -> Self {
            Self::Open
        }
    }

    /// A newtype.
    #[derive(::odm::Value)]
    #[serde(transparent)]
    pub struct Email(::core::option::Option<::std::string::String>);

    /// A result.
    #[derive(::odm::Shape)]
    pub struct Total {
        /// Whose.
        pub id: Email,
        /// How much.
        pub total: f64,
    }

    /// A view of the model.
    #[derive(::odm::View)]
    #[odm(of = Order, crate = ::odm)]
    pub struct Part<'a> {
        /// Its identity.
        pub id: ::odm::Id<Order>,
        /// Its lines.
        pub lines: ::std::vec::Vec<Named<'a>>,
        /// Another name.
        #[odm(from = line)]
        pub clone: ::core::option::Option<Named<'a>>,
        /// Through serde.
        pub pair: ::core::option::Option<(i32, i32)>,
        /// The text score, which is not a field of the model.
        #[odm(text_score)]
        pub score: ::core::option::Option<f64>,
    }

    /// A view of a line.
    #[derive(::odm::View)]
    #[odm(of = Line)]
    pub struct Named<'a> {
        /// What it is called.
        pub name: &'a str,
    }

    /// A generic type whose parameters are named like those of the expansion.
    #[derive(::odm::View)]
    #[odm(of = Hostile<A, i32, T, i32, i32, i32, i32, __p, N>)]
    pub struct Small<A, T, __p, const N: usize> {
        /// A field of each type.
        pub a: A,
        /// A field of each type.
        pub t: ::core::option::Option<T>,
        /// A field of each type.
        pub p: ::core::option::Option<__p>,
        /// A field of none.
        #[odm(from = b)]
        __readers: ::std::vec::Vec<i32>,
        /// A field of none.
        #[odm(from = s)]
        __m: ::core::option::Option<i32>,
    }

    /// A generic type whose parameters are named like those of the expansion.
    #[derive(::odm::Embedded)]
    pub struct Hostile<A, B, T, S, R, U, G0, __p, const N: usize> {
        /// A field of each type.
        pub a: A,
        /// A field of each type.
        pub b: ::std::vec::Vec<B>,
        /// A field of each type.
        pub t: ::core::option::Option<T>,
        /// A field of each type.
        pub s: S,
        /// A field of each type.
        pub r: R,
        /// A field of each type.
        pub u: U,
        /// A field of each type.
        pub g: G0,
        /// A field of each type.
        pub p: __p,
    }
}

/// Fields named like items that the runtime, the prelude and the expansion use.
pub mod hostile_fields {
    #![allow(non_snake_case, missing_debug_implementations, missing_docs, clippy::pub_underscore_fields)]

    macro_rules! hostile {
        ($derive:ident, $name:ident, $($attribute:meta)?, $($field:ident)*) => {
            #[derive(odm::$derive)]
            $(#[$attribute])?
            pub struct $name {
                $( pub $field: Option<Inner>, )*
            }
        };
    }

    #[derive(odm::Model)]
    #[odm(collection = "all")]
    pub struct Modelled {
        pub id: odm::Id<Self>,
        pub set: Option<Inner>,
        pub clone: Option<Inner>,
        pub indexes: i32,
        pub fields: i32,
        pub r#type: i32,
        pub check: i32,
        pub A: i32,
        pub B: i32,
        pub T: i32,
    }

    #[derive(odm::Embedded)]
    pub struct Inner {
        pub eq: i32,
        pub set: i32,
        pub exists: i32,
        pub deref: i32,
        pub name: i32,
    }

    hostile!(Embedded, Everything, , eq ne set unset exists path len r#type r#match r#fn name clone deref at base this
        self_ A B T S R place field fields key layer writer raw elements value encode decode under into_base
        as_ref into from to_string is_null any each size count missing to_bson __p __elements __raw __value __key
        __default filled to stage types check index and or not borrow drop default fmt hash cmp);
    hostile!(Shape, Shaped, , eq set exists deref name clone fill render slot to filled total A B S R G0 G1 r#type);
}

/// Private types in private modules, and types beside modules that have the names of generated ones.
mod private {
    #![allow(dead_code)] // the test is that it compiles

    mod order {
        #[derive(Debug, Clone, odm::Value)]
        pub(super) enum Status {
            Open,
        }
        #[derive(Debug, odm::Embedded)]
        pub(super) struct Line {
            pub(super) sku: Secret,
        }
        #[derive(Debug, odm::Value)]
        pub(super) struct Secret(String);
    }

    #[derive(Debug, odm::Model)]
    #[odm(collection = "orders", index(lines.sku))]
    struct Order {
        id: odm::Id<Order>,
        status: order::Status,
        lines: Vec<order::Line>,
        fields: OrderFields,
    }

    #[derive(Debug, odm::Embedded)]
    struct OrderFields {
        a: i32,
    }

    /// A type whose generated module would have the name of a primitive type, a crate or a keyword.
    #[derive(Debug, odm::Embedded)]
    struct Str {
        text: String,
    }
    #[derive(Debug, odm::Embedded)]
    struct Core {
        text: str2,
    }
    #[allow(non_camel_case_types)]
    type str2 = i32;
    #[derive(Debug, odm::Embedded)]
    struct Type {
        text: String,
    }
    #[derive(Debug, odm::Embedded)]
    struct Gen {
        kind: Kind,
    }
    #[derive(Debug, odm::Value)]
    #[serde(tag = "kind")]
    enum Kind {
        Gen { text: String },
    }
    #[derive(Debug, odm::Shape)]
    struct Super {
        text: String,
    }

    pub(super) fn names() -> Vec<String> {
        use odm::Model as _;
        let o = Order::fields();
        vec![o.lines().sku().name().to_owned(), odm::path::Path::name(&o.fields()).to_owned()]
    }
}

#[test]
fn derives_work_for_private_types() {
    assert_eq!(private::names(), ["lines.sku", "fields"]);
}

#[test]
fn derives_work_inside_a_function() {
    use odm::Model as _;

    #[derive(odm::Value)]
    enum Local {
        One,
    }
    #[derive(odm::Embedded)]
    struct Part {
        local: Local,
    }
    #[derive(odm::Shape)]
    struct Sum {
        part: Part,
    }
    #[derive(odm::Model)]
    #[odm(collection = "local", index(part.local))]
    struct Whole {
        id: odm::Id<Whole>,
        part: Part,
    }
    assert_eq!(Whole::fields().part().local().name(), "part.local");
    let _ = (Local::One, |sum: Sum| sum.part.local);
    let _ = |whole: Whole| whole.part;
}

#[test]
fn the_path_of_the_crate_may_be_specified() {
    #[derive(mapper::Value)]
    #[odm(crate = ::odm)]
    struct Newtype(i32);
    #[derive(mapper::Embedded)]
    #[odm(crate = mapper)]
    struct Inner {
        newtype: Newtype,
    }
    #[derive(mapper::Value)]
    #[serde(tag = "kind")]
    #[odm(crate = mapper)]
    enum Kind {
        Inner(Inner),
        Other {
            #[odm(binary)]
            bytes: Vec<u8>,
        },
    }
    #[derive(mapper::Value)]
    #[odm(crate = mapper)]
    struct Pair(i32, #[odm(unit = "s")] std::time::Duration);
    #[derive(mapper::Model)]
    #[odm(crate = crate::mapper, collection = "named", schema_version = 2, upgrade(1 = nothing))]
    struct Named {
        id: mapper::Id<Named>,
        inner: Inner,
        kind: Kind,
        pair: Pair,
    }
    #[derive(mapper::View)]
    #[odm(crate = mapper, of = Named)]
    struct Part {
        pair: Pair,
    }
    fn nothing(_: &mut mapper::bson::Document) {}
    use mapper::Model as _;
    assert_eq!(Named::fields().inner().newtype().name(), "inner.newtype");
    assert_eq!(Named::fields().kind().other().bytes().name(), "kind.bytes");
    let _ = |named: Named| (named.inner.newtype.0, named.kind, named.pair.0, named.pair.1);
    let _ = |part: Part| part.pair;
}

#[test]
fn the_accessor_of_a_field_hides_an_operator_of_its_name() {
    use odm::{Model as _, path::Path};
    let m = hostile_fields::Modelled::fields();
    assert_eq!(m.set().eq().eq(1).to_string(), r#"{ "set.eq": { "$eq": 1 } }"#);
    assert_eq!(Path::name(&m.r#type()), "type");
    assert_eq!(m.clone().name().name(), "clone.name");
}
