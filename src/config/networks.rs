//! A list of blocks of addresses.

use super::value::{Raw, Value};
use crate::{limits::MAX_TRUSTED_PROXIES, model::Network};
use toml::de::DeValue;

/// Blocks of addresses: a list in the file, and separated by commas in a variable or flag.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Networks(Vec<Network>);

const EXPECTED: &str =
    r#"blocks of addresses such as ["192.0.2.0/24", "2001:db8::/32"], with no bits after the prefix"#;

impl Networks {
    pub fn as_slice(&self) -> &[Network] {
        &self.0
    }

    fn parse<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Option<Self> {
        let networks: Vec<_> = texts.map(|text| text.and_then(Network::parse)).collect::<Option<_>>()?;
        (networks.len() <= MAX_TRUSTED_PROXIES).then_some(Self(networks))
    }
}

impl Value for Networks {
    fn read(raw: &Raw<'_>) -> Result<Self, String> {
        let networks = match raw {
            Raw::Text(text) => Self::parse(items(text).map(Some)),
            Raw::Toml(DeValue::Array(list)) => Self::parse(list.iter().map(|item| item.get_ref().as_str())),
            Raw::Toml(_) => None,
        };
        networks.ok_or_else(|| raw.refused(&format!("at most {MAX_TRUSTED_PROXIES} {EXPECTED}")))
    }

    fn show(&self) -> Option<String> {
        let items: Vec<_> = self.0.iter().map(|network| format!("\"{network}\"")).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

/// What stands between the commas, with or without the marks of a list in a file.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    let list = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    list.split(',').map(|item| item.trim().trim_matches('"')).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Result<Networks, String> {
        Networks::read(&Raw::Text(text))
    }

    fn file(text: &str) -> Result<Networks, String> {
        Networks::read(&Raw::Toml(DeValue::parse(text).expect("toml").get_ref()))
    }

    #[test]
    fn a_list_is_read_from_text_and_from_the_file() {
        let two = text("192.0.2.0/24, 2001:db8::/32").expect("two");
        assert_eq!(two.as_slice().len(), 2);
        let shown = two.show().expect("set");
        assert_eq!(shown, r#"["192.0.2.0/24", "2001:db8::/32"]"#);
        assert_eq!((file(&shown), text(&shown)), (Ok(two.clone()), Ok(two)));
        assert_eq!(text(""), Ok(Networks::default()));
        assert_eq!(file("[]"), Ok(Networks::default()));
    }

    #[test]
    fn what_is_no_list_of_blocks_is_refused() {
        for wrong in ["192.0.2.1/24", "proxy.example.org", "192.0.2.0/24 10.0.0.0/8"] {
            assert!(text(wrong).is_err(), "{wrong}");
        }
        for wrong in ["\"192.0.2.0/24\"", "[1]", "[\"x\"]"] {
            assert!(file(wrong).is_err(), "{wrong}");
        }
        assert!(text(&"10.0.0.1,".repeat(MAX_TRUSTED_PROXIES)).is_ok());
        assert!(text(&"10.0.0.1,".repeat(MAX_TRUSTED_PROXIES + 1)).is_err());
    }
}
