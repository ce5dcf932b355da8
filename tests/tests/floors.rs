//! The house stays honest: a file of `odm` names only its own floor and lower ones.
//!
//! The floors are the comments between the `mod` lines of `odm/src/lib.rs`.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Item, UseTree,
    visit::{self, Visit},
};

const LIB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../odm/src/lib.rs");

/// Modules of the crate with their floors, and the names the root re-exports with their modules.
struct House {
    floors: BTreeMap<String, u8>,
    exports: BTreeMap<String, String>,
}

impl House {
    fn read() -> Self {
        let text = fs::read_to_string(LIB).unwrap();
        let mut floors = BTreeMap::new();
        let mut floor = None;
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("// ") {
                floor = comment.split(' ').next().and_then(|number| number.parse().ok()).or(floor);
            }
            let module = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "));
            if let (Some(module), Some(floor)) = (module.and_then(|it| it.strip_suffix(';')), floor)
                && !module.starts_with("__")
            {
                floors.insert(module.to_owned(), floor);
            }
        }
        let mut exports = BTreeMap::new();
        for item in syn::parse_file(&text).unwrap().items {
            if let Item::Use(item) = item {
                for path in flatten(&item.tree) {
                    if let [module, .., name] = path.as_slice()
                        && floors.contains_key(module)
                    {
                        exports.insert(name.clone(), module.clone());
                    }
                }
            }
        }
        Self { floors, exports }
    }

    fn floor_of(&self, name: &str) -> Option<u8> {
        let module = self.exports.get(name).map_or(name, String::as_str);
        self.floors.get(module).copied()
    }
}

/// Every path that a `use` tree spells.
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

/// What follows `crate::` wherever a file says it.
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

    /// What a macro says is tokens; `crate ::` stands in them as it does in code, and in no text.
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

#[test]
fn no_file_imports_from_a_higher_floor() {
    let house = House::read();
    let src = Path::new(LIB).parent().unwrap();
    let mut files = Vec::new();
    sources(src, &mut files);

    let mut checked = 0;
    let mut upward = Vec::new();
    for file in files {
        let relative = file.strip_prefix(src).unwrap();
        let module = relative.components().next().unwrap().as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs");
        // `private.rs` is the door for generated code and looks into every room.
        if module == "lib" || module == "private" {
            continue;
        }
        let own = house.floor_of(module).unwrap_or_else(|| panic!("`{module}` stands on no floor of lib.rs"));
        let mut imports = Imports::default();
        imports.visit_file(&syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap());
        for name in imports.0 {
            checked += 1;
            // A module of macros, or a name of the crate's own root.
            if name.starts_with("__") || name.is_empty() {
                continue;
            }
            let Some(floor) = house.floor_of(&name) else {
                panic!("{}: `crate::{name}` is on no floor of lib.rs", relative.display())
            };
            if floor > own {
                upward.push(format!(
                    "{} (floor {own}) names crate::{name} (floor {floor})",
                    relative.display()
                ));
            }
        }
    }
    assert!(upward.is_empty(), "upward imports:\n{}", upward.join("\n"));
    assert!(checked > 100, "only {checked} imports were seen: does this test still read the sources?");
}

#[test]
fn the_house_has_five_floors() {
    let house = House::read();
    let floors: Vec<u8> = {
        let mut floors: Vec<u8> = house.floors.values().copied().collect();
        floors.sort_unstable();
        floors.dedup();
        floors
    };
    assert_eq!(floors, [0, 1, 2, 3, 4]);
}
