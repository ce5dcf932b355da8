//! Generates the types of `tests/differ`. They are the same in every build, unless `ODM_DIFFER_SEED` specifies
//! another seed.

#![allow(clippy::similar_names, clippy::format_push_string)] // source is appended to source

#[path = "build/enums.rs"]
mod enums;
#[path = "build/fields.rs"]
mod fields;
#[path = "build/random.rs"]
mod random;
#[path = "build/ruled.rs"]
mod ruled;
#[path = "build/structs.rs"]
mod structs;
#[path = "build/types.rs"]
mod types;
#[path = "build/values.rs"]
mod values;

use std::{env, error::Error, fs, path::Path};

const SEED: u64 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-env-changed=ODM_DIFFER_SEED");
    let seed = env::var("ODM_DIFFER_SEED").map_or(Ok(SEED), |seed| seed.parse())?;
    let out = env::var_os("OUT_DIR").ok_or("`OUT_DIR` is not set")?;
    fs::write(Path::new(&out).join("differ.rs"), types::write(seed))?;
    fs::write(Path::new(&out).join("ruled.rs"), ruled::write(seed))?;
    Ok(())
}
