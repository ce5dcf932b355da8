//! An application outside of this workspace. It depends only on `odm`, `serde` and `tokio`, and may rename `odm`.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The ten lines of `main`. `NAME` is the name of `odm`.
const PROGRAM: &str = r#"
use NAME::{Database, Embedded, Filter, Id, Model, Shape, Value, models, pipeline::count};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, Model)]
#[odm(collection = "users")]
struct User {
    id: Id<User>,
    #[odm(index(unique), validate(email))]
    email: String,
    role: Role,
    address: Option<Address>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, Value)]
enum Role {
    Admin,
    Guest,
}

#[derive(Debug, Serialize, Deserialize, Embedded)]
struct Address {
    city: String,
}

#[derive(Debug, Shape)]
struct ByRole {
    #[odm(id)]
    role: Role,
    users: i64,
}

#[tokio::main]
async fn main() -> NAME::Result<()> {
    let db = Database::connect("mongodb://localhost:27017/app").await?;
    db.schema(models![User]).plan().await?.apply().await?;
    let users = db.collection::<User>();
    let u = User::fields();
    users.insert_one(&User { id: Id::new(), email: "a@b.c".into(), role: Role::Admin, address: None }).await?;
    users.update_many(Filter::all(), u.role().set(Role::Guest)).await?;
    let found: Vec<User> = users.find(u.address().city().eq("Oslo")).await?.try_collect().await?;
    let rows: Vec<ByRole> =
        users.aggregate().group(|u| ByRoleOf { role: u.role(), users: count() }).await?.try_collect().await?;
    println!("{found:?} {rows:?}");
    Ok(())
}
"#;

fn application(folder: &Path, name: &str, dependency: &str, calls_it: &str) {
    let folder = folder.join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), PROGRAM.replace("NAME", calls_it)).unwrap();
}

#[test]
fn an_application_needs_no_other_dependency_and_may_rename_this_one() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("outside");
    let odm = Path::new(ROOT).join("odm").canonicalize().unwrap();
    let path = odm.display();
    application(&folder, "plain", &format!("odm = {{ path = {:?} }}", path.to_string()), "odm");
    application(
        &folder,
        "renamed",
        &format!("store = {{ package = \"odm\", path = {:?} }}", path.to_string()),
        "store",
    );
    fs::write(
        folder.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"plain\", \"renamed\"]\n",
    )
    .unwrap();
    // The same versions as in this workspace, so that new releases do not change the result.
    fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    // `outside_target` in `xtask` is the same target folder.
    let check = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--workspace"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
