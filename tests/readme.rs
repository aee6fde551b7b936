//! What the README shows happens: the commands of its transcripts, run one after another against a real server, and the
//! lines that set up a real one.
//!
//! Ids, secrets and times differ each time. So whatever an answer shows in the README stands, in the commands and answers
//! after it, for what the server answered in the same place. `…` stands for what is left out.

use crate::common::{
    binary::{Binary, command},
    client::{Ask, Http},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::{secret::Prefix, time::Timestamp};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// What is left out: the rest of an object, or of a text.
const REST: &str = "…";
/// Set by the first line of the first transcript, as `dev` prints them.
const GIVEN: [&str; 3] = ["D", "U", "A"];

#[derive(Default)]
struct Transcript {
    /// The shell's variables, as the README writes their values.
    variables: BTreeMap<String, String>,
    /// What is shown, and what it stands for.
    meanings: BTreeMap<String, String>,
    answers: usize,
}

fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README")
}

/// The blocks of one language, without their fences.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opened = text.split(&format!("\n```{language}\n")[..]).skip(1).collect::<Vec<_>>();
    opened.into_iter().map(|block| block.split("\n```\n").next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_transcripts_are_true() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Binary::dev(&dir.path().join("data"));
    let readme = readme();
    let mut transcript = Transcript::default();
    for block in blocks(&readme, "console") {
        let mut lines = block.lines().filter(|line| !line.is_empty());
        while let Some(line) = lines.next() {
            let line = line.strip_prefix("$ ").unwrap_or_else(|| panic!("no command: {line}"));
            match line.starts_with("curl ") {
                true => transcript.curl(&server, line, lines.next().expect("an answer")).await,
                false => transcript.set(line),
            }
        }
    }
    assert!(transcript.answers >= 15, "the transcripts are gone");
}

/// On a fresh host: the paths are a directory's, and the build is this one.
#[tokio::test]
async fn the_lines_for_a_real_server_work() {
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path().display().to_string();
    let readme = readme();
    let chapter = readme.split_once("\n## A real server\n").expect("the chapter").1;
    let script = blocks(chapter, "sh")[0];
    let (build, rest) = script.split_once('\n').expect("lines");
    assert_eq!(build, "cargo build --release && install -m 755 target/release/countersign /usr/local/bin/countersign");
    let (setup, serve) = rest.rsplit_once('\n').expect("lines");
    assert_eq!(serve, "countersign serve --config /etc/countersign/countersign.toml");
    let setup = setup.replace("/etc/", &format!("{root}/etc/")).replace("/var/", &format!("{root}/var/"));
    let database = dir.path().join("var/lib/countersign/countersign.redb");
    let program = command(&[]).get_program().to_owned();
    let bin = Path::new(&program).parent().expect("a directory").display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").expect("a path"));
    let mut shell = Command::new("sh");
    shell.args(["-euc", &setup]).env("PATH", path).env("COUNTERSIGN_STORAGE__PATH", &database);
    let output = shell.env_remove("COUNTERSIGN_CONFIG").output().expect("sh runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "nothing to warn of: {}", String::from_utf8_lossy(&output.stderr));
    let config = dir.path().join("etc/countersign/countersign.toml");
    let text = fs::read_to_string(&config).expect("a file");
    let path = format!("path = {database:?}");
    fs::write(&config, text.replace("path = \"/var/lib/countersign/countersign.redb\"", &path)).expect("written");
    let server = Binary::serve(&config, &database, Stdio::null());
    assert_eq!(server.admin(Ask::get("/auth/v1/users/me")).await.ok()["user"]["userName"], "admin");
}

/// Whoever writes a scanner tries it on this.
#[test]
fn the_example_for_scanners_has_the_checksum() {
    let readme = readme();
    let example = readme.split("`cs_sec_").nth(1).expect("the prefix alone");
    assert!(example.starts_with('`'));
    let example = readme.split("\n  `cs_sec_").nth(1).expect("an example");
    let (example, _) = example.split_once('`').expect("its end");
    assert!(Prefix::ClientSecret.fits(&format!("cs_sec_{example}")));
    assert!(!Prefix::PersonalAccessToken.fits(&format!("cs_pat_{example}")), "the prefix counts");
}

impl Transcript {
    /// `NAME=value`: a value that an answer showed before.
    fn set(&mut self, line: &str) {
        let names = line.split([' ', ';']).filter_map(|word| word.split_once('='));
        for (name, value) in names.filter(|(name, _)| !GIVEN.contains(name)) {
            assert!(self.meanings.contains_key(value), "no answer shows {value}");
            self.variables.insert(name.into(), value.into());
        }
    }

    async fn curl(&mut self, server: &Binary, command: &str, shown: &str) {
        let meant = |value: &String| self.meanings[value].clone();
        let variables = self.variables.iter().map(|(name, value)| (format!("${name}"), meant(value))).collect();
        let Curl { ask, shows_status } = Curl::parse(command, &variables, server.admin_token.trim());
        let answer = server.client.send(Http::One, ask).await;
        let (shown, status) = match shows_status {
            true => shown.rsplit_once(' ').expect("a status"),
            false => (shown, "200"),
        };
        assert_eq!(answer.status.to_string(), status, "{command}: {}", answer.text());
        self.same(&parse(shown), &answer.json(), command);
        self.answers += 1;
    }

    /// All that is shown, and no more unless something is left out.
    fn same(&mut self, shown: &Value, found: &Value, command: &str) {
        match (shown, found) {
            (Value::Object(shown), Value::Object(found)) => {
                let left_out = shown.contains_key(REST);
                let named = shown.len() - usize::from(left_out);
                assert_eq!(found.len() > named, left_out, "{command}: {found:?}");
                for (name, value) in shown.iter().filter(|(name, _)| *name != REST) {
                    let found = found.get(name).unwrap_or_else(|| panic!("{command}: no {name} in {found:?}"));
                    self.same(value, found, command);
                }
            }
            (Value::Array(shown), Value::Array(found)) => {
                assert_eq!(shown.len(), found.len(), "{command}: {found:?}");
                shown.iter().zip(found).for_each(|(shown, found)| self.same(shown, found, command));
            }
            (Value::String(shown), Value::String(found)) => self.same_text(shown, found, command),
            _ => assert_eq!(shown, found, "{command}"),
        }
    }

    /// The same to the letter, or of the same kind and the same as wherever else it is shown.
    fn same_text(&mut self, shown: &str, found: &str, command: &str) {
        assert_eq!(kind(shown), kind(found), "{command}");
        if kind(shown) != shown {
            let before = self.meanings.insert(shown.into(), found.into());
            assert!(before.is_none_or(|before| before == found), "{command}: {shown} stands for two things");
        }
    }
}

/// What stays the same of a text from day to day.
fn kind(text: &str) -> &str {
    let is_id = text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    match ["cs_sec_", "cs_at_", "cs_pat_"].into_iter().find(|prefix| text.starts_with(prefix)) {
        Some(prefix) => prefix,
        None if is_id => "an id",
        None if Timestamp::from_rfc3339(text).is_some() => "a time",
        None => text,
    }
}

fn parse(shown: &str) -> Value {
    let json = shown.replace(",…}", ",\"…\":0}").replace("{…}", "{\"…\":0}");
    serde_json::from_str(&json).unwrap_or_else(|e| panic!("the README shows {shown:?}: {e}"))
}

/// The request that curl would send.
struct Curl {
    ask: Ask,
    shows_status: bool,
}

impl Curl {
    fn parse(command: &str, variables: &BTreeMap<String, String>, admin_token: &str) -> Self {
        let mut words = words(command)
            .into_iter()
            .map(|word| variables.iter().fold(word, |word, (variable, value)| word.replace(variable, value)));
        assert_eq!(words.next().as_deref(), Some("curl"));
        let (mut path, mut headers, mut body) = (String::new(), Vec::new(), None::<String>);
        let (mut method, mut shows_status) = (None, false);
        while let Some(word) = words.next() {
            let mut value = || words.next().expect("a value");
            match word.as_str() {
                "-sS" => {}
                "--cacert" => assert_eq!(value(), "$D/ca.pem"),
                "-X" => method = Some(value()),
                "-w" => {
                    assert_eq!(value(), " %{http_code}");
                    shows_status = true;
                }
                "-H" => {
                    let header = value().replace("$A", &format!("authorization: Bearer {admin_token}"));
                    let (name, value) = header.split_once(": ").expect("a header");
                    assert_eq!(name, "authorization");
                    headers.push(("authorization", value.to_owned()));
                }
                "-u" => headers.push(("authorization", format!("Basic {}", BASE64_STANDARD.encode(value())))),
                "-d" => body = Some(body.map_or(String::new(), |before| before + "&") + &value()),
                url => path = url.strip_prefix("$U").unwrap_or_else(|| panic!("curl {url}?")).into(),
            }
        }
        let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
        let ask = match (method.as_deref(), &body) {
            (Some("PUT"), _) => Ask::put(path),
            (Some("DELETE"), _) => Ask::delete(path),
            (Some("POST"), _) | (None, Some(_)) => Ask::post(path),
            (None, None) => Ask::get(path),
            (Some(other), _) => panic!("-X {other}?"),
        };
        let headers = headers.into_iter().chain(body.is_some().then_some(form));
        let ask = headers.fold(ask, |ask, (name, value)| ask.header(name, value));
        Self { ask: ask.body(body.unwrap_or_default()), shows_status }
    }
}

/// Splits a command as a shell does, and leaves the variables.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in command.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    words.push(word);
    words
}
