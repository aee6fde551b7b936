//! The configuration file.

use countersign::config::Config;

pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Config::parse(text) {
        Ok(config) => {
            let _ = config.serving();
            let more = format!("{text}\n[no_such_section]\nkey = 1\n");
            assert!(Config::parse(&more).is_err(), "nothing is silently ignored");
        }
        Err(error) => assert!(!error.problems().is_empty() && error.problems().iter().all(|text| !text.is_empty())),
    }
}
