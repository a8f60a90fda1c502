//! Which file depends on which.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Import, named_in};
use crate::sources::Source;

/// Of each module the modules that it depends on. A name that a module only passes on is a name of
/// the module that it comes from.
pub(crate) struct Graph {
    pub(crate) below: BTreeMap<String, BTreeSet<String>>,
}

/// Of each module what it imports.
type Imports = BTreeMap<String, Vec<Import>>;

impl Graph {
    pub(crate) fn of(sources: &[Source]) -> Self {
        let named = sources.iter().map(|source| (source.module.clone(), named_in(&source.code)));
        let (mut imports, mut paths) = (Imports::new(), Vec::new());
        for (module, (imported, within)) in named {
            let own = imported.iter().filter(|import| !import.is_passed_on);
            let all = own.map(|import| import.path.clone()).chain(within);
            paths.push((module.clone(), all.collect::<Vec<_>>()));
            imports.insert(module, imported);
        }
        let mut below = BTreeMap::new();
        for (module, paths) in paths {
            let found = paths.iter().filter_map(|path| resolve(&imports, &module, path, 0));
            let found = found.filter(|other| *other != module).collect();
            below.insert(module, found);
        }
        Self { below }
    }

    /// All dependencies, each from a module to another.
    pub(crate) fn arrows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.below.iter().flat_map(|(from, below)| below.iter().map(|to| (&**from, &**to)))
    }

    /// The modules that depend on themselves through others, in groups that do so together.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.below.keys().map(|module| (&**module, self.reached_from(module))).collect();
        let mut circles: Vec<BTreeSet<&str>> = Vec::new();
        for (module, below) in &reached {
            if !below.contains(module) || circles.iter().any(|circle| circle.contains(module)) {
                continue;
            }
            let returns = |other: &&&str| reached[**other].contains(module);
            circles.push(below.iter().filter(returns).copied().collect());
        }
        circles
    }

    fn reached_from<'a>(&'a self, module: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = vec![module];
        while let Some(module) = open.pop() {
            let below = self.below.get(module).into_iter().flatten();
            open.extend(below.map(|other| &**other).filter(|other| reached.insert(*other)));
        }
        reached
    }
}

/// The module that a path in another one leads to; `None` if that is not of this crate.
fn resolve(imports: &Imports, module: &str, path: &[String], depth: usize) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let mut here = match first.as_str() {
        "crate" => String::new(),
        "self" => module.to_owned(),
        "super" => parent(module).to_owned(),
        name => step(imports, module, name, depth)?,
    };
    for name in rest {
        here = match name.as_str() {
            "super" => parent(&here).to_owned(),
            name => match step(imports, &here, name, depth) {
                Some(further) => further,
                None => break,
            },
        };
    }
    Some(here)
}

/// Where a name in a module leads to: a module in it, or where it has the name from.
fn step(imports: &Imports, module: &str, name: &str, depth: usize) -> Option<String> {
    let within = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
    if imports.contains_key(&within) {
        return Some(within);
    }
    // No name is passed on more often; what is called as its crate would lead back to itself.
    if depth > 8 {
        return None;
    }
    let imported = imports.get(module)?;
    if let Some(import) = imported.iter().find(|import| import.name == name) {
        return resolve(imports, module, &import.path, depth + 1);
    }
    let all = imported.iter().filter(|import| import.name == "*");
    all.filter_map(|import| resolve(imports, module, &import.path, depth + 1))
        .find_map(|from| step(imports, &from, name, depth + 1))
}

fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(parent, _)| parent)
}
