//! The folder for downloaded files: below the target folder of the build, else in the user's cache folder.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use fs4::{FileExt, TryLockError};

use crate::error::{Error, OrError};
use crate::log::log;

/// Returns the folder for downloaded files. Creates it if it is missing.
pub(crate) fn folder() -> Result<PathBuf, Error> {
    let folder = target_folder().or_else(user_cache).unwrap_or_else(env::temp_dir).join("odm-test");
    fs::create_dir_all(&folder).or_error(format_args!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// Locks the file `name` in `folder` until the returned file is dropped or this process ends.
pub(crate) fn lock(folder: &Path, name: &str, waiting_for: &str) -> Result<File, Error> {
    let path = folder.join(name);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .or_error(format_args!("cannot open {}", path.display()))?;
    match FileExt::try_lock(&file) {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => log(format_args!("waiting for another process: {waiting_for}")),
        Err(TryLockError::Error(_)) => {}
    }
    FileExt::lock(&file).or_error(format_args!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// Returns the target folder of this build. The executable of a test or an example is below it. The executable of a
/// doctest is in a temporary folder, so its target folder is found from its package.
fn target_folder() -> Option<PathBuf> {
    let of_executable = || {
        let executable = env::current_exe().ok()?;
        executable.ancestors().skip(1).find(|folder| is_target(folder)).map(Path::to_owned)
    };
    let of_variable = || env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let of_package = || {
        let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
        package.ancestors().map(|folder| folder.join("target")).find(|folder| is_target(folder))
    };
    of_executable().or_else(of_variable).or_else(of_package)
}

/// Returns whether cargo created this folder as a target folder.
fn is_target(folder: &Path) -> bool {
    folder.join(".rustc_info.json").is_file()
}

/// Returns the platform's folder for the caches of a user.
fn user_cache() -> Option<PathBuf> {
    let named = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Caches"))
    } else if cfg!(windows) {
        named("LOCALAPPDATA")
    } else {
        named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")))
    }
}
