//! Shapes as schemas of OpenAPI: what is said of a request comes from its reader.

use docpal_core::Json;
use docpal_core::shape::{Key, Kind, Named, Shape};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Required};

/// A schema with its name.
type NamedSchema = (String, RefOr<Schema>);

/// The name of the schema of `T`; shapes of requests have one.
pub(super) fn name_of<T: Shape>() -> &'static str {
    match T::kind() {
        Kind::Named(named) => named.name,
        _ => "",
    }
}

/// The schema of `T` itself, not a reference to it.
pub(super) fn schema_of<T: Shape>() -> RefOr<Schema> {
    match T::kind() {
        Kind::Named(named) => of_named(&named).into(),
        kind => schema(&kind),
    }
}

/// Adds the schemas that the one of `T` refers to.
pub(super) fn add_schemas<T: Shape>(schemas: &mut Vec<NamedSchema>) {
    let kind = match T::kind() {
        Kind::Named(named) => (named.kind)(),
        kind => kind,
    };
    add(&kind, schemas);
}

fn add(kind: &Kind, schemas: &mut Vec<NamedSchema>) {
    match kind {
        Kind::Named(named) if schemas.iter().all(|(known, _)| known != named.name) => {
            schemas.push((named.name.to_owned(), of_named(named).into()));
            add(&(named.kind)(), schemas);
        }
        Kind::List(inner) | Kind::Map(inner) => add(inner, schemas),
        Kind::Object(keys) => keys.iter().for_each(|key| add(&key.kind, schemas)),
        Kind::Either(kinds) => kinds.iter().for_each(|kind| add(kind, schemas)),
        _ => {}
    }
}

/// The query parameters of `T`.
pub(super) fn parameters_of<T: Shape>() -> Vec<Parameter> {
    let kind = match T::kind() {
        Kind::Named(named) => (named.kind)(),
        kind => kind,
    };
    let Kind::Object(keys) = kind else { return Vec::new() };
    keys.iter().map(parameter).collect()
}

fn parameter(key: &Key) -> Parameter {
    let required = if key.required { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(key.name)
        .parameter_in(ParameterIn::Query)
        .required(required)
        .description(Some(key.about.clone()))
        .schema(Some(schema(&key.kind)))
        .example(key.example.and_then(example))
        .build()
}

/// A header that a route takes and does not need.
pub(super) fn header(name: &str, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema(&Kind::Text)))
        .build()
}

pub(super) fn of_named(named: &Named) -> Schema {
    let (about, shown) = (Some(named.about.clone()), examples(named.example));
    match schema(&(named.kind)()) {
        RefOr::T(Schema::Object(mut object)) => {
            (object.description, object.examples) = (about.map(Into::into), shown);
            object.into()
        }
        RefOr::T(Schema::OneOf(mut either)) => {
            (either.description, either.examples) = (about.map(Into::into), shown);
            either.into()
        }
        other => OneOfBuilder::new().item(other).description(about).examples(shown).build().into(),
    }
}

/// The schema of a kind: a reference when it has a name.
pub(super) fn schema(kind: &Kind) -> RefOr<Schema> {
    let of = |ty| ObjectBuilder::new().schema_type(ty);
    let text = || of(Type::String);
    match kind {
        Kind::Named(named) => Ref::from_schema_name(named.name).into(),
        Kind::Null => of(Type::Null).into(),
        Kind::Text => text().into(),
        Kind::Id => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into(),
        Kind::Instant => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into(),
        Kind::Words(words) => text().enum_values(Some(words.clone())).into(),
        Kind::Number => of(Type::Number).into(),
        Kind::Whole(from, to) => whole(*from, *to).into(),
        Kind::Flag => of(Type::Boolean).into(),
        Kind::List(item) => ArrayBuilder::new().items(schema(item)).into(),
        Kind::Map(value) => {
            of(Type::Object).additional_properties(Some(AdditionalProperties::RefOr(schema(value)))).into()
        }
        Kind::Object(keys) => object(keys).into(),
        Kind::Either(kinds) => {
            kinds.iter().fold(OneOfBuilder::new(), |either, kind| either.item(schema(kind))).into()
        }
        _ => ObjectBuilder::new().schema_type(SchemaType::AnyValue).into(),
    }
}

/// Bounds that the format has are left to it.
fn whole(from: i64, to: i64) -> ObjectBuilder {
    let bound = |bound: i64, of_format: i64| (bound != of_format).then_some(bound);
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(bound(from, i64::MIN))
        .maximum(bound(to, i64::MAX))
}

fn object(keys: &[Key]) -> ObjectBuilder {
    let builder = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    keys.iter().fold(builder, |object, key| {
        let object = match key.required {
            true => object.required(key.name),
            false => object,
        };
        object.property(key.name, property(key))
    })
}

/// The schema of the value of a key; null stands for an absent one.
fn property(key: &Key) -> RefOr<Schema> {
    let shown = examples(key.example);
    let (least, most) = key.length.unzip();
    // What has none is not empty.
    let least = least.filter(|least| *least > 0);
    let plain = match schema(&key.kind) {
        RefOr::T(Schema::Object(mut object)) => {
            (object.min_length, object.max_length) = (least, most);
            object.schema_type = or_null(object.schema_type, key.required);
            object.description = Some(key.about.clone()).filter(|about| !about.is_empty());
            object.examples = shown;
            return Schema::Object(object).into();
        }
        RefOr::T(Schema::Array(mut array)) => {
            (array.min_items, array.max_items) = (least, most);
            array.schema_type = or_null(array.schema_type, key.required);
            array.description = Some(key.about.clone()).filter(|about| !about.is_empty());
            array.examples = shown;
            return Schema::Array(array).into();
        }
        other => other,
    };
    let null =
        (!key.required && !takes_null(&key.kind)).then(|| ObjectBuilder::new().schema_type(Type::Null));
    let either = OneOfBuilder::new().item(plain).description(Some(key.about.clone())).examples(shown);
    null.into_iter().fold(either, OneOfBuilder::item).into()
}

/// Is null among what a kind has anyway?
fn takes_null(kind: &Kind) -> bool {
    match kind {
        Kind::Named(named) => takes_null(&(named.kind)()),
        Kind::Either(kinds) => kinds.iter().any(takes_null),
        Kind::Any | Kind::Null => true,
        _ => false,
    }
}

fn or_null(ty: SchemaType, required: bool) -> SchemaType {
    match ty {
        SchemaType::Type(ty) if !required => SchemaType::from_iter([ty, Type::Null]),
        ty => ty,
    }
}

fn examples(text: Option<&str>) -> Vec<serde_json::Value> {
    text.and_then(example).into_iter().collect()
}

/// An example that is written as JSON.
fn example(text: &str) -> Option<serde_json::Value> {
    Json::parse(text).ok().and_then(|_| serde_json::from_str(text).ok())
}
