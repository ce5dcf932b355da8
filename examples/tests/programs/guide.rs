//! Checks the README and the guide: their code is that of the examples, and their output is what the examples print.
//!
//! A chapter `guide/NAME.md` describes the program `examples/src/bin/NAME.rs`. Its `rs` blocks occur in the program,
//! except for their indentation; those of `testing` also in its tests. Its `text` blocks together are the complete
//! output of the program. Its `console` blocks are messages of rustc, which occur in the cases of `tests/ui`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

use std::{fs, path::Path, process::Command};

use odm_test::Server;

use crate::lint;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Programs that answer requests until they are stopped. They have tests of their own.
const SERVICES: [&str; 1] = ["shop"];

/// A Markdown file and the program that it describes.
struct Chapter {
    file: String,
    program: String,
    text: String,
}

impl Chapter {
    fn read(file: &str, program: &str) -> Self {
        let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        Self { file: file.to_owned(), program: program.to_owned(), text }
    }

    /// Returns the blocks of one language, in order.
    fn blocks(&self, language: &str) -> Vec<&str> {
        self.text
            .split("\n```")
            .filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'))
            .collect()
    }

    /// Returns the program, or all files of a program that has several. The chapter on testing also shows the tests of its
    /// program.
    fn source(&self) -> String {
        let programs = Path::new(ROOT).join("examples/src/bin");
        let folder = programs.join(&self.program);
        if self.program == "testing" {
            let tests =
                fs::read_to_string(Path::new(ROOT).join("examples/tests/programs/testing.rs")).unwrap();
            return sources(&folder) + &tests;
        }
        if folder.is_dir() {
            return sources(&folder);
        }
        let path = programs.join(format!("{}.rs", self.program));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {}: {error}", self.file, path.display()))
    }

    /// Runs the program on this server and returns its output.
    fn run(&self, server: &Server) -> String {
        let mut program =
            Command::new(Path::new(env!("CARGO_BIN_EXE_quickstart")).with_file_name(&self.program));
        program.env("ODM_MONGODB_SOURCE", "uri").env("ODM_MONGODB_URI", server.uri());
        program.envs(lint::environment(&self.program));
        let run = program.output().unwrap();
        assert!(run.status.success(), "{}: {}", self.program, String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    }
}

fn readme() -> Chapter {
    Chapter::read("README.md", "quickstart")
}

/// Returns the chapters of the guide.
fn guide() -> Vec<Chapter> {
    let files = fs::read_dir(Path::new(ROOT).join("guide")).unwrap();
    let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let names = names.iter().filter_map(|name| name.strip_suffix(".md")).filter(|name| *name != "README");
    names.map(|name| Chapter::read(&format!("guide/{name}.md"), name)).collect()
}

/// Returns the text of all files below the folder.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.push_str(&if path.is_dir() { sources(&path) } else { fs::read_to_string(&path).unwrap() });
    }
    all
}

/// Returns the block with each line indented by this number of steps.
fn indented(block: &str, steps: usize) -> String {
    let indent = |line: &str| {
        if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(4 * steps)) }
    };
    block.lines().map(indent).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_block_of_code_occurs_in_its_program() {
    for chapter in guide().into_iter().chain([readme()]) {
        let (source, blocks) = (chapter.source(), chapter.blocks("rs"));
        assert!(!blocks.is_empty(), "{} shows no code of its program", chapter.file);
        for block in blocks {
            let occurs = (0..4).any(|steps| source.contains(&indented(block, steps)));
            assert!(occurs, "{}: this is not in {}.rs:\n{block}", chapter.file, chapter.program);
        }
    }
}

/// Runs every program twice on the same server: the second output must be the same as the first.
#[odm_test::test]
async fn every_output_is_what_the_program_prints(server: Server) {
    for chapter in
        guide().into_iter().chain([readme()]).filter(|chapter| !SERVICES.contains(&&*chapter.program))
    {
        let outputs = chapter.blocks("text").join("\n");
        assert!(!outputs.is_empty(), "{} shows no output", chapter.file);
        for _ in 0..2 {
            assert_eq!(chapter.run(&server).trim_end(), outputs, "{}", chapter.file);
        }
        let left = server.client().await.unwrap().list_database_names().await.unwrap();
        let prefix = format!("{}-", chapter.program);
        assert!(!left.iter().any(|name| name.starts_with(&prefix)), "{left:?}");
    }
}

#[test]
fn the_readme_has_one_program_with_one_output_and_names_two_commands() {
    let readme = readme();
    assert_eq!((readme.blocks("rs").len(), readme.blocks("text").len()), (1, 1));
    assert_eq!(readme.blocks("sh"), ["cargo run -p examples --bin quickstart", "cargo test --workspace"]);
}

/// Returns the recorded messages of rustc.
fn messages(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&messages(&path));
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    all
}

#[test]
fn every_message_is_one_that_rustc_gives() {
    let recorded = messages(&Path::new(ROOT).join("tests/ui/cases"));
    for chapter in guide() {
        for message in chapter.blocks("console") {
            assert!(
                recorded.contains(message),
                "{}: this is in no case of `tests/ui`:\n{message}",
                chapter.file
            );
        }
    }
}

/// `rust` blocks of a chapter would not be compiled, so they are not allowed.
#[test]
fn a_chapter_has_no_code_but_its_programs_and_is_in_the_index() {
    let index = fs::read_to_string(Path::new(ROOT).join("guide/README.md")).unwrap();
    for chapter in guide() {
        assert!(!chapter.text.contains("\n```rust"), "{}: mark its code `rs`", chapter.file);
        let command = format!("cargo run -p examples --bin {}", chapter.program);
        assert_eq!(chapter.blocks("sh"), [command], "{} shows how to run its program, once", chapter.file);
        let link = format!("]({}.md)", chapter.program);
        assert!(index.contains(&link), "guide/README.md has no link to {}", chapter.file);
    }
}
