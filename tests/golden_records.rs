//! Yesterday's bytes still read, and today's are written as they were.
//!
//! `tests/golden/<record>.v<version>.hex` holds one example a line: its name, and the stored bytes in hexadecimal. A
//! released file never changes, or files in the field are no longer read; only new lines, and new files, are added.

#[path = "golden/credentials.rs"]
mod credentials;
#[path = "golden/records.rs"]
mod records;

use countersign::store::{Record, decode, encode};
use records::{Example, names, records};
use std::{collections::BTreeMap, fmt::Debug, fmt::Write, fs, path::PathBuf};

const HINT: &str = "the bytes of a released version must never change: a changed struct is a new version \
    (src/store/codec.rs). If this one was never released, or a line was added, run this test with UPDATE_GOLDEN=1";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes anything");
        text
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal")).collect()
}

/// Example -> hexadecimal, of one version of one record.
fn read(file: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|e| panic!("tests/golden/{file}: {e}\n{HINT}"));
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.split_once(' ').map(|(name, hex)| (name.into(), hex.into())).expect("name, hex")).collect()
}

/// Both ways for the version that is written now; every older file must at least be readable, line by line.
fn check<R: Record + Debug>(examples: &[Example<R>]) {
    let slug = R::NAME.replace(' ', "-");
    let current = format!("{slug}.v{}.hex", R::VERSION);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let lines: String = examples
            .iter()
            .map(|(name, record)| format!("{name} {}\n", hex(&encode(record).expect("encodes"))))
            .collect();
        fs::create_dir_all(folder()).expect("a folder");
        fs::write(folder().join(&current), lines).expect("written");
    }
    let golden = read(&current);
    for (name, record) in examples {
        let expected = golden.get(*name).unwrap_or_else(|| panic!("tests/golden/{current} has no {name}; {HINT}"));
        assert_eq!(&hex(&encode(record).expect("encodes")), expected, "writing the {slug} {name}: {HINT}");
        let found: R = decode(&bytes(expected)).expect("yesterday's bytes read");
        assert_eq!(format!("{found:?}"), format!("{record:?}"), "reading the {slug} {name}: {HINT}");
        assert_eq!(&hex(&encode(&found).expect("encodes")), expected, "writing what was read of {slug} {name}");
    }
    assert_eq!(golden.len(), examples.len(), "tests/golden/{current} has examples that the test has not; {HINT}");
    for version in 1..R::VERSION {
        for (name, hex) in read(&format!("{slug}.v{version}.hex")) {
            decode::<R>(&bytes(&hex)).unwrap_or_else(|e| panic!("{slug} {name} of version {version}: {:?}", e.cause));
        }
    }
}

#[test]
fn every_record_is_written_and_read_as_ever() {
    let records = records();
    check(&records.access_tokens);
    check(&records.credential_policies);
    check(&records.credentials);
    check(&records.credential_ids);
    check(&records.counts);
    check(&records.events);
    check(&records.instances);
    check(&records.instants);
    check(&records.last_uses);
    check(&records.machines);
    check(&records.member_ids);
    check(&records.members);
    check(&records.metadata);
    check(&records.metadata_sizes);
    check(&records.oidc_settings);
    check(&records.org_ids);
    check(&records.orgs);
    check(&records.project_grant_ids);
    check(&records.project_grants);
    check(&records.project_ids);
    check(&records.project_roles);
    check(&records.projects);
    check(&records.signing_keys);
    check(&records.user_grant_ids);
    check(&records.user_grants);
    check(&records.user_ids);
}

/// The codec's list of records, read from its source: a new kind of record cannot go without a golden file.
#[test]
fn every_kind_of_record_has_a_golden_file() {
    let codec = include_str!("../src/store/codec.rs");
    let kinds: Vec<_> = codec.lines().filter(|line| line.starts_with("impl Record for ")).collect();
    assert!(!kinds.is_empty(), "src/store/codec.rs no longer lists its records as this test reads them");
    assert_eq!(kinds.len(), names().len(), "a kind of record has no examples in tests/golden/records.rs: {kinds:#?}");
    for name in names() {
        let listed = codec.contains(&format!("const NAME: &'static str = \"{name}\""));
        assert!(listed, "src/store/codec.rs has no record called {name}");
        let files = fs::read_dir(folder()).expect("tests/golden").map(|entry| entry.expect("an entry").file_name());
        let prefix = format!("{}.v", name.replace(' ', "-"));
        assert!(files.into_iter().any(|file| file.to_string_lossy().starts_with(&prefix)), "{name} has no golden file");
    }
}

/// The model's own list of event types, read from its source.
#[test]
fn every_kind_of_event_has_an_example() {
    let model = include_str!("../src/model/event_types.rs");
    let types =
        model.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).filter(|name| name.contains('.'));
    let mut listed: Vec<_> = types.collect();
    let mut examples: Vec<_> = records().events.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    examples.sort_unstable();
    assert_eq!(examples, listed, "tests/golden/records.rs (left) and src/model/event_types.rs (right)");
}
