//! The shared libraries of a program, as the system's loader finds them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::{Error, OrError};

/// Lists the files that `program` loads when it starts, as `ldd` prints them: every shared library that it is linked
/// to, directly or through another library, and the loader itself.
///
/// # Errors
///
/// Returns an error if `ldd` cannot be run.
///
/// ```no_run
/// let mongod = odm_test::wheel::mongod()?;
/// for library in odm_test::wheel::libraries(&mongod)? {
///     println!("{}", library.display());
/// }
/// # Ok::<(), odm_test::Error>(())
/// ```
pub fn libraries(program: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(ldd(program)?.lines().filter_map(path).collect())
}

/// Returns a message about the libraries of `program` that this machine lacks. Returns an empty string if it lacks
/// none, or if `ldd` is not installed.
pub(super) fn missing(program: &Path) -> Result<String, Error> {
    if which::which("ldd").is_err() {
        return Ok(String::new());
    }
    let listing = ldd(program)?;
    let names: Vec<&str> = listing.lines().filter_map(absent).collect();
    Ok(message(&names))
}

fn ldd(program: &Path) -> Result<String, Error> {
    let output = Command::new("ldd").arg(program).output().or_error("cannot run `ldd`")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the path in a line of `ldd`: `name => path (address)`, or `path (address)` for the loader.
fn path(line: &str) -> Option<PathBuf> {
    let path = line.split(" => ").last()?.trim().split(" (").next()?;
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// Returns the name in a line of `ldd` for a missing library: `name => not found`.
fn absent(line: &str) -> Option<&str> {
    line.trim().strip_suffix(" => not found")
}

const OPENSSL_1_1: &str = "; OpenSSL 1.1 is the package libssl1.1 of Debian 11 and Ubuntu 20.04: where it cannot be \
                           installed, unpack it and set LD_LIBRARY_PATH to the folder of its libraries";

fn message(missing: &[&str]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let mut packages: Vec<&str> = missing.iter().filter_map(|name| package(name)).collect();
    packages.dedup();
    let install = if packages.is_empty() {
        String::new()
    } else {
        format!(" (on Debian and Ubuntu: `apt-get install {}`)", packages.join(" "))
    };
    let old = if missing.iter().any(|name| name.ends_with(".so.1.1")) { OPENSSL_1_1 } else { "" };
    format!("the wheel's `mongod` needs {}, which this machine lacks{install}{old}", missing.join(", "))
}

/// Returns the Debian package of a library that the wheel's `mongod` is linked to.
fn package(library: &str) -> Option<&'static str> {
    match library {
        "libcurl.so.4" => Some("libcurl4"),
        "libssl.so.3" | "libcrypto.so.3" => Some("libssl3"),
        "liblzma.so.5" => Some("liblzma5"),
        "libgcc_s.so.1" => Some("libgcc-s1"),
        "libresolv.so.2" | "libm.so.6" | "libc.so.6" => Some("libc6"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "\tlinux-vdso.so.1 (0x00007f12)\n\
        \tlibcurl.so.4 => not found\n\
        \tlibcrypto.so.3 => not found\n\
        \tlibssl.so.3 => not found\n\
        \tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f12)\n\
        \t/lib64/ld-linux-x86-64.so.2 (0x00007f12)\n";

    #[test]
    fn libraries_are_read_from_the_loader() {
        let found: Vec<_> = LISTING.lines().filter_map(path).collect();
        assert_eq!(
            found,
            [Path::new("/lib/x86_64-linux-gnu/libm.so.6"), Path::new("/lib64/ld-linux-x86-64.so.2")]
        );
    }

    #[test]
    fn a_missing_library_is_named_with_its_package() {
        let missing: Vec<_> = LISTING.lines().filter_map(absent).collect();
        assert_eq!(
            message(&missing),
            "the wheel's `mongod` needs libcurl.so.4, libcrypto.so.3, libssl.so.3, which this machine lacks \
             (on Debian and Ubuntu: `apt-get install libcurl4 libssl3`)"
        );
        assert_eq!(
            message(&["libcurl.so.4", "libcrypto.so.1.1", "libssl.so.1.1"]),
            "the wheel's `mongod` needs libcurl.so.4, libcrypto.so.1.1, libssl.so.1.1, which this machine lacks \
             (on Debian and Ubuntu: `apt-get install libcurl4`); OpenSSL 1.1 is the package libssl1.1 of Debian 11 \
             and Ubuntu 20.04: where it cannot be installed, unpack it and set LD_LIBRARY_PATH to the \
             folder of its libraries"
        );
        assert_eq!(message(&[]), "");
        assert_eq!(
            message(&["libodd.so.9"]),
            "the wheel's `mongod` needs libodd.so.9, which this machine lacks"
        );
    }
}
