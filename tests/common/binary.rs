//! The real program, as its own process.

use super::client::{Answer, Ask, Client, Http};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A running `countersign dev` or `countersign serve`. Killed when dropped.
pub struct Binary {
    pub child: Child,
    pub client: Client,
    pub admin_token: String,
    /// What the ready file says; null for `serve`.
    pub ready: Value,
}

/// How long a start may take: a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program, with nothing of this process's configuration.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COUNTERSIGN_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("it runs")
}

/// What a run that must have failed said: on standard error, one reason, and status 1.
pub fn complaint(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {:?}", String::from_utf8_lossy(&output.stdout));
    assert!(said.starts_with("countersign: "), "{said}");
    said
}

impl Binary {
    /// `countersign dev` on this directory; returns once it answers.
    pub fn dev(data_dir: &Path) -> Self {
        let data_dir = data_dir.to_str().expect("UTF-8");
        Self::dev_with(&["--data-dir", data_dir], Stdio::inherit())
    }

    /// `countersign dev` with these arguments, too.
    pub fn dev_with(arguments: &[&str], stderr: Stdio) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let ready_file = place.path().join("ready.json");
        let mut child = command(&["dev", "--listen", "127.0.0.1:0", "--quiet", "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stderr(stderr)
            .spawn()
            .expect("it starts");
        wait_for(&mut child, || ready_file.exists());
        let ready: Value = serde_json::from_slice(&fs::read(&ready_file).expect("the file")).expect("whole JSON");
        let path = |name: &str| PathBuf::from(ready[name].as_str().expect("a path"));
        let port = ready["url"].as_str().and_then(|url| url.rsplit(':').next()).expect("a port");
        let address = ([127, 0, 0, 1], port.parse().expect("a number")).into();
        let client = Client::new(address, &path("ca_file"));
        let admin_token = fs::read_to_string(path("admin_token_file")).expect("a token");
        Self { child, client, admin_token, ready }
    }

    /// `countersign serve` with this configuration file, told to listen on a port that is free.
    pub fn serve(config: &Path, database: &Path, stderr: Stdio) -> Self {
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a port");
        let mut child = command(&["serve", "--set", &format!("server.listen={free}"), "--config"])
            .arg(config)
            .stderr(stderr)
            .spawn()
            .expect("it starts");
        wait_for(&mut child, || std::net::TcpStream::connect(free).is_ok());
        let client = Client::new(free, &database.with_file_name("ca.pem"));
        let admin_token = fs::read_to_string(database.with_file_name("admin.pat")).expect("a token");
        Self { child, client, admin_token, ready: Value::Null }
    }

    /// Asks as the administrator.
    pub async fn admin(&self, ask: Ask) -> Answer {
        self.client.send(Http::One, ask.bearer(&self.admin_token)).await
    }

    /// Sends a signal by its name, as in `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("sh runs").success());
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for it to end by itself.
    pub fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        self.kill();
    }
}

fn wait_for(child: &mut Child, is_ready: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_ready() {
        if let Some(status) = child.try_wait().expect("a child") {
            panic!("it ended with {status} instead of answering");
        }
        assert!(Instant::now() < deadline, "it does not answer");
        sleep(Duration::from_millis(5));
    }
}
