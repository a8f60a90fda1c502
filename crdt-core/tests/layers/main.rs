//! The files of the crate import each other as `ARCHITECTURE.md` says: down only, and within the
//! history without a circle.
//!
//! The tables there are read, and the imports and paths of all sources but those of tests. Where
//! the sources or the tables are not, as in a published package, there is nothing to check.

mod graph;
mod imports;
mod map;
mod sources;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use graph::Graph;
use sources::Source;
use table::Table;

/// What is above all layers: the public names, what expansions of the derive are written against,
/// and what only tests have.
const ABOVE: [&str; 4] = ["", "expansion", "steps", "tour"];

/// The sources and the text of the architecture, if they are here.
fn repository() -> Option<(Vec<Source>, String)> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(package.parent()?.join("ARCHITECTURE.md")).ok()?;
    let sources = sources::read(&package.join("src")).ok()?;
    Some((sources, text))
}

/// The first name of a module below another one.
fn part<'a>(module: &'a str, within: &str) -> Option<&'a str> {
    let rest = module.strip_prefix(within)?;
    rest.split("::").next().filter(|part| !part.is_empty())
}

#[test]
fn layers_import_downward() {
    let Some((sources, text)) = repository() else { return };
    let table = Table::below(&text, "## Layers");
    table.assert_descending();
    let graph = Graph::of(&sources);
    let modules = sources.iter().filter(|source| !ABOVE.contains(&&*source.module));
    for layer in modules.filter_map(|source| part(&source.module, "")) {
        assert!(table.has(layer), "`{layer}` is not in the table of layers");
    }
    for (from, to) in graph.arrows().filter(|(from, _)| !ABOVE.contains(from)) {
        let (Some(above), Some(below)) = (part(from, ""), part(to, "")) else {
            panic!("`{from}` imports `{to}`, which is above all layers");
        };
        assert!(
            table.allows(above, below),
            "`{from}` imports `{to}`, which the table of layers does not allow",
        );
    }
}

#[test]
fn floors_of_the_history_import_downward() {
    let Some((sources, text)) = repository() else { return };
    let table = Table::below(&text, "### Floors of the history");
    table.assert_descending();
    let within = "history::";
    for floor in sources.iter().filter_map(|source| part(&source.module, within)) {
        assert!(table.has(floor), "`{floor}` is not in the table of floors");
    }
    let graph = Graph::of(&sources);
    for (from, to) in graph.arrows() {
        let Some(above) = part(from, within) else { continue };
        assert_ne!(to, "history", "`{from}` imports from above all floors");
        if let Some(below) = part(to, within) {
            assert!(
                table.allows(above, below),
                "`{from}` imports `{to}`, which the table of floors does not allow",
            );
        }
    }
}

#[test]
fn no_files_of_the_history_form_a_circle() {
    let Some((sources, _)) = repository() else { return };
    let graph = Graph::of(&sources);
    let circles = graph.circles();
    let of_history = circles.iter().filter(|circle| {
        circle.iter().any(|module| *module == "history" || module.starts_with("history::"))
    });
    assert_eq!(of_history.collect::<Vec<_>>(), Vec::<&BTreeSet<&str>>::new());
}

#[test]
fn names_of_files_of_the_history_are_found_once() {
    let Some((sources, _)) = repository() else { return };
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Source { module, .. } in &sources {
        let name = module.rsplit("::").next().unwrap_or_default();
        named.entry(name).or_default().push(module);
    }
    for (name, modules) in named {
        let of_history = modules.iter().any(|module| module.starts_with("history::"));
        assert!(!of_history || modules.len() == 1, "`{name}` is a name of {modules:?}");
    }
}

/// Of every package that the map has a table for, tests left out.
#[test]
fn the_code_map_names_every_file() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some((_, text)) = repository() else { return };
    let (_, section) = text.split_once("## Code map").expect("there is one");
    let (section, _) = section.split_once("\n## ").expect("it ends");
    let tables = map::tables(section);
    for of in ["crdt-core", "crdt-store", "crdt-derive"] {
        assert!(tables.iter().any(|(package, _)| *package == of), "{of} has no table");
    }
    for (of, table) in tables {
        let root = package.parent().expect("a workspace").join(of).join("src");
        let named = map::named(table);
        for name in &named {
            assert!(root.join(name).exists(), "{of} has no `{name}`, which the code map names");
        }
        for file in sources::files(&root).expect("the sources can be read") {
            assert!(map::covers(&named, &file), "`{file}` of {of} is not in the code map");
        }
    }
}

/// What the others rely on: circles are found where there are any, and only there.
#[test]
fn circles_are_found() {
    let circles = |sources: &[(&str, &str)]| {
        let sources: Vec<Source> =
            sources.iter().map(|(module, text)| Source::new(module, text)).collect();
        let graph = Graph::of(&sources);
        let circles = graph.circles().into_iter();
        circles.map(|circle| circle.into_iter().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    // By an import, by a path, and through a module that only passes a name on.
    let three = [
        ("a", "mod inner; pub(crate) use inner::Thing;"),
        ("a::inner", "use crate::b::{self, Other as Another};"),
        ("b", "pub struct Other; fn f() { super::c::g::<'x'>() }"),
        ("c", "use crate::a::Thing;"),
    ];
    assert_eq!(circles(&three), ["a::inner b c"]);
    // Without the last import there is none.
    let mut line = three;
    line[3].1 =
        "// use crate::a::Thing;\n/* crate::a::Thing */ const A: &str = \"crate::a::Thing\";";
    assert_eq!(circles(&line), [""; 0]);
    // Nor by what only tests import.
    line[3].1 = "#[cfg(test)]\nmod tests { use crate::a::Thing; fn f() {} }\n\
        #[cfg(test)]\nuse crate::a::{Thing};\nfn f<'a>(g: &'a str) -> impl Fn() + use<'a> {}";
    assert_eq!(circles(&line), [""; 0]);
}
