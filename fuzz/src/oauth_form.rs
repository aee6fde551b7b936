//! Forms, as the OAuth endpoints read them.

use countersign::oauth::form::{decode, parse};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const NAMES: [&str; 8] =
    ["grant_type", "scope", "client_id", "client_secret", "assertion", "client_assertion", "token", "a"];

pub fn run(input: &[u8]) {
    if let Some(decoded) = decode(input) {
        assert!(decoded.len() <= input.len());
    }
    let Ok(form) = parse(input) else { return };
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let found = NAMES.iter().filter_map(|name| Some((*name, form.get(name)?)));
    let pairs: Vec<_> = found.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let again = pairs.join("&");
    // Escapes take room: what just fitted may no longer fit.
    let Ok(again) = parse(again.as_bytes()) else { return };
    for name in NAMES {
        assert_eq!(again.get(name), form.get(name), "{name}");
        assert_ne!(form.get(name), Some(""), "an empty parameter is there");
        assert_eq!(form.has_any(&[name]), form.get(name).is_some());
    }
    // Whatever comes first, a parameter stands there once.
    if form.get("token").is_some() {
        let twice = [input, b"&%74oken=x"].concat();
        assert!(parse(&twice).is_err(), "a repeated parameter");
    }
}
