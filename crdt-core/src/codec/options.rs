//! Whether CBOR can say a value at all.
//!
//! serde has `Some(x)` written as x, and nothing as null. A `Some` that holds what is written as
//! null would be read back as `None`, so it is refused where a value is encoded.

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::value::EncodeError;

/// Refuses a value in which a `Some` holds nothing. O(size of the value); of a leaf nothing is
/// looked at.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), EncodeError> {
    value.serialize(Looking).map(|_| ())
}

/// What a value is written as.
#[derive(PartialEq)]
enum Written {
    Null,
    Other,
}

/// Takes values and writes nothing.
struct Looking;

type Looked = Result<Written, EncodeError>;

macro_rules! others {
    ($($method:ident($($type:ty),*);)*) => {$(
        fn $method(self, $(_: $type),*) -> Looked {
            Ok(Written::Other)
        }
    )*};
}

impl Serializer for Looking {
    type Ok = Written;
    type Error = EncodeError;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    others! {
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
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_none(self) -> Looked {
        Ok(Written::Null)
    }

    fn serialize_unit(self) -> Looked {
        Ok(Written::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Looked {
        Ok(Written::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Looked {
        match value.serialize(Self)? {
            Written::Null => Err(EncodeError::custom(
                "a `Some` in it holds `None` or a unit, which would be read back as `None`; \
                 write an enum with a variant for each case instead",
            )),
            Written::Other => Ok(Written::Other),
        }
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Looked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Looked {
        value.serialize(self).map(|_| Written::Other)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, EncodeError> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, EncodeError> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, EncodeError> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, EncodeError> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, EncodeError> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, EncodeError> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, EncodeError> {
        Ok(self)
    }
}

macro_rules! parts {
    ($($trait:ident: $($method:ident($($name:ty)?)),*;)*) => {$(
        impl $trait for Looking {
            type Ok = Written;
            type Error = EncodeError;
            $(
                fn $method<T: Serialize + ?Sized>(
                    &mut self,
                    $(_: $name,)?
                    part: &T,
                ) -> Result<(), EncodeError> {
                    check(part)
                }
            )*

            fn end(self) -> Looked {
                Ok(Written::Other)
            }
        }
    )*};
}

parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}
