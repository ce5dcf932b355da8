//! Documents whose fields the server determines, such as the result of `$regexFind`.

/// Declares such a document, as the derive of [`Shape`](macro@crate::Shape) does for the documents of a user.
macro_rules! document {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$generic:ident>)?, $fields:ident in $keys:ident {
            $( $(#[$field_doc:meta])* $field:ident $stored:literal: $type:ty, )*
        }
    )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name $(<$generic>)? {
            $( $(#[$field_doc])* pub $field: $type, )*
        }

        $crate::row::document_paths! {
            $fields of $name in $keys [$($generic: $crate::value::Value)?] {
                $( $(#[$field_doc])* $field $stored: $type, )*
            }
        }

        $crate::row::document_fields! { [$($generic)?] $name $keys $($field: $type,)* }

        impl $(<$generic: $crate::value::Value>)? $crate::value::Value for $name $(<$generic>)? {
            $crate::row::document_types! { $fields [$($generic)?] }

            fn encode(&self, writer: &mut $crate::value::Writer) -> $crate::error::codec::CodecResult<mongodb::bson::spec::ElementType> {
                writer.document_of(self)
            }

            fn decode(raw: $crate::value::Raw<'_>) -> $crate::error::codec::CodecResult<Self> {
                raw.document_of()
            }

            const STORED_AS: &'static $crate::meta::TypeMeta = &$crate::value::meta::stored_document::<Self>();

            const DECLARED: $crate::value::FieldNames = $crate::value::FieldNames::new(&[$($stored),*], &[]);
        }

        impl $(<$generic: $crate::value::Value>)? $crate::value::Flatten for $name $(<$generic>)? {
            fn encode_fields(&self, writer: &mut $crate::value::Writer) -> $crate::error::codec::CodecResult<()> {
                $($crate::value::field::put_field::<Self, $keys::$field>(writer, &self.$field)?;)*
                Ok(())
            }

            fn decode_fields(mut elements: $crate::value::Elements<'_>) -> $crate::error::codec::CodecResult<Self> {
                $(let mut $field = None;)*
                while !elements.is_empty() {
                    $($crate::value::field::take_field::<Self, $keys::$field>(&mut elements, &mut $field)?;)*
                    let Some((key, value)) = elements.next()? else { break };
                    $(
                        if key == $stored.as_bytes() {
                            $crate::value::field::fill_field::<Self, $keys::$field>(value, &mut $field)?;
                            continue;
                        }
                    )*
                }
                $(let $field = $crate::value::field::require_field::<Self, $keys::$field>(&mut $field)?;)*
                Ok(Self { $($field,)* })
            }
        }

        impl $(<$generic: $crate::value::Value>)? $crate::value::Doc for $name $(<$generic>)? {
            const NAMES: &'static [&'static str] = &[$($stored),*];

            const META: &'static $crate::meta::DocumentMeta = &$crate::value::meta::document_meta::<Self>(
                stringify!($name),
                &[$($crate::value::meta::field_meta::<Self, $keys::$field>(stringify!($field))),*],
            );
        }

        impl $(<$generic: $crate::value::Value>)? $crate::value::Decode for $name $(<$generic>)? {}
    )* };
}

/// Declares the keys and the fields struct of such a document: the accessors below a path to it.
macro_rules! document_paths {
    ($fields:ident of $name:ident in $keys:ident [$($generic:ident: $bound:path)?] {
        $( $(#[$field_doc:meta])* $field:ident $stored:literal: $type:ty, )*
    }) => {
        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_docs, missing_debug_implementations, unreachable_pub)]
        pub mod $keys {
            $(
                pub struct $field;

                impl $crate::path::Key for $field {
                    const HEADER: &'static str = concat!("\0", $stored, "\0");
                    type Layer<A: $crate::path::Context, B, T: $crate::value::Value> = layer::Changed<$field, A, B, T>;
                }
            )*

            mod layer {
                pub struct Changed<K, A, B, T>(A, B, std::marker::PhantomData<fn() -> (K, T)>);

                $(
                    impl<A: $crate::path::Context, B, T: $crate::value::Value> Changed<super::$field, A, B, T> {
                        pub fn $field(&self) -> A::Field<T, super::$field> {
                            self.0.field::<T, super::$field>()
                        }
                    }
                )*

                impl<K, A, B, T> $crate::path::Layer<A, B> for Changed<K, A, B, T> {
                    fn over(at: A, base: B) -> Self {
                        Self(at, base, std::marker::PhantomData)
                    }
                }
                impl<K, A, B, T> std::ops::Deref for Changed<K, A, B, T> {
                    type Target = B;
                    fn deref(&self) -> &B {
                        &self.1
                    }
                }
                impl<K, A, B: $crate::path::IntoBase, T> $crate::path::IntoBase for Changed<K, A, B, T> {
                    type Base = B::Base;
                    fn into_base(self) -> B::Base {
                        self.1.into_base()
                    }
                }
            }
        }

        #[doc = concat!("The fields of a [`", stringify!($name), "`] in the context `A`.")]
        #[allow(missing_debug_implementations)]
        pub struct $fields<$($generic,)? A, B> {
            at: A,
            base: B,
            types: std::marker::PhantomData<fn() -> ($($generic,)?)>,
        }

        impl<$($generic: $bound,)? A: $crate::path::Context, B> $fields<$($generic,)? A, B> {
            $(
                $(#[$field_doc])*
                pub fn $field(&self) -> A::Field<$type, $keys::$field> {
                    self.at.field::<$type, $keys::$field>()
                }
            )*
        }

        impl<$($generic,)? A, B> std::ops::Deref for $fields<$($generic,)? A, B> {
            type Target = B;
            fn deref(&self) -> &B {
                &self.base
            }
        }

        impl<$($generic,)? A, B: $crate::path::IntoBase> $crate::path::IntoBase for $fields<$($generic,)? A, B> {
            type Base = B::Base;
            fn into_base(self) -> B::Base {
                self.base.into_base()
            }
        }
    };
}

/// The associated types and `under` of [`Value`](crate::value::Value) for a document with the fields struct `$fields`.
macro_rules! document_types {
    ($fields:ident [$($generic:ident)?]) => {
        type Fields<A: $crate::path::Context, B> = $fields<$($generic,)? A, B>;
        type Optional = Option<Self>;
        type NonNull = Self;
        type DistinctItem<W: $crate::value::Value> = W;
        type Lift<U: $crate::value::Value> = U;
        type Replaced<D: $crate::value::Doc> = $crate::row::WithFieldType<Self, D>;
        type Added<D: $crate::value::Doc> = $crate::row::With<Self, D>;

        fn under<A: $crate::path::Context, B>(at: A, base: B) -> Self::Fields<A, B> {
            $fields { at, base, types: std::marker::PhantomData }
        }
    };
}

/// The types of the fields of such a document.
macro_rules! document_fields {
    ([] $name:ident $keys:ident $($field:ident: $type:ty,)*) => { $(
        impl $crate::value::HasField<$keys::$field> for $name {
            type Rust = $type;
            type Type = $type;
        }
    )* };
    ([$generic:ident] $name:ident $keys:ident $($field:ident: $type:ty,)*) => { $(
        impl<$generic: $crate::value::Value> $crate::value::HasField<$keys::$field> for $name<$generic> {
            type Rust = $type;
            type Type = $type;
        }
    )* };
}

pub(crate) use {document, document_fields, document_paths, document_types};
