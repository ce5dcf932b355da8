//! The modules of `odm` form layers: a file imports only from its own layer and lower ones, and modules do not import
//! each other in a circle.
//!
//! The layers are the comments between the `mod` lines of `odm/src/lib.rs`.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Item, UseTree,
    visit::{self, Visit},
};

const LIB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../odm/src/lib.rs");

/// The modules of the crate with their layers, and the names that the root re-exports with their modules.
struct Layers {
    layers: BTreeMap<String, u8>,
    exports: BTreeMap<String, String>,
}

impl Layers {
    fn read() -> Self {
        let text = fs::read_to_string(LIB).unwrap();
        let mut layers = BTreeMap::new();
        let mut layer = None;
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("// ") {
                layer = comment.split(' ').next().and_then(|number| number.parse().ok()).or(layer);
            }
            let module = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "));
            if let (Some(module), Some(layer)) = (module.and_then(|it| it.strip_suffix(';')), layer)
                && !module.starts_with("__")
            {
                layers.insert(module.to_owned(), layer);
            }
        }
        let mut exports = BTreeMap::new();
        for item in syn::parse_file(&text).unwrap().items {
            if let Item::Use(item) = item {
                for path in flatten(&item.tree) {
                    if let [module, .., name] = path.as_slice()
                        && layers.contains_key(module)
                    {
                        exports.insert(name.clone(), module.clone());
                    }
                }
            }
        }
        Self { layers, exports }
    }

    /// Returns the module of a name below `crate::`.
    fn module_of<'n>(&'n self, name: &'n str) -> &'n str {
        self.exports.get(name).map_or(name, String::as_str)
    }

    fn layer_of(&self, name: &str) -> Option<u8> {
        self.layers.get(self.module_of(name)).copied()
    }
}

/// Returns every path of a `use` tree.
fn flatten(tree: &UseTree) -> Vec<Vec<String>> {
    match tree {
        UseTree::Path(path) => flatten(&path.tree)
            .into_iter()
            .map(|mut rest| {
                rest.insert(0, path.ident.to_string());
                rest
            })
            .collect(),
        UseTree::Group(group) => group.items.iter().flat_map(flatten).collect(),
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Rename(rename) => vec![vec![rename.ident.to_string()]],
        UseTree::Glob(_) => vec![vec!["*".to_owned()]],
    }
}

/// The names that follow `crate::` in a file.
#[derive(Default)]
struct Imports(Vec<String>);

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for path in flatten(&item.tree) {
            if let [root, name, ..] = path.as_slice()
                && root == "crate"
            {
                self.0.push(name.clone());
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (Some(root), Some(name)) = (path.segments.first(), path.segments.get(1))
            && root.ident == "crate"
        {
            self.0.push(name.ident.to_string());
        }
        visit::visit_path(self, path);
    }

    /// The input of a macro is a token stream, in which `crate ::` occurs as in other code.
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let tokens = mac.tokens.to_string();
        let after = tokens.split("crate ::").skip(1);
        self.0.extend(after.map(|rest| {
            rest.trim_start()
                .split(|it: char| !it.is_alphanumeric() && it != '_')
                .next()
                .unwrap_or_default()
                .to_owned()
        }));
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The pairs of modules that may import each other, with the reason in `ARCHITECTURE.md`.
const KNOWN_CIRCLES: [(&str, &str); 2] = [("collection", "database"), ("path", "value")];

/// Returns what each file of the crate imports from the crate: its path, its module, and the names.
fn imports(layers: &Layers) -> Vec<(PathBuf, String, Vec<String>)> {
    let src = Path::new(LIB).parent().unwrap();
    let mut files = Vec::new();
    sources(src, &mut files);
    let mut found = Vec::new();
    for file in files {
        let relative = file.strip_prefix(src).unwrap().to_owned();
        let module = relative.components().next().unwrap().as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs").to_owned();
        // `private.rs` re-exports names of all layers for generated code.
        if module == "lib" || module == "private" {
            continue;
        }
        assert!(layers.layer_of(&module).is_some(), "`{module}` is in no layer of lib.rs");
        let mut imports = Imports::default();
        imports.visit_file(&syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap());
        // Removes macros and imports of the root itself.
        imports.0.retain(|name| !name.starts_with("__") && !name.is_empty());
        found.push((relative, module, imports.0));
    }
    found
}

#[test]
fn no_file_imports_from_a_higher_layer() {
    let layers = Layers::read();
    let mut checked = 0;
    let mut upward = Vec::new();
    for (file, module, names) in imports(&layers) {
        let own = layers.layer_of(&module).unwrap();
        for name in names {
            checked += 1;
            let Some(layer) = layers.layer_of(&name) else {
                panic!("{}: `crate::{name}` is in no layer of lib.rs", file.display())
            };
            if layer > own {
                upward
                    .push(format!("{} (layer {own}) imports crate::{name} (layer {layer})", file.display()));
            }
        }
    }
    assert!(upward.is_empty(), "upward imports:\n{}", upward.join("\n"));
    assert!(checked > 100, "only {checked} imports were seen: does this test still read the sources?");
}

/// The imports between modules: of each module, the modules that it imports, each with a file that does.
type Graph = BTreeMap<String, BTreeMap<String, PathBuf>>;

fn graph(imports: Vec<(PathBuf, String, Vec<String>)>, module_of: impl Fn(&str) -> String) -> Graph {
    let mut graph = Graph::new();
    for (file, module, names) in imports {
        // Tests may use everything.
        if file.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests")) {
            continue;
        }
        for name in names.iter().map(|name| module_of(name)).filter(|name| *name != module) {
            graph.entry(module.clone()).or_default().insert(name, file.clone());
        }
    }
    graph
}

/// Returns a circle of modules that import each other, if there is one, with the file of each import.
fn circle(graph: &Graph) -> Option<String> {
    /// Follows the imports of a module. `way` are the modules that led to it, with their files.
    fn follow(
        graph: &Graph,
        module: &str,
        way: &mut Vec<(String, PathBuf)>,
        done: &mut BTreeSet<String>,
    ) -> bool {
        if done.contains(module) {
            return false;
        }
        for (next, file) in graph.get(module).into_iter().flatten() {
            way.push((module.to_owned(), file.clone()));
            if let Some(start) = way.iter().position(|(earlier, _)| earlier == next) {
                way.drain(..start);
                return true;
            }
            if follow(graph, next, way, done) {
                return true;
            }
            way.pop();
        }
        done.insert(module.to_owned());
        false
    }
    let (mut way, mut done) = (Vec::new(), BTreeSet::new());
    let found = graph.keys().any(|module| follow(graph, module, &mut way, &mut done));
    found.then(|| {
        let steps: Vec<_> =
            way.iter().map(|(module, file)| format!("{module} ({})", file.display())).collect();
        steps.join(" -> ")
    })
}

#[test]
fn modules_do_not_import_each_other_in_a_circle() {
    let layers = Layers::read();
    let mut graph = graph(imports(&layers), |name| layers.module_of(name).to_owned());
    for (one, other) in KNOWN_CIRCLES {
        let there = graph.get_mut(one).and_then(|names| names.remove(other));
        let back = graph.get_mut(other).and_then(|names| names.remove(one));
        assert!(there.is_some() && back.is_some(), "{one} and {other} no longer import each other");
    }
    assert_eq!(circle(&graph), None);
}

#[test]
fn modules_of_the_derive_do_not_import_each_other_in_a_circle() {
    let src = Path::new(LIB).parent().unwrap().join("../../odm-derive/src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let imports: Vec<_> = files
        .into_iter()
        .map(|file| {
            let mut imports = Imports::default();
            imports.visit_file(&syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap());
            let file = file.strip_prefix(&src).unwrap().to_owned();
            let module = file.components().next().unwrap().as_os_str().to_string_lossy();
            let module = module.trim_end_matches(".rs").to_owned();
            (file, module, imports.0)
        })
        .filter(|(_, module, _)| module != "lib")
        .collect();
    assert!(imports.len() > 50, "only {} files were seen", imports.len());
    assert_eq!(circle(&graph(imports, str::to_owned)), None);
}

#[test]
fn a_circle_is_found() {
    let graph = |pairs: &[(&str, &str)]| {
        let imports = pairs.iter().map(|(module, name)| {
            (PathBuf::from(format!("{module}.rs")), (*module).to_owned(), vec![(*name).to_owned()])
        });
        graph(imports.collect(), str::to_owned)
    };
    assert_eq!(circle(&graph(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
    let found = circle(&graph(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]));
    assert_eq!(found.as_deref(), Some("b (b.rs) -> c (c.rs) -> d (d.rs)"));
}

#[test]
fn there_are_five_layers() {
    let layers: BTreeSet<u8> = Layers::read().layers.into_values().collect();
    assert!(layers.into_iter().eq(0..5));
}
