use super::*;
use crate::Error;

shape! {
    /// A party
    /// to give.
    ///
    /// Nobody reads on.
    #[example = r#"{"name": "May"}"#]
    #[derive(Debug, PartialEq)]
    struct Party {
        /// What it is called.
        name: String,
        r#type: Option<Sort>,
        guests: Vec<Guest> = Vec::new(),
        seats: u32 = 4,
    }
}

shape! {
    /// Who comes.
    #[terms = Terms::one("invalid_guest")]
    #[derive(Debug, PartialEq)]
    struct Guest {
        /// Their name.
        name: String,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sort {
    Small,
    Large,
}

crate::words!(Sort: "small" = Sort::Small, "large" = Sort::Large);

fn read(text: &str) -> Result<Party> {
    Party::read(Json::parse(text).unwrap(), &At::BODY)
}

fn refusal(error: &Error) -> (&'static str, &str) {
    (error.fields()[0].code, error.fields()[0].field.as_str())
}

#[test]
fn a_key_that_is_long_is_not_repeated_whole() {
    let json = Json::Object(vec![("x".repeat(1_000_000), Json::Null)]);
    let error = <()>::read(json, &At::BODY).unwrap_err();
    assert_eq!(error.code(), "unknown_key");
    assert!(error.message().len() + error.fields()[0].field.len() < 1_000);
}

#[test]
fn what_is_left_out_or_null_is_absent_or_the_default() {
    let bare = Party { name: "May".to_owned(), r#type: None, guests: Vec::new(), seats: 4 };
    assert_eq!(read(r#"{"name": "May"}"#).unwrap(), bare);
    assert_eq!(read(r#"{"name": "May", "type": null, "guests": null, "seats": null}"#).unwrap(), bare);
    let whole = read(r#"{"seats": 2, "guests": [{"name": "Ada"}], "type": "large", "name": "May"}"#).unwrap();
    assert_eq!((whole.r#type, whole.guests.len(), whole.seats), (Some(Sort::Large), 1, 2));
}

#[test]
fn what_is_wrong_is_refused_with_its_path_in_the_terms_of_its_place() {
    let cases = [
        (r#"[]"#, "wrong_type", ""),
        (r#"{}"#, "required", "name"),
        (r#"{"name": null}"#, "required", "name"),
        (r#"{"name": "a", "nam": 1}"#, "unknown_key", "nam"),
        (r#"{"name": 1}"#, "wrong_type", "name"),
        (r#"{"name": "a\u0000"}"#, "nul_character", "name"),
        (r#"{"name": "a", "type": "tiny"}"#, "invalid_value", "type"),
        (r#"{"name": "a", "type": 1}"#, "wrong_type", "type"),
        (r#"{"name": "a", "seats": -1}"#, "wrong_type", "seats"),
        (r#"{"name": "a", "guests": {}}"#, "wrong_type", "guests"),
        (r#"{"name": "a", "guests": [{"name": "b"}, {"name": 1}]}"#, "invalid_guest", "guests[1].name"),
        (r#"{"name": "a", "guests": [{}]}"#, "invalid_guest", "guests[0]"),
        (r#"{"name": "a", "guests": [1]}"#, "invalid_guest", "guests[0]"),
        (r#"{"name": "a", "guests": [{"nam": "b"}]}"#, "unknown_key", "guests[0].nam"),
    ];
    for (text, code, path) in cases {
        assert_eq!(refusal(&read(text).unwrap_err()), (code, path), "{text}");
    }
    let error = Party::read(Json::parse(r#"{"nam": "a"}"#).unwrap(), &At::PARAMETERS).unwrap_err();
    assert_eq!(refusal(&error), ("unknown_parameter", "nam"));
    assert!(error.message().contains("did you mean `name`?"), "{error}");
    assert_eq!(error.message().matches("name").count(), 2, "{error}");
    let error = read(r#"{"name": 5}"#).unwrap_err();
    assert_eq!(error.message(), "expected a text, got a number");
}

#[test]
fn the_description_says_what_the_reader_takes() {
    let Kind::Named(party) = Party::kind() else { panic!("no name") };
    assert_eq!((party.name, &*party.about), ("Party", "A party to give."));
    assert!(read(party.example.unwrap()).is_ok());
    let Kind::Object(keys) = (party.kind)() else { panic!("no object") };
    let keys: Vec<_> = keys.iter().map(|key| (key.name, key.required)).collect();
    assert_eq!(keys, [("name", true), ("type", false), ("guests", false), ("seats", false)]);
}
