//! Measures how deep a value nests. `bson`'s serde recurses without a bound, with stack frames of the user's types
//! between its own, so the stack space must be reserved beforehand.

use std::{cell::Cell, fmt};

use serde::{Serialize, Serializer, ser};

use super::SerdeWith;
use crate::{
    error::codec::{CodecError, CodecResult},
    stack::{self, MAX_DEPTH},
    value::writer::too_deep,
};

/// The number of newtypes and options, which add no level, that take no more stack space than one level.
const WRAPS_OF_A_LEVEL: u16 = 4;

/// The maximum number of newtypes and options inside each other. The limit on levels does not bound a chain of them.
const MAX_WRAPS: u16 = 10 * MAX_DEPTH;

/// Returns how many levels of stack space the value takes: one for each level of documents and arrays, and one for
/// every [`WRAPS_OF_A_LEVEL`] newtypes and options. Refuses more than [`MAX_DEPTH`] levels, including the `around`
/// levels around the value.
pub(super) fn levels<S: SerdeWith<T>, T>(value: &T, around: u16) -> CodecResult<u16> {
    let (deepest, most_wraps) = (Cell::new(around), Cell::new(0));
    let measure = Measure { level: around, wraps: 0, deepest: &deepest, most_wraps: &most_wraps };
    match S::serialize(value, measure) {
        Err(Stop::TooDeep) => Err(too_deep()),
        Err(Stop::Wrapped) => Err(wrapped()),
        // serde refuses the value again when it is written, with its own message.
        Ok(()) | Err(Stop::Refused) => Ok(deepest.get() - around + most_wraps.get() / WRAPS_OF_A_LEVEL),
    }
}

#[cold]
fn wrapped() -> CodecError {
    CodecError::new(format!("at most {MAX_WRAPS} newtypes and options inside each other"), "more")
}

#[derive(Debug)]
enum Stop {
    TooDeep,
    Wrapped,
    Refused,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value was not measured")
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Refused
    }
}

/// A serializer that writes nothing and counts levels.
#[derive(Clone, Copy)]
struct Measure<'a> {
    level: u16,
    wraps: u16,
    deepest: &'a Cell<u16>,
    most_wraps: &'a Cell<u16>,
}

impl Measure<'_> {
    fn below(self, levels: u16) -> Result<Self, Stop> {
        let level = self.level + levels;
        if level > MAX_DEPTH {
            return Err(Stop::TooDeep);
        }
        self.deepest.set(self.deepest.get().max(level));
        Ok(Self { level, ..self })
    }

    fn inside(self) -> Result<Self, Stop> {
        let wraps = self.wraps + 1;
        if wraps > MAX_WRAPS {
            return Err(Stop::Wrapped);
        }
        self.most_wraps.set(self.most_wraps.get().max(wraps));
        Ok(Self { wraps, ..self })
    }

    fn measure<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        stack::with_space::<(), _>(self.level + self.wraps / WRAPS_OF_A_LEVEL, || value.serialize(self))
    }
}

macro_rules! flat {
    ($($method:ident($($type:ty),*);)*) => { $(
        fn $method(self, $(_: $type),*) -> Result<(), Stop> {
            Ok(())
        }
    )* };
}

macro_rules! nested {
    ($($method:ident($($type:ty),*) -> $levels:literal;)*) => { $(
        fn $method(self, $(_: $type),*) -> Result<Self, Stop> {
            self.below($levels)
        }
    )* };
}

impl Serializer for Measure<'_> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    flat! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    nested! {
        serialize_seq(Option<usize>) -> 1;
        serialize_tuple(usize) -> 1;
        serialize_tuple_struct(&'static str, usize) -> 1;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> 2;
        serialize_map(Option<usize>) -> 1;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> 2;
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self, Stop> {
        // `bson` serializes its own scalars as structs with such a name.
        if name.starts_with('$') { Ok(self) } else { self.below(1) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        self.inside()?.measure(value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Stop> {
        self.inside()?.measure(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.below(1)?.measure(value)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! compounds {
    ($($compound:ident: $method:ident($($key:ty)?);)*) => { $(
        impl ser::$compound for Measure<'_> {
            type Ok = ();
            type Error = Stop;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Result<(), Stop> {
                self.measure(value)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        }
    )* };
}

compounds! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

impl ser::SerializeMap for Measure<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.measure(value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}
