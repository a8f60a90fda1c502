//! Plain values that the derive takes apart, part by part, for whoever wants to see all of them.

use serde::ser::{
    Error as _, SerializeStruct, SerializeStructVariant, SerializeTupleStruct,
    SerializeTupleVariant,
};
use serde::{Serialize, Serializer};

use super::ValueOf;
use crate::node::{CrdtNode, Field, Fingerprint};
use crate::schema::builder::DerivedFields;

/// Is shown a plain value: first what it is, then the values of its fields.
pub trait ValueVisitor {
    /// It is a struct.
    fn record(&mut self, name: &'static str, fields: DerivedFields);

    /// It is a variant of an enum. Without a table of fields it has one, which is written for
    /// itself.
    fn variant(&mut self, name: &'static str, variant: Variant, fields: Option<DerivedFields>);

    /// The value of the next field.
    fn part<N: CrdtNode>(&mut self, value: &N::Value);

    /// It is not shown.
    fn unknown(&mut self);
}

/// Shows the value of the next field.
pub fn show_field<N: CrdtNode, V: ValueVisitor>(visitor: &mut V, value: &N::Value) {
    visitor.part::<N>(value);
}

/// A variant: its place and its name.
type Variant = (u32, &'static str);

impl ValueVisitor for Fingerprint {
    fn record(&mut self, _: &'static str, _: DerivedFields) {}

    fn variant(&mut self, _: &'static str, (place, _): Variant, _: Option<DerivedFields>) {
        self.number(place as usize);
    }

    fn part<N: CrdtNode>(&mut self, value: &N::Value) {
        N::fingerprint(value, self);
    }

    fn unknown(&mut self) {
        self.unknown();
    }
}

/// Writes what a value shows of itself as serde's derive would.
///
/// # Errors
/// Those of the serializer.
pub(in crate::node) fn serialize_visited<N: CrdtNode, S: Serializer>(
    value: &N::Value,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut writer = Writer { written: Written::Ready(serializer), fields: [].iter() };
    N::visit_value(value, &mut writer);
    writer.written.end()
}

/// Writes a value.
struct Writer<S: Serializer> {
    written: Written<S>,
    /// The fields that come.
    fields: core::slice::Iter<'static, Field>,
}

/// How far a value has been written.
enum Written<S: Serializer> {
    Ready(S),
    Struct(S::SerializeStruct),
    Tuple(S::SerializeTupleStruct),
    /// The one part of a variant is still to come.
    Newtype(S, &'static str, Variant),
    StructVariant(S::SerializeStructVariant),
    TupleVariant(S::SerializeTupleVariant),
    /// It has ended, or failed.
    Ended(Result<S::Ok, S::Error>),
    /// There is nothing to write.
    Unshown,
}

impl<S: Serializer> Written<S> {
    fn begin(&mut self, begin: impl FnOnce(S) -> Result<Self, S::Error>) {
        if let Self::Ready(serializer) = core::mem::replace(self, Self::Unshown) {
            *self = begin(serializer).unwrap_or_else(|error| Self::Ended(Err(error)));
        }
    }

    fn part(&mut self, name: &'static str, value: &impl Serialize) {
        let written = match self {
            Self::Struct(parts) => parts.serialize_field(name, value),
            Self::Tuple(parts) => parts.serialize_field(value),
            Self::StructVariant(parts) => parts.serialize_field(name, value),
            Self::TupleVariant(parts) => parts.serialize_field(value),
            Self::Newtype(..) => return self.part_for_itself(value),
            Self::Ready(_) | Self::Ended(_) | Self::Unshown => Ok(()),
        };
        if let Err(error) = written {
            *self = Self::Ended(Err(error));
        }
    }

    fn part_for_itself(&mut self, value: &impl Serialize) {
        if let Self::Newtype(serializer, name, (place, variant)) =
            core::mem::replace(self, Self::Unshown)
        {
            let written = serializer.serialize_newtype_variant(name, place, variant, value);
            *self = Self::Ended(written);
        }
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        match self {
            Self::Struct(parts) => parts.end(),
            Self::Tuple(parts) => parts.end(),
            Self::StructVariant(parts) => parts.end(),
            Self::TupleVariant(parts) => parts.end(),
            Self::Ended(written) => written,
            Self::Ready(_) | Self::Newtype(..) | Self::Unshown => {
                Err(S::Error::custom("the type does not show its values"))
            }
        }
    }
}

impl<S: Serializer> ValueVisitor for Writer<S> {
    fn record(&mut self, name: &'static str, fields: DerivedFields) {
        self.fields = fields.all().iter();
        let count = self.fields.len();
        self.written.begin(|serializer| match fields {
            DerivedFields::Named(_) => {
                serializer.serialize_struct(name, count).map(Written::Struct)
            }
            DerivedFields::Tuple(_) => {
                serializer.serialize_tuple_struct(name, count).map(Written::Tuple)
            }
            DerivedFields::Unit => Ok(Written::Ended(serializer.serialize_unit_struct(name))),
        });
    }

    fn variant(&mut self, name: &'static str, variant: Variant, fields: Option<DerivedFields>) {
        let (place, wire_name) = variant;
        self.fields = fields.as_ref().map_or(&[][..], DerivedFields::all).iter();
        let count = self.fields.len();
        self.written.begin(|serializer| match fields {
            Some(DerivedFields::Named(_)) => serializer
                .serialize_struct_variant(name, place, wire_name, count)
                .map(Written::StructVariant),
            Some(DerivedFields::Tuple(_)) => serializer
                .serialize_tuple_variant(name, place, wire_name, count)
                .map(Written::TupleVariant),
            Some(DerivedFields::Unit) => {
                Ok(Written::Ended(serializer.serialize_unit_variant(name, place, wire_name)))
            }
            None => Ok(Written::Newtype(serializer, name, variant)),
        });
    }

    fn part<N: CrdtNode>(&mut self, value: &N::Value) {
        let name = self.fields.next().map_or("", |field| field.name);
        self.written.part(name, &ValueOf::<N>(value));
    }

    fn unknown(&mut self) {
        self.written = Written::Unshown;
    }
}
