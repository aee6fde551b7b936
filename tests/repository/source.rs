//! Source files, read just well enough: comments, texts and tests are told from code.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A file under `src/`.
pub struct Source {
    /// From the repository's root, with slashes.
    pub path: String,
    pub text: String,
    /// The text's lines without comments, what stands in quotes, and tests. As many as the text has.
    code: Vec<String>,
}

/// The floors of `src/lib.rs`, from the lowest.
pub struct Floors(Vec<(String, Vec<String>)>);

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under `src/`, but for those that hold only tests or run only while building.
pub fn sources() -> Vec<Source> {
    let is_code = |path: &str| {
        path.ends_with(".rs")
            && !path.ends_with("/tests.rs")
            && !path.contains("/tests/")
            && !path.starts_with("src/proto/build/")
    };
    let files = files("src").into_iter().filter(|(path, _)| is_code(path));
    files.map(|(path, text)| Source { code: code(&text), path, text }).collect()
}

/// Every text file that is written by hand: path and text. Seeds of the fuzzer are bytes, whatever they look like.
pub fn text_files() -> Vec<(String, String)> {
    let top = fs::read_dir(root()).expect("the repository").map(|entry| entry.expect("an entry").file_name());
    let top = top.map(|name| name.to_string_lossy().into_owned()).filter(|name| name != ".git" && name != "target");
    top.flat_map(|name| files(&name))
        .filter(|(path, _)| !path.contains("/target/") && !path.starts_with("fuzz/seeds/"))
        .collect()
}

/// Whether `line` names `what`, and not merely something that `what` is a part of.
pub fn names(line: &str, what: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(what).any(|(at, _)| {
        let before = line[..at].chars().next_back().filter(|_| what.starts_with(part));
        let after = line[at + what.len()..].chars().next().filter(|_| what.ends_with(part));
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// Reads the floors from `src/lib.rs`: each begins with a comment `// Name: what it is.`
pub fn floors() -> Floors {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let mut floors: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("// ").and_then(|comment| comment.split_once(':')).map(|(name, _)| name) {
            floors.push((name.to_lowercase(), Vec::new()));
        } else if let Some(module) = line.trim_start_matches("pub ").strip_prefix("mod ") {
            let floor = floors.last_mut().expect("a floor's comment stands before its modules");
            floor.1.push(module.trim_end_matches(';').to_owned());
        }
    }
    assert!(floors.len() > 5, "src/lib.rs no longer lists floors as this test reads them");
    Floors(floors)
}

impl Floors {
    /// The floor that a module stands on; 0 is the lowest.
    pub fn of(&self, module: &str) -> Option<usize> {
        self.0.iter().position(|(_, modules)| modules.iter().any(|name| name == module))
    }

    pub fn name(&self, floor: usize) -> &str {
        &self.0[floor].0
    }
}

impl Source {
    /// The top-level module that the file belongs to; `None` for the crate's roots.
    pub fn module(&self) -> Option<&str> {
        let inner = self.path.strip_prefix("src/")?;
        let name = inner.split('/').next()?.trim_end_matches(".rs");
        (name != "lib" && name != "main").then_some(name)
    }

    /// Lines of code, numbered from 1.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }

    /// The top-level modules that the file names: `crate::a`, `crate::{a, b::c}`, and `super` up to the root.
    pub fn used_modules(&self) -> BTreeSet<String> {
        let code = self.code.join("\n");
        // A file at the depth of `src/a.rs` or `src/a/mod.rs` reaches the root with one `super`, and so on. Only what
        // stands at the margin is at the file's own depth.
        let depth = self.path.trim_end_matches("/mod.rs").matches('/').count();
        let to_root = format!("use {}", "super::".repeat(depth));
        let upwards = code.split('\n').filter_map(|line| line.strip_prefix(to_root.as_str()));
        let mut used = heads_after(&code, "crate::");
        used.extend(upwards.filter_map(head).filter(|name| name != "super"));
        used
    }
}

/// The first names of the paths that follow `prefix`, one or a group in braces.
fn heads_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut heads = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let is_part = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
        let rest = &code[at + prefix.len()..];
        if is_part {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => heads.extend(group_heads(group)),
            None => heads.extend(head(rest)),
        }
    }
    heads
}

fn head(path: &str) -> Option<String> {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    (end > 0).then(|| path[..end].to_owned())
}

fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.extend(head(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

/// Blanks comments, what stands in quotes, and everything from `#[cfg(test)]` to the end of the item.
fn code(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open_text = false;
    for line in text.lines() {
        lines.push(code_of_line(line, &mut open_text));
    }
    blank_tests(&mut lines);
    lines
}

/// Also follows a text over several lines; raw texts count as texts, which is enough for what is looked for.
fn code_of_line(line: &str, open_text: &mut bool) -> String {
    let mut code = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, *open_text) {
            ('\\', true) => drop(chars.next()),
            ('"', open) => *open_text = !open,
            (_, true) => {}
            ('/', false) if chars.peek() == Some(&'/') => break,
            ('\'', false) => {
                // A quote or backslash as a character would open a text that never ends.
                code.push(c);
                if chars.next_if_eq(&'\\').is_some() {
                    chars.next();
                } else {
                    chars.next_if_eq(&'"');
                }
            }
            _ => code.push(c),
        }
    }
    code
}

fn blank_tests(lines: &mut [String]) {
    let mut index = 0;
    while index < lines.len() {
        if lines[index].trim() != "#[cfg(test)]" {
            index += 1;
            continue;
        }
        let mut depth = 0i32;
        while index < lines.len() {
            let line = std::mem::take(&mut lines[index]);
            depth += line.matches('{').count() as i32 - line.matches('}').count() as i32;
            index += 1;
            let ends_item = line.ends_with('}') || line.ends_with(';') || line.ends_with(',');
            if depth <= 0 && ends_item {
                break;
            }
        }
    }
}

/// The text files below a top-level entry.
fn files(top: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root().join(top), &mut found);
    found.sort();
    found
}

fn walk(path: &Path, found: &mut Vec<(String, String)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            walk(&entry.expect("an entry").path(), found);
        }
        return;
    }
    // What is not UTF-8 is not text.
    if let Ok(text) = fs::read_to_string(path) {
        let relative = path.strip_prefix(root()).expect("inside the repository");
        found.push((relative.to_string_lossy().replace('\\', "/"), text));
    }
}
