//! Chromium without a window, driven by its `DevTools` protocol through two pipes.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub(super) struct Browser {
    process: Child,
    commands: File,
    replies: BufReader<File>,
    session: Value,
    number: u64,
    _folder: tempfile::TempDir,
}

impl Browser {
    /// Returns whether Chromium is installed. If it is not, the test says so and ends, except with `ODM_REQUIRE_TOOLS`,
    /// which `.ci/run` sets: then the test fails.
    pub(super) fn is_installed() -> bool {
        const ADVICE: &str = "Chromium is not installed: `apt-get install chromium`";
        if Command::new("chromium")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
        {
            return true;
        }
        assert!(std::env::var_os("ODM_REQUIRE_TOOLS").is_none(), "{ADVICE}");
        eprintln!("NOT TESTED: {ADVICE}");
        false
    }

    pub(super) fn open(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (commands, replies) = (path("commands"), path("replies"));
        assert!(Command::new("mkfifo").args([&commands, &replies]).status().unwrap().success());
        // Chromium reads commands from the descriptor 3, and writes to 4.
        let script = "exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
                      --user-data-dir=\"$1\" --window-size=900,700 --remote-debugging-pipe 3<\"$2\" 4>\"$3\"";
        let process = Command::new("bash")
            .args(["-c", script, "chromium"])
            .args([&path("profile"), &commands, &replies])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Opening waits for the other end, in the order of the script.
        let commands = OpenOptions::new().write(true).open(&commands).unwrap();
        let replies = BufReader::new(File::open(&replies).unwrap());
        let mut browser =
            Self { process, commands, replies, session: Value::Null, number: 0, _folder: folder };
        let page = browser.call("Target.createTarget", &json!({ "url": url }));
        let attached =
            browser.call("Target.attachToTarget", &json!({ "targetId": page["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].clone();
        browser
    }

    /// Sends a command, and returns its result.
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.number += 1;
        let mut command = json!({ "id": self.number, "method": method, "params": parameters });
        if !self.session.is_null() {
            command["sessionId"] = self.session.clone();
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).unwrap();
        loop {
            let mut reply = Vec::new();
            let length = self.replies.read_until(0, &mut reply).unwrap();
            assert!(length > 0, "a reply of Chromium, which `apt-get install chromium` installs");
            reply.pop();
            let mut reply: Value = serde_json::from_slice(&reply).unwrap();
            if reply["id"] == self.number {
                assert!(reply["error"].is_null(), "{method}: {}", reply["error"]);
                return reply["result"].take();
            }
        }
    }

    /// Waits until a JavaScript expression has this value.
    pub(super) fn wait(&mut self, expression: &str, expected: &str) {
        let since = Instant::now();
        loop {
            let result = self.call("Runtime.evaluate", &json!({ "expression": expression }));
            let value = result["result"]["value"].as_str().unwrap_or_default();
            if value == expected {
                return;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "`{value}`, not `{expected}`");
            sleep(Duration::from_millis(50));
        }
    }

    /// Returns a picture of the page as PNG.
    pub(super) fn picture(&mut self) -> Vec<u8> {
        let result = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        let text = result["data"].as_str().unwrap();
        odm::bson::Binary::from_base64(text, None).unwrap().bytes
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
