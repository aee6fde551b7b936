//! The program as people and supervisors meet it: what it prints, what it refuses, what it leaves behind.

mod check;
mod first_day;
mod import;
mod recover;

use crate::common::{
    binary::{Binary, complaint, run},
    client::{Ask, Client, Http},
    text,
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(&path).unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display())).permissions().mode() & 0o777
}

/// A configuration file of a server that keeps everything in a directory of its own.
struct Site {
    dir: TempDir,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).expect("changed");
        let site = Self { dir };
        site.configure("");
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn configure(&self, more: &str) {
        let database = self.path("countersign.redb");
        let text = format!(
            "external_url = \"https://localhost\"\n[storage]\npath = {:?}\n[tls]\n{}\n",
            database.display(),
            if more.contains("certificate") { more } else { "self_signed = true" },
        );
        fs::write(self.path("countersign.toml"), text).expect("written");
    }

    fn config(&self) -> String {
        self.path("countersign.toml").display().to_string()
    }

    /// The names of the files, in order.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).expect("a directory");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn init(&self) {
        let output = run(&["init", "--config", &self.config()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn help_names_every_command_and_option() {
    let help = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let all = help(&["--help"]);
    for (command, options) in [
        ("dev", ["--data-dir", "--listen", "--allow-remote", "--ready-file", "--quiet"].as_slice()),
        ("init", &["--config", "--set", "--org", "--admin", "--token-file"]),
        ("serve", &["--config", "--set"]),
        ("config", &[]),
        ("check-config", &["--config", "COUNTERSIGN_CONFIG", "--set"]),
        ("check", &["--config", "--set"]),
        ("import", &["--config", "--set", "--dry-run", "FILE", "userName", "$pbkdf2-sha512$"]),
        ("recover", &["--config", "--set", "--user", "--token-file", "--print"]),
    ] {
        assert!(all.contains(&format!("  {command} ")), "{all}");
        let own = help(&[command, "--help"]);
        for option in options {
            assert!(own.contains(option), "{command} {option}: {own}");
        }
    }
    let of_import = help(&["import", "--help"]);
    let format = of_import.split_once("The file has one JSON object").expect("what the file is").1;
    assert!(format.lines().all(|line| line.chars().count() <= 78), "{format}");
    assert!(help(&["--version"]).starts_with("countersign "));
    let nothing = run(&[]);
    assert!(nothing.status.code() == Some(2) && String::from_utf8_lossy(&nothing.stderr).contains("Usage"));
    assert_eq!(run(&["frobnicate"]).status.code(), Some(2));
}

#[test]
fn dev_keeps_to_this_machine_unless_told_otherwise() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let said = complaint(&["dev", "--quiet", "--listen", address]);
        assert!(said.contains("--allow-remote") && said.contains("other machines"), "{said}");
    }
    // Told otherwise it gets as far as the address, which is no machine's.
    let said = complaint(&["dev", "--quiet", "--allow-remote", "--listen", "192.0.2.1:0"]);
    assert!(said.contains("this machine has no address 192.0.2.1"), "{said}");
    let output = run(&["dev", "--quiet", "--listen", "localhost:8443"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let expected =
        r#"expected an IP address and a port, such as "127.0.0.1:8443" or "[::]:443", found "localhost:8443""#;
    assert!(output.status.code() == Some(2) && said.contains(expected), "{said}");
}

#[tokio::test]
async fn dev_keeps_what_it_made_where_only_its_owner_looks() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("new/data");
    let first = Binary::dev(&data);
    for name in ["countersign.redb", "master.key", "admin.pat", "demo.json", "ca.pem", "tls/cert.pem", "tls/key.pem"] {
        assert_eq!(mode(data.join(name)), 0o600, "{name}");
    }
    assert_eq!((mode(&data), mode(data.join("tls"))), (0o700, 0o700));
    let (token, ready) = (first.admin_token.clone(), first.ready.clone());
    assert_eq!(text(&ready["pid"].to_string().into()), first.child.id().to_string());
    assert_eq!(ready["client_id"], "demo");
    let user = Ask::get(format!("/management/v1/users/{}", text(&ready["user_id"])));
    let shown = first.admin(user.clone()).await.ok();
    assert_eq!(shown["user"]["details"]["resourceOwner"], ready["org_id"]);
    drop(first);

    let second = Binary::dev(&data);
    assert_eq!(second.admin_token, token);
    for key in ["org_id", "user_id", "client_id", "client_secret", "ca_file"] {
        assert_eq!(second.ready[key], ready[key], "{key}");
    }
    assert_eq!(second.admin(user).await.ok(), shown);
    let said = complaint(&["dev", "--quiet", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().expect("UTF-8")]);
    assert!(said.contains("another process has this database open"), "{said}");
}

#[test]
fn the_ready_file_appears_once_the_server_answers_and_is_private() {
    let dir = tempfile::tempdir().expect("a directory");
    let ready = dir.path().join("ready.json");
    let mut child = crate::common::binary::command(&["dev", "--quiet", "--listen", "127.0.0.1:0", "--ready-file"])
        .arg(&ready)
        .spawn()
        .expect("it starts");
    let read = loop {
        if let Ok(bytes) = fs::read(&ready) {
            break bytes;
        }
        assert!(child.try_wait().expect("a child").is_none());
    };
    // Whole at the first sight, and true: the very first connection is answered.
    let read: serde_json::Value = serde_json::from_slice(&read).expect("whole JSON");
    let port = text(&read["url"]).rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    assert_eq!(mode(&ready), 0o600);
    let kept: PathBuf = text(&read["ca_file"]).into();
    let kept = kept.parent().expect("a directory").to_owned();
    assert!(kept.is_dir());
    let stop = std::process::Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(stop.expect("sh runs").success());
    assert_eq!(child.wait().expect("a child").code(), Some(0));
    assert!(!kept.exists(), "a temporary directory goes with its server");
}

#[test]
fn dev_refuses_what_is_not_its_own() {
    let site = Site::new();
    site.init();
    let dir = site.dir.path().to_str().expect("UTF-8");
    let before = fs::read_dir(dir).expect("a directory").count();
    let token = fs::read(site.path("admin.pat")).expect("a token");
    let dev = ["dev", "--quiet", "--listen", "127.0.0.1:0", "--data-dir", dir];
    // Whatever the real server's database is called.
    for name in ["countersign.redb", "prod.redb"] {
        fs::rename(site.path("countersign.redb"), site.path(name)).expect("renamed");
        let said = complaint(&dev);
        assert!(said.contains("was not made by `countersign dev`"), "{said}");
        assert_eq!(fs::read_dir(dir).expect("a directory").count(), before, "nothing was added");
        assert_eq!(fs::read(site.path("admin.pat")).expect("a token"), token, "nothing was changed");
        let _ = fs::rename(site.path(name), site.path("countersign.redb"));
    }
}

#[test]
fn dev_keeps_others_out_of_its_directory() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("changed");
    let path = dir.path().to_str().expect("UTF-8");
    let said = complaint(&["dev", "--quiet", "--listen", "127.0.0.1:0", "--data-dir", path]);
    assert!(said.contains(&format!("chmod 700 {path}")), "{said}");
    assert_eq!(fs::read_dir(path).expect("a directory").count(), 0, "nothing was added");
    // What a first start left that was killed at once.
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).expect("changed");
    fs::write(dir.path().join(".countersign-dev"), "").expect("written");
    fs::write(dir.path().join("admin.pat"), "cs_pat_of_nobody").expect("written");
    assert!(Binary::dev(dir.path()).admin_token.starts_with("cs_pat_"));
    assert_ne!(fs::read(dir.path().join("admin.pat")).expect("a token"), b"cs_pat_of_nobody");
}

#[test]
fn serve_says_what_it_misses() {
    let site = Site::new();
    let config = site.config();
    let said = complaint(&["serve", "--config", &config]);
    assert!(said.contains("countersign init"), "{said}");
    site.init();

    let (certificate, key) = (site.path("cert.pem"), site.path("key.pem"));
    site.configure(&format!("certificate = {certificate:?}\nkey = {key:?}"));
    let said = complaint(&["serve", "--config", &config]);
    assert!(said.contains("cert.pem: cannot be read: No such file"), "{said}");
    let ours =
        countersign::server::LocalCa::create_or_load(&site.path("ca"), &[], countersign::time::Clock::system().now());
    let ours = ours.map_err(|e| e.message).expect("a certificate");
    fs::copy(ours.certificate, &certificate).expect("copied");
    fs::copy(ours.key, &key).expect("copied");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("changed");
    let said = complaint(&["serve", "--config", &config]);
    assert!(said.contains(&format!("chmod 600 {}", key.display())), "{said}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("changed");

    let master = site.path("master.key");
    fs::set_permissions(&master, fs::Permissions::from_mode(0o640)).expect("changed");
    let said = complaint(&["serve", "--config", &config]);
    assert!(said.contains(&format!("chmod 600 {}", master.display())), "{said}");
    let other = Site::new();
    other.init();
    fs::copy(other.path("master.key"), &master).expect("copied");
    fs::set_permissions(&master, fs::Permissions::from_mode(0o600)).expect("changed");
    let said = complaint(&["serve", "--config", &config]);
    let expected = format!("countersign: {}: this master key does not match the database; ", master.display());
    assert!(said.starts_with(&expected), "{said}");
    fs::remove_file(&master).expect("removed");
    let said = complaint(&["serve", "--config", &config]);
    assert!(said.contains("master.key: there is no master key here") && said.contains("put back a copy"), "{said}");
}

#[tokio::test]
async fn serve_answers_what_is_in_flight_and_stops_with_success() {
    let site = Site::new();
    site.init();
    let mut server = Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
    let mut idle = server.client.connect(Http::Two).await.expect("a connection");
    let me = Ask::get("/auth/v1/users/me").bearer(&server.admin_token);
    assert_eq!(idle.send(me).await.ok()["user"]["userName"], "admin");
    // A request whose body is not complete when the server is told to stop is still answered.
    let mut slow = server.client.tls(&["http/1.1"]).await.expect("a connection");
    let head = format!(
        "POST /management/v1/users/machine HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-length: 34\r\n\r\n",
        server.admin_token
    );
    use tokio::io::AsyncWriteExt;
    slow.write_all(head.as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.signal("TERM");
    while Client::tls(&server.client, &[]).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    slow.write_all(br#"{"userName":"late","name":"Late!"}"#).await.expect("written");
    let said = crate::common::client::read_all(&mut slow).await;
    assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
    assert_eq!(server.end().code(), Some(0));
    let again = Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
    let list = again.admin(Ask::post("/management/v1/users/_search").body("{}")).await.text();
    assert!(list.contains("late"), "{list}");
}

#[test]
fn config_prints_the_reference() {
    let reference = include_str!("../config/countersign.toml");
    let output = run(&["config"]);
    assert!(output.status.success() && output.stdout == reference.as_bytes());
}

#[test]
fn check_config_names_line_and_key() {
    let site = Site::new();
    assert!(run(&["check-config", &site.config()]).status.success());
    let mut text = fs::read_to_string(site.config()).expect("a file");
    text.push_str("[logs]\nlevle = \"info\"\n");
    let line = text.lines().position(|line| line.starts_with("levle")).expect("a line") + 1;
    fs::write(site.config(), text).expect("written");
    for arguments in [["check-config", ""], ["check-config", "--config"], ["serve", "--config"], ["check", "--config"]]
    {
        let arguments: Vec<_> = arguments.into_iter().filter(|word| !word.is_empty()).collect();
        let said = complaint(&[arguments.as_slice(), &[&site.config()]].concat());
        assert!(said.contains("logs.levle") && said.contains(&format!("{line}")), "{said}");
    }
}

#[test]
fn what_is_missing_is_asked_for_all_at_once() {
    for command in ["serve", "check-config"] {
        let said = complaint(&[command]);
        assert!(said.starts_with("countersign: 2 problems:\n  external_url: not set; set it to the URL"), "{said}");
        assert!(said.contains("\n  tls.certificate: not set") && said.contains("--config FILE"), "{said}");
    }
    let site = Site::new();
    fs::write(site.path("countersign.toml"), "").expect("written");
    assert!(!complaint(&["serve", "--config", &site.config()]).contains("--config"));
    // A certificate is the server's affair, which systemd may hand over to it alone.
    let url = ["--set", "external_url=https://localhost", "--set"];
    let set = format!("storage.path={}", site.path("countersign.redb").display());
    for command in ["init", "recover", "rotate-signing-key"] {
        let said = complaint(&[command]);
        assert!(said.starts_with("countersign: external_url: not set") && said.contains("--config FILE"), "{said}");
        let output = run(&[&[command], url.as_slice(), &[&set]].concat());
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn a_stopped_server_gets_a_new_signing_key() {
    let site = Site::new();
    site.init();
    let (config, database) = (site.path("countersign.toml"), site.path("countersign.redb"));
    let rotate = ["rotate-signing-key", "--config", &site.config(), "--set", "tokens.signing_algorithm=ES256"];
    let output = run(&rotate);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let kid = said.strip_prefix("new ES256 key ").and_then(|rest| rest.split(';').next()).map(str::to_owned);
    let kid = kid.unwrap_or_else(|| panic!("{said} {output:?}"));

    let server = Binary::serve(&config, &database, Stdio::null());
    let keys = server.client.send(Http::One, Ask::get("/oauth/v2/keys")).await.ok();
    assert!(keys["keys"].as_array().expect("keys").iter().any(|key| key["kid"] == kid.as_str()), "{keys}");
    let busy = complaint(&rotate);
    assert!(busy.contains("another process has this database open"), "{busy}");
}

#[test]
fn check_config_looks_at_flags_as_serve_does() {
    let site = Site::new();
    let config = site.config();
    let output = run(&["check-config", &config, "--set", "tokens.access_token_lifetime=1h"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("--set tokens.access_token_lifetime"), "{said}");
    for command in [["check-config", ""], ["serve", "--config"]] {
        let words = command.into_iter().filter(|word| !word.is_empty());
        let words: Vec<_> = words.chain([config.as_str(), "--set", "logs.levle=info"]).collect();
        let said = complaint(&words);
        assert!(said.contains("logs.levle") && said.contains("did you mean"), "{said}");
    }
}
