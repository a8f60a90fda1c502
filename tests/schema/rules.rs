//! A row for each rule of `docs/schema-evolution.md`, on schemas written as JSON.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crdt_core::schema::{Rule, Schema, compare};
use serde_json::{Value, json};

/// Which test of the document it is about, if any, two schemas, and what is found in them.
struct Row {
    of: &'static str,
    old: Schema,
    new: Schema,
    found: &'static [(&'static str, Rule)],
}

/// A schema of a struct with these fields; `Name` and `Nested` are structs it may refer to.
fn record(fields: Value) -> Schema {
    let types = json!({
        "Record": { "struct": { "named": fields } },
        "Name": { "struct": { "named": [{ "name": "name", "node": leaf("String") }] } },
        "More": { "struct": { "named": [
            { "name": "name", "node": leaf("String") },
            { "name": "more", "node": "text" },
        ] } },
        "Bare": { "enum": [{ "name": "open", "default": true }, { "name": "done" }] },
        "Wrapper": { "newtype": { "type": "Name" } },
        "Key": { "newtype": leaf("u32") },
    });
    serde_json::from_value(json!({ "root": { "type": "Record" }, "types": types })).unwrap()
}

/// A schema of an enum with these variants.
fn choice(variants: Value) -> Schema {
    let types = json!({ "Choice": { "enum": variants } });
    serde_json::from_value(json!({ "root": { "type": "Choice" }, "types": types })).unwrap()
}

/// A schema that is one node.
fn root(node: Value) -> Schema {
    let types = json!({
        "Name": { "struct": { "named": [{ "name": "name", "node": leaf("String") }] } },
        "More": { "struct": { "named": [
            { "name": "name", "node": leaf("String") },
            { "name": "more", "node": "text" },
        ] } },
        "Bare": { "enum": [{ "name": "open", "default": true }, { "name": "done" }] },
        "Wrapper": { "newtype": { "type": "Name" } },
        "Key": { "newtype": leaf("u32") },
    });
    serde_json::from_value(json!({ "root": node, "types": types })).unwrap()
}

/// A register with the default that `Default` gives.
fn leaf(value: &str) -> Value {
    let default = match value {
        "String" => json!(""),
        "bool" => json!(false),
        optional if optional.starts_with("Option<") => json!(null),
        _ => json!(0),
    };
    json!({ "register": { "value": value, "default": default } })
}

fn leaf_with(value: &str, default: Value) -> Value {
    json!({ "register": { "value": value, "default": default } })
}

fn field(name: &str, node: Value) -> Value {
    json!({ "name": name, "node": node })
}

/// A field that was called `former`.
fn aliased(name: &str, node: Value) -> Value {
    json!({ "name": name, "aliases": ["former"], "node": node })
}

fn row(of: &'static str, old: Schema, new: Schema, found: &'static [(&'static str, Rule)]) -> Row {
    Row { of, old, new, found }
}

/// A schema of a struct without fields, of this name.
fn named(name: &str, aliases: &[&str]) -> Schema {
    let types = json!({ name: { "aliases": aliases, "struct": "unit" } });
    serde_json::from_value(json!({ "root": { "type": name }, "types": types })).unwrap()
}

/// A document that is a list of these.
fn list_of(name: &str, aliases: &[&str]) -> Schema {
    let types = json!({ name: { "aliases": aliases, "struct": "unit" } });
    serde_json::from_value(json!({ "root": { "list": { "type": name } }, "types": types })).unwrap()
}

fn deep(node: Value) -> Value {
    json!({ "list": { "map": { "key": "u8", "value": { "option": node } } } })
}

/// The names of the types of documents.
fn names() -> Vec<Row> {
    vec![
        row(
            "type_renamed_without_alias",
            named("Board", &[]),
            named("Wall", &[]),
            &[("", Rule::TypeRenamedWithoutAlias)],
        ),
        row(
            "type_renamed",
            named("Board", &[]),
            named("Wall", &["Board"]),
            &[("", Rule::TypeRenamed)],
        ),
        row(
            "part_renamed",
            list_of("Board", &[]),
            list_of("Wall", &["Board"]),
            &[("", Rule::TypeRenamed)],
        ),
        row(
            "part_of_another_type",
            list_of("Board", &[]),
            list_of("Wall", &[]),
            &[("", Rule::TypeRenamedWithoutAlias)],
        ),
        row("", named("Board", &["Wall"]), named("Board", &[]), &[("", Rule::AliasRemoved)]),
        row("", named("Board<u8>", &["Wall"]), named("Board<u16>", &["Wall"]), &[]),
    ]
}

/// The same node under a former name and a new one that has it as an alias.
fn renamed(of: &'static str, node: &Value) -> Row {
    let (old, new) = (field("former", node.clone()), aliased("name", node.clone()));
    row(of, record(json!([old])), record(json!([new])), &[("name", Rule::Renamed)])
}

/// Two nodes in one place, which differ both ways.
fn both_ways(
    of: &'static str,
    [one, other]: [Value; 2],
    found: &'static [(&'static str, Rule)],
) -> [Row; 2] {
    [row(of, root(one.clone()), root(other.clone()), found), row(of, root(other), root(one), found)]
}

fn fields() -> Vec<Row> {
    let (a, b) = (|| field("a", leaf("String")), || field("b", json!("text")));
    let name = || json!({ "type": "Name" });
    vec![
        row(
            "field_added",
            record(json!([a()])),
            record(json!([a(), b()])),
            &[("b", Rule::FieldAdded)],
        ),
        row(
            "field_added_in_a_nested_type",
            record(json!([field("a", deep(name()))])),
            record(json!([field("a", deep(json!({ "type": "More" })))])),
            &[("a/<element>/<key>/more", Rule::FieldAdded)],
        ),
        row(
            "field_removed",
            record(json!([a(), b()])),
            record(json!([b()])),
            &[("a", Rule::FieldRemoved)],
        ),
        renamed("register_renamed", &leaf("u8")),
        renamed("counter_renamed", &json!({ "counter": "u8" })),
        renamed("text_renamed", &json!("text")),
        renamed("list_renamed", &json!({ "list": name() })),
        renamed("map_renamed", &json!({ "map": { "key": "u8", "value": name() } })),
        renamed("set_renamed", &json!({ "set": "u8" })),
        renamed("nested_renamed", &json!({ "option": name() })),
        row(
            "field_renamed_without_alias",
            record(json!([b(), field("title", leaf("u8")), field("z", json!("unit"))])),
            record(json!([b(), field("heading", leaf("u8")), field("z", json!("unit"))])),
            &[("heading", Rule::RenamedWithoutAlias)],
        ),
        // Here nothing says that they are the same.
        row(
            "",
            record(json!([a(), b()])),
            record(json!([b(), field("c", leaf("String"))])),
            &[("a", Rule::FieldRemoved), ("c", Rule::FieldAdded)],
        ),
        row(
            "",
            record(json!([a()])),
            record(json!([field("c", leaf("u8"))])),
            &[("a", Rule::FieldRemoved), ("c", Rule::FieldAdded)],
        ),
        row(
            "",
            record(json!([aliased("a", leaf("u8"))])),
            record(json!([field("a", leaf("u8"))])),
            &[("a", Rule::AliasRemoved)],
        ),
        row(
            "",
            record(json!([field("former", leaf("u8")), field("a", leaf("u8"))])),
            record(json!([aliased("a", leaf("u8"))])),
            &[("former", Rule::Joined)],
        ),
        row(
            "",
            record(json!([a()])),
            record(json!([{ "name": "a", "key": true, "docs": "New.", "node": leaf("String") }])),
            &[("a", Rule::KeyMark)],
        ),
    ]
}

fn registers() -> Vec<Row> {
    let mut rows = vec![
        row(
            "default_changed",
            root(leaf("u8")),
            root(leaf_with("u8", json!(3))),
            &[("", Rule::DefaultChanged)],
        ),
        row(
            "fields_within_a_register",
            root(leaf_with("app::Point", json!({ "x": 0 }))),
            root(leaf_with("app::shapes::Point", json!({ "x": 0 }))),
            &[],
        ),
        // One that cannot be written is not known to differ.
        row("", root(json!({ "register": { "value": "u8" } })), root(leaf("u8")), &[]),
    ];
    let pairs = [
        (["u8", "i128"], Rule::IntegerType),
        (["String", "u32"], Rule::RegisterType),
        (["f32", "f64"], Rule::RegisterType),
        (["String", "app::Name"], Rule::RegisterType),
        (["u8", "Option<String>"], Rule::RegisterType),
    ];
    for ([one, other], rule) in pairs {
        let without = |value| json!({ "register": { "value": value } });
        let (of, found): (_, &[_]) = match rule {
            Rule::IntegerType => ("integer_of_another_width", &[("", Rule::IntegerType)]),
            _ => ("register_of_another_type", &[("", Rule::RegisterType)]),
        };
        rows.extend(both_ways(of, [without(one), without(other)], found));
    }
    for (leaf_type, optional) in [("String", "Option<String>"), ("u8", "Option<u8>")] {
        let found = &[("", Rule::LeafMadeOptional)];
        rows.extend(both_ways("leaf_made_optional", [leaf(leaf_type), leaf(optional)], found));
    }
    rows.extend(both_ways(
        "",
        [leaf("u8"), leaf("Option<u64>")],
        &[("", Rule::IntegerType), ("", Rule::LeafMadeOptional)],
    ));
    rows.extend(both_ways(
        "",
        [leaf_with("u8", json!(3)), leaf("Option<u8>")],
        &[("", Rule::LeafMadeOptional), ("", Rule::DefaultChanged)],
    ));
    rows
}

fn nodes() -> Vec<Row> {
    let (name, more) = (|| json!({ "type": "Name" }), || json!({ "type": "More" }));
    let list = |node: Value| json!({ "list": node });
    let map = |key: &str, node: Value| json!({ "map": { "key": key, "value": node } });
    let mut rows = vec![
        row(
            "newtype_wrapped",
            record(json!([field("id", leaf("u32")), field("a", name()), field("b", name())])),
            record(json!([
                field("id", json!({ "type": "Key" })),
                field("a", json!({ "box": name() })),
                field("b", json!({ "type": "Wrapper" })),
            ])),
            &[],
        ),
        row(
            "container_of_another_library_type",
            Schema::of::<BTreeMap<String, Vec<BTreeSet<u8>>>>(),
            Schema::of::<HashMap<String, VecDeque<HashSet<u8>>>>(),
            &[],
        ),
        row(
            "field_added_in_a_nested_type",
            record(json!([field("a", list(name()))])),
            record(json!([field("a", list(more()))])),
            &[("a/<element>/more", Rule::FieldAdded)],
        ),
    ];
    let kinds = [
        [leaf("String"), name()],
        [json!("text"), leaf("String")],
        [list(leaf("u32")), map("String", leaf("u32"))],
        [json!({ "counter": "u8" }), leaf("u8")],
        [name(), json!({ "option": name() })],
        [list(json!("json")), json!("json")],
        [json!({ "custom": "own" }), json!({ "custom": "other" })],
        [leaf("Option<String>"), json!({ "type": "Bare" })],
    ];
    for kind in kinds {
        rows.extend(both_ways("node_of_another_kind", kind, &[("", Rule::NodeKind)]));
    }
    // In a field, since documents have the name of the type that they are.
    let [named, bare] =
        [name(), json!({ "type": "Bare" })].map(|node| record(json!([field("a", list(node))])));
    rows.push(row("node_of_another_kind", named, bare, &[("a/<element>", Rule::NodeKind)]));
    rows.extend(both_ways(
        "elements_of_another_type",
        [list(leaf("String")), list(name())],
        &[("<element>", Rule::NodeKind)],
    ));
    let entries = [map("u8", leaf("String")), map("u8", leaf("bool"))];
    rows.extend(both_ways("elements_of_another_type", entries, &[("<key>", Rule::RegisterType)]));
    let keys = [map("u8", name()), map("u64", name())];
    rows.extend(both_ways("map_key_of_another_type", keys, &[("", Rule::IntegerType)]));
    let keys = [map("u8", name()), map("String", name())];
    rows.extend(both_ways("", keys, &[("", Rule::KeyType)]));
    let sets = [json!({ "set": "u8" }), json!({ "set": "bool" })];
    rows.extend(both_ways("", sets, &[("", Rule::KeyType)]));
    let counters = [json!({ "counter": "u8" }), json!({ "counter": "i64" })];
    rows.extend(both_ways("", counters, &[("", Rule::CounterType)]));
    let set = json!({ "set": "u8" });
    rows.push(row("", root(set.clone()), root(map("u8", name())), &[("<key>", Rule::FieldAdded)]));
    rows.push(row(
        "",
        root(map("u8", name())),
        root(set.clone()),
        &[("<key>", Rule::FieldRemoved)],
    ));
    rows.push(row("", root(set), root(map("u8", json!("unit"))), &[]));
    rows.push(row(
        "",
        root(json!("unit")),
        root(json!({ "type": "Bare" })),
        &[("", Rule::FieldAdded)],
    ));
    rows
}

fn variants() -> Vec<Row> {
    let standard = |name: &str| json!({ "name": name, "default": true });
    let bare = |name: &str| json!({ "name": name });
    let other = |name: &str| json!({ "name": name, "other": true });
    let holding = |name: &str, node: Value| json!({ "name": name, "payload": node });
    let by = || json!({ "struct": { "named": [field("by", leaf("String"))] } });
    let (open, done) = (|| standard("open"), || bare("done"));
    vec![
        row(
            "variant_added",
            choice(json!([open()])),
            choice(json!([open(), done()])),
            &[("done", Rule::VariantAdded)],
        ),
        row(
            "variant_added_beside_other",
            choice(json!([open(), other("x")])),
            choice(json!([open(), done(), other("x")])),
            &[("done", Rule::VariantAddedBesideOther)],
        ),
        row(
            "variant_removed_beside_other",
            choice(json!([open(), done(), other("x")])),
            choice(json!([open(), other("x")])),
            &[("done", Rule::VariantRemoved)],
        ),
        row(
            "variant_removed",
            choice(json!([open(), done()])),
            choice(json!([open()])),
            &[("done", Rule::VariantRemovedWithoutOther)],
        ),
        row(
            "variant_renamed",
            choice(json!([open(), bare("former")])),
            choice(json!([open(), { "name": "done", "aliases": ["former"] }])),
            &[("done", Rule::Renamed)],
        ),
        row(
            "",
            choice(json!([open(), done()])),
            choice(json!([open(), bare("over")])),
            &[("over", Rule::RenamedWithoutAlias)],
        ),
        row(
            "",
            choice(json!([open(), { "name": "done", "aliases": ["former"] }])),
            choice(json!([open(), done()])),
            &[("done", Rule::AliasRemoved)],
        ),
        row(
            "",
            choice(json!([open(), bare("former"), done()])),
            choice(json!([open(), { "name": "done", "aliases": ["former"] }])),
            &[("former", Rule::Joined)],
        ),
        row(
            "variant_given_a_payload",
            choice(json!([open(), done()])),
            choice(json!([open(), holding("done", by())])),
            &[("done", Rule::PayloadAdded)],
        ),
        row(
            "",
            choice(json!([open(), holding("done", by())])),
            choice(json!([open(), done()])),
            &[("done", Rule::PayloadRemoved)],
        ),
        row(
            "",
            choice(json!([open(), holding("done", by())])),
            choice(json!([open(), holding("done", leaf("String"))])),
            &[("done", Rule::NodeKind)],
        ),
        row(
            "default_variant_changed",
            choice(json!([open(), done()])),
            choice(json!([bare("open"), standard("done")])),
            &[("", Rule::DefaultVariantChanged)],
        ),
        row(
            "",
            choice(json!([open()])),
            choice(json!([open(), other("x")])),
            &[("", Rule::OtherMarked)],
        ),
        row(
            "",
            choice(json!([open(), other("x")])),
            choice(json!([open()])),
            &[("", Rule::OtherRemoved)],
        ),
        row(
            "string_to_enum",
            root(leaf("String")),
            root(json!({ "type": "Bare" })),
            &[("", Rule::StringToEnum)],
        ),
        row(
            "",
            root(json!({ "type": "Bare" })),
            root(leaf_with("String", json!("done"))),
            &[("", Rule::StringToEnum), ("", Rule::DefaultChanged)],
        ),
        row(
            "",
            root(leaf_with("String", json!("open"))),
            root(json!({ "type": "Bare" })),
            &[("", Rule::StringToEnum)],
        ),
    ]
}

fn rows() -> impl Iterator<Item = Row> {
    [names(), fields(), registers(), nodes(), variants()].into_iter().flatten()
}

#[test]
fn each_difference_falls_under_its_rule() {
    for Row { of, old, new, found } in rows() {
        let comparison = compare(&old, &new);
        let is: Vec<_> = comparison.iter().map(|is| (is.path.as_str(), is.rule)).collect();
        assert_eq!(is, found, "{of}: {old:?}\nand {new:?}\n{comparison}");
        // Nothing can be said against an alias more.
        let is_silent = found.is_empty() || found.iter().all(|(_, is)| *is == Rule::AliasRemoved);
        let back = compare(&new, &old);
        assert_eq!(back.is_empty(), is_silent, "{of}, the other way round: {back}");
    }
}

/// The rows of the document that are about what differs, with whether it is safe by the section
/// they are in.
fn documented() -> BTreeMap<&'static str, bool> {
    let page = include_str!("../../docs/schema-evolution.md");
    let (_, tables) = page.split_once("## What is safe").unwrap();
    let (tables, _) = tables.split_once("What the old app does to").unwrap();
    let (safe, not_safe) = tables.split_once("## What is not").unwrap();
    let tests = |table: &'static str| {
        let rows = table.lines().filter(|line| line.starts_with("| ") && line.ends_with("` |"));
        rows.filter_map(|row| row.rsplit('`').nth(1))
    };
    let safe = tests(safe).map(|test| (test, true));
    safe.chain(tests(not_safe).map(|test| (test, false))).collect()
}

#[test]
fn every_row_of_the_document_is_here_and_is_as_safe_as_it_says() {
    let documented = documented();
    assert!(documented.len() > 25);
    let mut seen = BTreeSet::new();
    for Row { of, old, new, .. } in rows().filter(|row| !row.of.is_empty()) {
        let is_safe = *documented.get(of).unwrap_or_else(|| panic!("{of} is not documented"));
        // What is within a register is not in a schema.
        let is_told = of != "fields_within_a_register";
        assert_eq!(compare(&old, &new).is_safe(), is_safe || !is_told, "{of}");
        seen.insert(of);
    }
    assert_eq!(seen, documented.into_keys().collect());
}

/// Every rule is met, and its documentation says whether it is safe.
#[test]
fn every_rule_is_met() {
    let met: BTreeSet<Rule> =
        rows().flat_map(|row| row.found.iter().map(|(_, rule)| *rule)).collect();
    let source = include_str!("../../crdt-core/src/schema/compare/rule.rs");
    let (_, list) = source.split_once("\nrules! {\n").unwrap();
    let names = list.lines().filter_map(|line| line.trim().strip_suffix("SAFE,"));
    let names: Vec<_> =
        names.filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    let docs = list.lines().filter_map(|line| line.strip_prefix("    /// "));
    let docs: Vec<_> = docs.map(|doc| !doc.ends_with("Not safe.")).collect();
    assert_eq!(names.len(), docs.len());
    let declared: BTreeMap<_, _> = names.into_iter().zip(docs).collect();
    let is: BTreeMap<_, _> = met.iter().map(|rule| (format!("{rule:?}"), rule.is_safe())).collect();
    let is: BTreeMap<_, _> = is.iter().map(|(name, is_safe)| (name.as_str(), *is_safe)).collect();
    assert_eq!(is, declared);
    let reasons: BTreeSet<_> = met.iter().map(|rule| rule.why()).collect();
    assert_eq!(reasons.len(), met.len(), "each has a reason of its own");
}

#[test]
fn what_is_found_is_printed_for_people() {
    let (old, new) = (record(json!([field("a", leaf("String"))])), record(json!([])));
    let comparison = compare(&old, &new);
    assert_eq!(
        comparison.to_string(),
        "safe: a: the field was removed: what was written there stays in the document and comes \
         back with it; never use the name for something else"
    );
    let kinds = compare(&root(json!("text")), &root(json!({ "list": "unit" })));
    assert!(kinds.to_string().starts_with("not safe: the root: a text became a list: there are"));
    assert_eq!(compare(&old, &old).to_string(), "no differences");
    let json = serde_json::to_value(&comparison).unwrap();
    let expected =
        json!([{ "path": "a", "what": "the field was removed", "rule": "field_removed" }]);
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<crdt_core::schema::Comparison>(json).unwrap(), comparison);
}

/// Types that contain themselves and each other come to an end, and are told once.
#[test]
fn recursive_types_are_compared_once() {
    let tree = |more: bool| -> Schema {
        let mut fields = vec![
            field("left", json!({ "option": { "box": { "type": "Tree" } } })),
            field("right", json!({ "list": { "type": "Tree" } })),
        ];
        fields.extend(more.then(|| field("more", json!("text"))));
        let types = json!({ "Tree": { "struct": { "named": fields } } });
        serde_json::from_value(json!({ "root": { "type": "Tree" }, "types": types })).unwrap()
    };
    let comparison = compare(&tree(false), &tree(true));
    let found: Vec<_> = comparison.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(found, ["more"]);
}

/// What the document shows is in the example, which runs.
#[test]
fn the_recipe_is_in_the_example() {
    let page = include_str!("../../docs/schema-evolution.md");
    let example = include_str!("../../examples/schema_file.rs");
    let (_, recipe) = page.split_once("## A test that says so").unwrap();
    let (recipe, _) = recipe.split_once("## Recipes").unwrap();
    let lines =
        |text: &str| -> Vec<String> { text.lines().map(|line| line.trim().into()).collect() };
    let example = lines(example);
    let blocks: Vec<_> = recipe.split("```rust\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let block = lines(block.split("```").next().unwrap());
        assert!(example.windows(block.len()).any(|window| window == block), "{block:?}");
    }
}
