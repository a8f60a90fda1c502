//! A document as a plain value: no editors, only `update`.
//!
//! Run it with `cargo run --release --example plain_values`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Recipe {
    name: String,
    #[crdt(text)]
    method: String,
    #[crdt(counter)]
    cooked: u32,
    ingredients: Vec<Ingredient>,
    ratings: BTreeMap<String, u8>,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Ingredient {
    // By the key an update finds an element again, wherever it has got to in the list.
    #[crdt(key)]
    name: String,
    grams: u32,
}

fn ingredient(name: &str, grams: u32) -> Ingredient {
    Ingredient { name: name.into(), grams }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut ann = Document::<Recipe>::create(Keypair::generate()?)?;
    // The closure gets the struct itself. What differs afterwards becomes one change.
    ann.update(|recipe| {
        recipe.name = "Bread".into();
        recipe.method = "Mix and bake.".into();
        recipe.ingredients = vec![ingredient("flour", 500), ingredient("water", 350)];
    })?;

    let mut ben = ann.fork(Keypair::generate()?)?;
    ann.update(|recipe| {
        recipe.method = recipe.method.replace("Mix", "Mix, rest");
        recipe.ingredients.insert(0, ingredient("salt", 10));
        recipe.ingredients[1].grams = 450;
        recipe.cooked += 1;
    })?;
    ben.update(|recipe| {
        recipe.method.push_str(" Let cool.");
        recipe.ingredients[1].grams = 375;
        recipe.cooked += 2;
        recipe.ratings.insert("Ben".into(), 5);
    })?;

    // An update writes only what differs, so nobody's edits are overwritten by the others'.
    ann.merge(&mut ben)?;
    assert_eq!(ann.value(), ben.value());
    let recipe = ann.value();
    assert_eq!(recipe.method, "Mix, rest and bake. Let cool.");
    assert_eq!(recipe.cooked, 3);
    assert_eq!(
        recipe.ingredients,
        [ingredient("salt", 10), ingredient("flour", 450), ingredient("water", 375)]
    );
    println!("{recipe:#?}");

    // If nothing differs, there is no change.
    let heads = ann.heads();
    ann.update(|recipe| recipe.name = "Bread".into())?;
    assert_eq!(ann.heads(), heads);

    // An app that keeps the value, in a form say, gives it back whole. It may be stale: then what
    // differs is taken for an edit. Keep the update short, or edit the value that the closure gets.
    let mut form = ann.value();
    form.ratings.insert("Ann".into(), 4);
    ann.update(|recipe| *recipe = form)?;
    assert_eq!(ann.read().ratings.len(), 2);
    Ok(())
}
