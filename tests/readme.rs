//! What the README shows happens: the commands of a chapter, run one after another against a real server.
//!
//! Ids, secrets and instants differ each time. So whatever an answer shows in the README stands, in the commands after
//! it, for what the server answered in the same place. `UPDATE_README=1 cargo test readme` writes down today's answers.

use crate::common::{binary::Binary, client::Ask};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::secret::Prefix;
use serde_json::Value;
use std::{collections::HashMap, fs};

const CHAPTER: &str = "## Rotate a secret without downtime";
/// What must be answered to the letter.
const FIXED: [&str; 8] = ["active", "clientId", "error", "error_description", "label", "state", "type", "token_type"];

/// A command and the answer that the README shows.
struct Step {
    command: String,
    shown: String,
}

#[tokio::test]
async fn the_chapter_on_rotation_is_a_transcript() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).expect("the README");
    let dir = tempfile::tempdir().expect("a directory");
    let server = Binary::dev(&dir.path().join("data"));
    let steps = steps(&readme);
    assert!(steps.len() >= 8, "the chapter has lost its transcript");
    let update = std::env::var_os("UPDATE_README").is_some();
    let mut meanings = HashMap::new();
    let mut updated = readme.clone();
    for Step { command, shown } in steps {
        let meant = replace(&command, &meanings);
        let answer = server.client.send(crate::common::client::Http::One, ask(&meant, &server.admin_token)).await;
        let (found, shown_value) = (answer.json(), parse(&shown));
        learn(&shown_value, &found, &mut meanings);
        match update {
            true => updated = updated.replacen(&shown, &answer.text(), 1),
            false => same(&shown_value, &found, &command),
        }
    }
    if update {
        fs::write(path, replace(&updated, &meanings)).expect("written");
    }
}

/// Whoever writes a scanner tries it on this.
#[test]
fn the_example_for_scanners_has_the_checksum() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let example = readme.split_once("as in `cs_sec_").expect("an example").1;
    let (example, _) = example.split_once('`').expect("its end");
    assert!(Prefix::ClientSecret.fits(&format!("cs_sec_{example}")));
    assert!(!Prefix::PersonalAccessToken.fits(&format!("cs_pat_{example}")), "the prefix counts");
}

fn steps(readme: &str) -> Vec<Step> {
    let chapter = readme.split_once(CHAPTER).expect("the chapter").1;
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let lines: Vec<_> = chapter.lines().collect();
    let pairs = lines.windows(2).filter_map(|pair| Some((pair[0].strip_prefix("$ ")?, pair[1])));
    pairs.map(|(command, shown)| Step { command: command.into(), shown: shown.into() }).collect()
}

/// The request that curl would send.
fn ask(command: &str, admin_token: &str) -> Ask {
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut path, mut headers, mut body) = (String::new(), Vec::new(), None::<String>);
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("a value");
        match word.as_str() {
            "-sS" => {}
            "--cacert" => assert_eq!(value(), "$D/ca.pem"),
            "-H" => {
                assert_eq!(value(), "$A");
                headers.push(("authorization", format!("Bearer {}", admin_token.trim())));
            }
            "-u" => headers.push(("authorization", format!("Basic {}", BASE64_STANDARD.encode(value())))),
            "-d" => body = Some(body.map_or(String::new(), |before| before + "&") + &value()),
            url => path = url.strip_prefix("$U").unwrap_or_else(|| panic!("curl {url}?")).into(),
        }
    }
    let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
    let ask = if body.is_some() { Ask::post(path) } else { Ask::get(path) };
    let ask = headers.into_iter().chain([form]).fold(ask, |ask, (name, value)| ask.header(name, value));
    ask.body(body.unwrap_or_default())
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

fn parse(shown: &str) -> Value {
    serde_json::from_str(shown).unwrap_or_else(|e| panic!("the README shows {shown:?}: {e}"))
}

/// What each text that is shown stands for.
fn learn(shown: &Value, found: &Value, meanings: &mut HashMap<String, String>) {
    match (shown, found) {
        (Value::String(shown), Value::String(found)) if shown.len() > 12 => {
            meanings.insert(shown.clone(), found.clone());
        }
        (Value::Object(shown), Value::Object(found)) => {
            shown.iter().for_each(|(name, value)| learn(value, found.get(name).unwrap_or(&Value::Null), meanings));
        }
        (Value::Array(shown), Value::Array(found)) => {
            shown.iter().zip(found).for_each(|(shown, found)| learn(shown, found, meanings));
        }
        _ => {}
    }
}

fn replace(text: &str, meanings: &HashMap<String, String>) -> String {
    meanings.iter().fold(text.to_owned(), |text, (shown, found)| text.replace(shown, found))
}

/// The same fields everywhere, and the same values where they do not depend on the day.
fn same(shown: &Value, found: &Value, command: &str) {
    match (shown, found) {
        (Value::Object(shown), Value::Object(found)) => {
            assert!(shown.keys().eq(found.keys()), "{command}\n{shown:?}\n{found:?}");
            for (name, value) in shown {
                same(value, &found[name], command);
                assert!(!FIXED.contains(&name.as_str()) || *value == found[name], "{command}: {name}: {}", found[name]);
            }
        }
        (Value::Array(shown), Value::Array(found)) => {
            assert_eq!(shown.len(), found.len(), "{command}");
            shown.iter().zip(found).for_each(|(shown, found)| same(shown, found, command));
        }
        _ => assert_eq!(std::mem::discriminant(shown), std::mem::discriminant(found), "{command}"),
    }
}
