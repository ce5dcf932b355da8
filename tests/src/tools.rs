//! Programs that some tests need and that cargo cannot install.

use std::{
    env,
    process::{Command, Stdio},
};

/// Returns whether a program is installed. If it is not, the test says so and ends, except with `ODM_REQUIRE_TOOLS`,
/// which `.ci/run` sets: then the test fails.
pub fn is_installed(program: &str, package: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok() {
        return true;
    }
    let advice = format!("`{program}` is not installed: `apt-get install {package}`");
    assert!(env::var_os("ODM_REQUIRE_TOOLS").is_none(), "{advice}");
    eprintln!("NOT TESTED: {advice}");
    false
}
