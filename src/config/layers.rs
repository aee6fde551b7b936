//! Lays the sources of settings over one another, and remembers which of them had the last word.

use super::{
    Overrides,
    error::{ConfigError, suggestion},
    keys::{KEYS, Key, SECTIONS, VARIABLE_PREFIX},
    settings::Config,
    value::Raw,
};
use std::{
    collections::{BTreeMap, HashMap},
    fmt, fs,
    ops::Range,
    path::Path,
};
use toml::de::{DeTable, DeValue};

/// A configuration, and where each of its values comes from.
#[derive(Debug)]
pub struct Layers {
    pub config: Config,
    sources: HashMap<&'static str, Source>,
}

/// Where a value comes from; each source overrules those above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Default,
    /// A file in `$CREDENTIALS_DIRECTORY` of this name.
    Credential(&'static str),
    /// A line of the file, counted from 1.
    File(usize),
    Variable(String),
    Flag(String),
}

/// systemd's directory of the credentials that the unit names.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";
/// Credentials that are found by their name alone.
const CREDENTIALS: [(&str, &str); 3] =
    [("storage.master_key", "master.key"), ("tls.certificate", "tls.crt"), ("tls.key", "tls.key")];
/// Variables with the server's prefix that are no settings: the file's path, which the command line reads.
const RESERVED: [&str; 1] = ["COUNTERSIGN_CONFIG"];

impl Layers {
    /// Reads every source. The error names every problem of all of them; a file that cannot be parsed counts as empty.
    pub fn read(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let env: BTreeMap<_, _> = env.collect();
        let mut layers = Self { config: Config::default(), sources: HashMap::new() };
        let mut problems = Vec::new();
        if let Some(directory) = env.get(CREDENTIALS_DIRECTORY) {
            problems.extend(layers.add_credentials(Path::new(directory)));
        }
        if let Some(file) = file {
            problems.extend(layers.add_file(file));
        }
        problems.extend(layers.add_variables(&env));
        problems.extend(layers.add_flags(overrides));
        if problems.is_empty() { Ok(layers) } else { Err(ConfigError::new(problems)) }
    }

    /// Reads the text of a file, and no other source.
    pub fn of_text(text: &str) -> Result<Self, ConfigError> {
        let mut layers = Self { config: Config::default(), sources: HashMap::new() };
        let problems = layers.add_text(&"the text", text);
        if problems.is_empty() { Ok(layers) } else { Err(ConfigError::new(problems)) }
    }

    /// Where the value of the key at `path` comes from.
    pub fn source(&self, path: &str) -> &Source {
        self.sources.get(path).unwrap_or(&Source::Default)
    }

    fn add_credentials(&mut self, directory: &Path) -> Vec<String> {
        let present = CREDENTIALS.iter().map(|(path, name)| (path, name, directory.join(name)));
        present
            .filter(|(_, _, file)| file.is_file())
            .filter_map(|(path, name, file)| {
                let set = self.set(path, &Raw::Text(&file.to_string_lossy()), Source::Credential(name));
                set.err().map(|problem| format!("{CREDENTIALS_DIRECTORY}: {path}: {problem}"))
            })
            .collect()
    }

    fn add_file(&mut self, file: &Path) -> Vec<String> {
        let name = file.display();
        match fs::read_to_string(file) {
            Ok(text) => self.add_text(&name, &text),
            Err(error) => vec![format!("{name}: cannot be read: {error}")],
        }
    }

    /// Adds a file's text; `name` is what problems call the file.
    fn add_text(&mut self, name: &dyn fmt::Display, text: &str) -> Vec<String> {
        let line = |span: Range<usize>| 1 + text.bytes().take(span.start).filter(|&byte| byte == b'\n').count();
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut problems = if errors.is_empty() {
            self.add_table(table.get_ref(), &line)
        } else {
            // What could be parsed of a broken file would only add problems that are none.
            let at = |span: Option<Range<usize>>| span.map_or(1, &line);
            errors.iter().map(|error| (at(error.span()), error.message().to_owned())).collect()
        };
        problems.sort();
        problems.into_iter().map(|(line, problem)| format!("{name}:{line}: {problem}")).collect()
    }

    /// Returns the problems with their lines.
    fn add_table(&mut self, table: &DeTable<'_>, line: &dyn Fn(Range<usize>) -> usize) -> Vec<(usize, String)> {
        let mut problems = Vec::new();
        for (name, value) in table {
            let (at, name) = (line(name.span()), name.get_ref().as_ref());
            match (value.get_ref(), SECTIONS.contains(&name)) {
                (DeValue::Table(section), true) => {
                    for (key, value) in section {
                        let path = format!("{name}.{}", key.get_ref());
                        problems.extend(self.add_line(&path, value.get_ref(), line(key.span())));
                    }
                }
                (DeValue::Table(_), false) => {
                    let hint = suggestion(name, SECTIONS.iter().copied());
                    problems.push((at, format!("{name}: no such section{hint}")));
                }
                (other, true) => {
                    let found = other.type_str();
                    problems.push((at, format!("{name}: expected a section, [{name}], found a TOML {found}")));
                }
                (value, false) => problems.extend(self.add_line(name, value, at)),
            }
        }
        problems
    }

    fn add_line(&mut self, path: &str, value: &DeValue<'_>, line: usize) -> Option<(usize, String)> {
        let set = self.set(path, &Raw::Toml(value), Source::File(line));
        set.err().map(|problem| (line, format!("{path}: {problem}")))
    }

    fn add_variables(&mut self, env: &BTreeMap<String, String>) -> Vec<String> {
        let ours = env.iter().filter(|(name, _)| name.starts_with(VARIABLE_PREFIX));
        let mut problems = Vec::new();
        for (name, value) in ours.filter(|(name, _)| !is_ignored(name)) {
            let Some(key) = KEYS.iter().find(|key| key.variable() == **name) else {
                let known: Vec<_> = KEYS.iter().map(Key::variable).collect();
                let hint = suggestion(name, known.iter().map(String::as_str));
                problems.push(format!("{name}: no such setting{hint}"));
                continue;
            };
            if let Err(problem) = self.set(key.path, &Raw::Text(value), Source::Variable(name.clone())) {
                problems.push(format!("{name}: {problem}"));
            }
        }
        problems
    }

    fn add_flags(&mut self, overrides: &Overrides) -> Vec<String> {
        let set = overrides.0.iter().filter_map(|given| {
            let set = self.set(&given.path, &Raw::Text(&given.value), Source::Flag(given.flag.clone()));
            set.err().map(|problem| {
                let names_the_key = given.flag.contains(&given.path);
                let path = if names_the_key { String::new() } else { format!("{}: ", given.path) };
                format!("{}: {path}{problem}", given.flag)
            })
        });
        set.collect()
    }

    fn set(&mut self, path: &str, raw: &Raw<'_>, source: Source) -> Result<(), String> {
        let key = Key::find(path)?;
        (key.set)(&mut self.config, raw)?;
        self.sources.insert(key.path, source);
        Ok(())
    }
}

/// Whether a variable with the server's prefix was not meant as a setting.
///
/// Kubernetes gives every container variables for each Service in its namespace. For one named `countersign` they are
/// `COUNTERSIGN_SERVICE_HOST`, `COUNTERSIGN_PORT_8443_TCP` and the like; no setting may begin so.
fn is_ignored(name: &str) -> bool {
    let rest = name.strip_prefix(VARIABLE_PREFIX).unwrap_or(name);
    let of_kubernetes = rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_");
    of_kubernetes || RESERVED.contains(&name)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Credential(name) => write!(f, "credential {name}"),
            Self::File(line) => write!(f, "file, line {line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}
