//! `cargo xtask public-api`: the public items of `odm`, as rustdoc lists them.
//!
//! The source is the output of rustdoc: `all.html` lists every documented item, and the page of an item lists its
//! methods. Neither contains `#[doc(hidden)]` items, so the list contains exactly the items that users may use.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The file that contains the list, relative to the root of the workspace.
const SNAPSHOT: &str = "odm/public-api.txt";

/// What to do with the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Prints it.
    Print,
    /// Writes it to the snapshot.
    Write,
    /// Compares it with the snapshot, and fails if they differ.
    Check,
}

/// Lists the public items.
pub(crate) fn list(mode: Mode) -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    document(&root)?;
    let items = items(&target.join("doc").join("odm"))?;
    let mut text = items.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    text.push('\n');
    let snapshot = root.join(SNAPSHOT);
    match mode {
        Mode::Print => print!("{text}"),
        Mode::Write => fs::write(&snapshot, text)?,
        Mode::Check => compare(&fs::read_to_string(&snapshot)?, &items)?,
    }
    eprintln!("public-api: {} items", items.len());
    Ok(())
}

/// Generates the documentation of `odm` with all its features.
fn document(root: &Path) -> Outcome<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["doc", "--quiet", "--workspace", "--all-features", "--no-deps"]);
    // The command of `.ci/run`, which says why `--examples` is there.
    cargo.args(["--lib", "--bins", "--examples"]);
    if cargo.stdin(Stdio::null()).status()?.success() { Ok(()) } else { Err("cargo doc failed".into()) }
}

/// Returns every item with its kind and path, and its methods: `struct Filter`, `method Filter::all`.
fn items(folder: &Path) -> Outcome<BTreeSet<String>> {
    let index = fs::read_to_string(folder.join("all.html"))?;
    let mut items = BTreeSet::new();
    for link in index.split("<li><a href=\"").skip(1) {
        let Some((page, _)) = link.split_once('"') else { continue };
        let (module, file) = page.rsplit_once('/').unwrap_or(("", page));
        let Some((kind, name)) = file.trim_end_matches(".html").split_once('.') else { continue };
        let path = match module {
            "" => name.to_owned(),
            module => format!("{}::{name}", module.replace('/', "::")),
        };
        items.insert(format!("{kind} {path}"));
        let text = fs::read_to_string(folder.join(page))?;
        items.extend(members(&text).map(|(kind, member)| format!("{kind} {path}::{member}")));
    }
    if items.is_empty() {
        return Err(format!("{} lists no items: has rustdoc changed its pages?", folder.display()).into());
    }
    Ok(items)
}

/// Returns the methods, variants, associated types and associated constants on the page of an item, without the
/// members of trait implementations.
fn members(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("<section id=\"").skip(1).filter_map(|section| {
        let (id, rest) = section.split_once('"')?;
        let class = rest.split_once("class=\"")?.1.split_once('"')?.0;
        let (kind, name) = id.split_once('.')?;
        let kind = match kind {
            "method" | "tymethod" => "method",
            "variant" | "associatedtype" | "associatedconstant" => kind,
            _ => return None,
        };
        // A second method of the same name has a number after it: `method.get-1`.
        let name = name.split_once('-').map_or(name, |(name, _)| name);
        (!class.contains("trait-impl")).then_some((kind, name))
    })
}

fn compare(snapshot: &str, items: &BTreeSet<String>) -> Outcome<()> {
    let recorded: BTreeSet<String> = snapshot.lines().map(str::to_owned).collect();
    let differences: Vec<String> = items
        .difference(&recorded)
        .map(|item| format!("+ {item}"))
        .chain(recorded.difference(items).map(|item| format!("- {item}")))
        .collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the public items differ from {SNAPSHOT}:\n{}\nIf that is intended, run `cargo xtask public-api --write`",
        differences.join("\n")
    )
    .into())
}
