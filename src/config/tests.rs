use super::{keys::KEYS, layers::Source, *};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

const REFERENCE: &str = include_str!("../../config/countersign.toml");

/// A file on disk for as long as it is held.
struct File(tempfile::TempDir);

impl File {
    fn new(text: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("countersign.toml"), text).expect("write");
        Self(directory)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("countersign.toml")
    }

    /// The problems of this file with these variables, without the directory.
    fn problems(&self, env: &[(&str, &str)]) -> Vec<String> {
        let error = Config::load(Some(&self.path()), vars(env), Overrides::default()).expect_err("has problems");
        let directory = format!("{}/", self.0.path().display());
        error.problems().iter().map(|problem| problem.replace(&directory, "")).collect()
    }
}

fn vars(env: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>().into_iter()
}

/// The reference's lines `key = value` and `# key = value`: by path, whether it is commented out, and its line.
fn reference_keys() -> BTreeMap<String, (bool, usize)> {
    let mut section = String::new();
    let mut keys = BTreeMap::new();
    for (index, line) in REFERENCE.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        }
        let (name, _) = line.trim_start_matches("# ").split_once(" = ").unwrap_or_default();
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            keys.insert(format!("{section}{name}"), (line.starts_with('#'), index));
        }
    }
    keys
}

#[test]
fn the_reference_has_every_key_with_its_default() {
    let layers = Layers::read(Some(&File::new(REFERENCE).path()), vars(&[]), &Overrides::default()).expect("valid");
    assert_eq!(layers.config, Config::default());
    let documented = reference_keys();
    assert!(documented.keys().map(String::as_str).eq(KEYS.iter().map(|key| key.path).collect::<BTreeSet<_>>()));
    for key in KEYS {
        let (is_commented_out, line) = documented[key.path];
        let in_effect = matches!(layers.source(key.path), Source::File(_));
        assert_eq!(in_effect, !is_commented_out, "{}", key.path);
        assert_eq!((key.show)(&Config::default()).is_none(), is_commented_out, "{} has a default", key.path);
        let above = REFERENCE.lines().nth(line - 1).expect("a line above");
        assert_eq!(above, format!("# {}", key.variable()), "the variable stands above {}", key.path);
    }
}

#[test]
fn the_examples_in_the_reference_are_valid() {
    let uncommented = |line: &str| match line.split_once(" = ") {
        Some((name, _)) if reference_keys().keys().any(|path| path.ends_with(name.trim_start_matches("# "))) => {
            line.trim_start_matches("# ").to_owned()
        }
        _ => line.to_owned(),
    };
    let text: Vec<_> = REFERENCE.lines().map(uncommented).collect();
    let config = Config::load(Some(&File::new(&text.join("\n")).path()), vars(&[]), Overrides::default());
    let config = config.expect("valid");
    config.serving().expect("complete");
    assert!(KEYS.iter().all(|key| (key.show)(&config).is_some()));
}

#[test]
fn each_source_overrules_the_one_below() {
    let file = File::new("[server]\nlisten = \"10.0.0.1:1\"\nmax_connections = 7\ndrain = \"1s\"\n");
    let env = [("COUNTERSIGN_SERVER__MAX_CONNECTIONS", "8"), ("COUNTERSIGN_SERVER__DRAIN", "2s"), ("HOME", "/")];
    let mut overrides = Overrides::default();
    overrides.set("--drain", "server.drain", "3s");
    let layers = Layers::read(Some(&file.path()), vars(&env), &overrides).expect("valid");
    let sources =
        ["server.listen", "server.max_connections", "server.drain", "logs.level"].map(|p| layers.source(p).to_string());
    assert_eq!(sources, ["file, line 2", "COUNTERSIGN_SERVER__MAX_CONNECTIONS", "--drain", "default"]);
    assert_eq!(layers.config.server.listen.to_string(), "10.0.0.1:1");
    assert_eq!(layers.config.server.max_connections.get(), 8);
    assert_eq!(layers.config.server.drain.to_string(), "3s");
}

#[test]
fn every_problem_is_reported_with_its_place() {
    let file = File::new(
        "external_ulr = \"https://x\"\nlogs = 1\n\n[tokens]\njwt_type = \"at+JWT\"\naccess_token_lifetime = 12\n\n\
         [server]\nlisen = \"127.0.0.1:1\"\n\n[storge]\npath = \"x\"\n\n[cluster]\n",
    );
    let env = [("COUNTERSIGN_LOGS__LEVL", "info"), ("COUNTERSIGN_METRICS__ENABLED", "on")];
    assert_eq!(
        file.problems(&env),
        [
            "countersign.toml:1: external_ulr: no such key; did you mean external_url?",
            "countersign.toml:2: logs: expected a section, [logs], found a TOML integer",
            r#"countersign.toml:5: tokens.jwt_type: expected "JWT" or "at+jwt", found "at+JWT""#,
            "countersign.toml:6: tokens.access_token_lifetime: expected a duration from 1m to 30d, such as \"90s\", \
             \"30m\" or \"12h\", found the number 12",
            "countersign.toml:9: server.lisen: no such key; did you mean server.listen?",
            "countersign.toml:11: storge: no such section; did you mean storage?",
            "countersign.toml:14: cluster: no such section",
            "COUNTERSIGN_LOGS__LEVL: no such setting; did you mean COUNTERSIGN_LOGS__LEVEL?",
            r#"COUNTERSIGN_METRICS__ENABLED: expected true or false, found "on""#,
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_is_reported_by_line() {
    let problems = File::new("[server]\nlisten = \n").problems(&[]);
    assert!(problems[0].starts_with("countersign.toml:2: "), "{problems:?}");
    let twice = File::new("[server]\ndrain = \"1s\"\ndrain = \"2s\"\n").problems(&[]);
    assert!(twice[0].starts_with("countersign.toml:3: "), "{twice:?}");
    let missing = Config::load(Some(Path::new("/nowhere/x.toml")), vars(&[]), Overrides::default());
    assert!(missing.expect_err("no file").to_string().starts_with("/nowhere/x.toml: cannot be read: "));
}

#[test]
fn flags_are_named_in_their_errors() {
    let mut overrides = Overrides::default();
    overrides.set("--listen", "server.listen", "everywhere");
    overrides.set("--set server.drian", "server.drian", "1s");
    let error = Config::load(None, vars(&[]), overrides).expect_err("both are wrong");
    assert!(error.problems()[0].starts_with("--listen: server.listen: expected an IP address"), "{error}");
    assert_eq!(error.problems()[1], "--set server.drian: no such key; did you mean server.drain?");
}

#[test]
fn variables_of_kubernetes_and_reserved_ones_are_no_settings() {
    let env = [
        ("COUNTERSIGN_PORT", "tcp://10.0.0.1:8443"),
        ("COUNTERSIGN_PORT_8443_TCP_ADDR", "10.0.0.1"),
        ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1"),
        ("COUNTERSIGN_CONFIG", "/etc/countersign/countersign.toml"),
    ];
    assert_eq!(Config::load(None, vars(&env), Overrides::default()).expect("valid"), Config::default());
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    for key in KEYS {
        let shown = (key.show)(&Config::default()).unwrap_or_else(|| "https://x".into());
        let variable = key.variable();
        let env = [(variable.as_str(), shown.trim_matches(['"', '[', ']']))];
        let layers = Layers::read(None, vars(&env), &Overrides::default()).expect("valid");
        assert_eq!(layers.source(key.path), &Source::Variable(variable.clone()));
    }
}

#[test]
fn credentials_stand_in_for_defaults_only() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("master.key"), "").expect("write");
    fs::write(directory.path().join("tls.key"), "").expect("write");
    let env = [("CREDENTIALS_DIRECTORY", directory.path().to_str().expect("UTF-8")), ("COUNTERSIGN_TLS__KEY", "/k")];
    let config = Config::load(None, vars(&env), Overrides::default()).expect("valid");
    assert_eq!(config.storage.master_key_path(), directory.path().join("master.key"));
    assert_eq!((config.tls.key, config.tls.certificate), (Some("/k".into()), None));
    assert_eq!(Config::default().storage.master_key_path(), Path::new("/var/lib/countersign/master.key"));
}

#[test]
fn a_check_lists_what_is_in_effect_or_what_is_wrong() {
    let database = tempfile::tempdir().expect("a directory");
    let text = format!(
        "external_url = \"https://id.example.org\"\nstorage.path = \"{}/c.redb\"\ntls.self_signed = true\n",
        database.path().display()
    );
    let report = check_config(Some(&File::new(&text).path()), vars(&[]), Overrides::default()).expect("ok");
    let line = |key: &str| {
        let line = report.lines().find(|line| line.starts_with(key)).expect(key);
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("external_url"), r#"external_url "https://id.example.org" file, line 1"#);
    assert_eq!(line("tls.certificate"), "tls.certificate (not set) default");
    assert_eq!(line("server.max_connections"), "server.max_connections 4096 default");
    assert!(line("warning: storage.master_key").ends_with("nor a database; `countersign init` makes both"));

    let nothing = check_config(None, vars(&[]), Overrides::default()).expect_err("no issuer");
    assert_eq!(nothing.problems().len(), 2, "{nothing}");
}
