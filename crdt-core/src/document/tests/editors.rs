//! What editors give of what they read and write.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{create, key};
use crate::document::Document;
use crate::node::{EditError, Json, Text};

/// A cursor is looked up while the text is edited.
#[test]
fn an_editor_of_a_text_reads_all_that_a_view_does() {
    let mut text = create::<Text>();
    text.change(|text| text.push_str("größe")).expect("it fits");
    let cursor = text.read().id_at(2).expect("it is a character");
    let found = text.change(|text| {
        text.insert(0, "die ")?;
        assert_eq!((text.id_at(0), text.id_at(6)), (None, Some(cursor)));
        assert_eq!(text.value(), "die größe");
        assert_eq!(text.chars().take(4).collect::<String>(), "die ");
        assert_eq!(text.chunks().collect::<String>(), "die größe");
        Ok(text.position_of(cursor))
    });
    assert_eq!(found, Ok(Some(6)));
}

#[test]
fn what_is_in_a_json_is_named_and_given_back_too() {
    let mut json = create::<Json>();
    let (entry, first, second) = json
        .change(|json| {
            json.set("", serde_json::json!({ "list": [] }))?;
            let entry = json.insert("/title", "plan")?;
            let second = json.push("/list", serde_json::json!({ "b": [2] }))?;
            let first = json.insert("/list/0", "a")?;
            Ok((entry, first.expect("it is an element"), second))
        })
        .expect("the edits are possible");
    assert_eq!(entry, None, "an entry has a key");
    let list = json.read().get("/list").and_then(|list| list.as_array()).expect("an array");
    let position = |new| list.position_of(json.element_id(new)?);
    assert_eq!([first, second].map(position), [Some(0), Some(1)]);
    let removed = json.change(|json| {
        let removed = [json.remove("/list/1/b")?, json.remove("/list/0")?, json.remove("/title")?];
        Ok((removed, json.remove("")?))
    });
    let (removed, rest) = removed.expect("all of it is there");
    assert_eq!(
        removed.map(|Json(value)| value),
        [serde_json::json!([2]), serde_json::json!("a"), serde_json::json!("plan")]
    );
    assert_eq!(rest.0, serde_json::json!({ "list": [{}] }));
    assert!(json.value().0.is_null());
}

#[test]
fn keys_may_be_lent_wherever_they_are_given() {
    let mut map = create::<BTreeMap<String, u8>>();
    map.change(|map| map.extend([("a", 1), ("b", 2)])).expect("it fits");
    map.change(|map| map.extend([("c".to_owned(), 3)])).expect("it fits");
    assert_eq!(map.read().len(), 3);
    let mut set = Document::<BTreeSet<String>>::join(map.id(), key(2));
    set.change(|set| set.extend(["a", "b"])).expect("it fits");
    assert_eq!(set.read().len(), 2);
}

#[test]
fn elements_are_edited_if_they_are_there() {
    let mut list = create::<Vec<u8>>();
    list.change(|list| {
        list.extend([1, 2])?;
        if let Some(mut second) = list.get_mut(1)? {
            second.set(3)?;
        }
        assert!(list.get_mut(2)?.is_none());
        Ok(())
    })
    .expect("the edits are possible");
    assert_eq!(list.value(), [1, 3]);
}

#[test]
fn an_editor_of_a_register_reads_as_its_value() {
    let mut map = create::<BTreeMap<String, String>>();
    let note = "milk".to_owned();
    map.change(|map| {
        let mut editor = map.entry(&note)?;
        editor.set(&note)?;
        assert!(editor == "milk" && editor > String::new() && !editor.is_empty());
        assert_eq!(
            (editor.to_string(), editor.value(), editor.len()),
            (note.clone(), note.clone(), 4)
        );
        assert_eq!(editor.view(), "milk");
        map.insert(Box::<str>::from("more"), String::new())?;
        map.entry(Cow::Borrowed("more"))?.set(Cow::Borrowed("eggs"))
    })
    .expect("it fits");
    assert_eq!(
        map.read(),
        BTreeMap::from([("milk".to_owned(), "milk"), ("more".to_owned(), "eggs")])
    );
}

/// What is the same on both sides is not written, so that what others write there stays.
#[test]
fn whole_lists_maps_and_sets_are_set_by_what_differs() {
    let mut words = create::<Vec<String>>();
    words.change(|words| words.set(["a", "b"].map(String::from))).expect("it fits");
    let heads = words.heads();
    words.change(|words| words.set(words.value())).expect("it fits");
    assert_eq!(words.heads(), heads, "nothing differs");
    assert_eq!(words.read(), ["a", "b"]);
    assert_eq!(words.read(), words.fork(key(2)).expect("another key").read());
    assert!(words.read() != vec!["a"] && words.read() != ["b", "a"]);

    let mut sizes = create::<BTreeMap<String, u8>>();
    sizes.change(|sizes| sizes.set([("a", 1), ("b", 2)])).expect("it fits");
    sizes.change(|sizes| sizes.set([("b", 2), ("c", 3)])).expect("it fits");
    let expected = BTreeMap::from([("b".to_owned(), 2), ("c".to_owned(), 3)]);
    assert_eq!(sizes.read(), expected);
    assert_eq!(sizes.read(), HashMap::<_, _>::from_iter(expected));

    let mut tags = create::<BTreeSet<String>>();
    assert_eq!(tags.read(), BTreeSet::new());
    tags.change(|tags| {
        tags.set(["x", "y"])?;
        tags.set(["y", "z"])?;
        assert_eq!((tags.first().map(String::as_str), tags.value().len()), (Some("y"), 2));
        Ok(())
    })
    .expect("it fits");
    assert_eq!(tags.read(), BTreeSet::from(["y", "z"].map(String::from)));
}

#[test]
fn new_elements_are_edited_in_the_change_that_made_them() {
    let mut words = create::<Vec<String>>();
    let first = words.change(|words| {
        let first = words.push("a".to_owned())?;
        words.insert(0, "b".to_owned())?;
        words.at_new(first)?.set("second")?;
        words.first_mut()?.expect("there are two").set("first")?;
        words.last_mut()?.expect("there are two").modify(|word| word.push('!'))?;
        assert!(words.contains("first") && !words.contains("b"));
        Ok(first)
    });
    let first = first.expect("the edits are possible");
    assert_eq!(words.read(), ["first", "second!"]);
    assert!(words.read().contains("second!"));
    let later = words.change(|words| words.at_new(first)?.set("lost"));
    assert_eq!(later, Err(EditError::NotNew), "it has an id by now");
    let removed = words.change(|words| {
        let new = words.push("c".to_owned())?;
        words.pop()?;
        words.at_new(new).map(|_| ())
    });
    assert_eq!(removed, Err(EditError::NotNew));
    let failed = words.change(|words| {
        assert_eq!(words.first_mut()?.map(|word| word.len()), Some(5));
        words.clear()?;
        assert!(words.first_mut()?.is_none() && words.last_mut()?.is_none());
        Ok(())
    });
    assert_eq!(failed, Ok(()));
}
