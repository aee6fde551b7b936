//! How the value of a key is read, from the file or from text, and written.

use super::{
    external_url::ExternalUrl,
    quantity::{Bytes, Count, Seconds},
    settings::JwtType,
};
use crate::{keys::Algorithm, telemetry::logs};
use std::{net::SocketAddr, path::PathBuf};
use toml::de::DeValue;

/// A value as it was found, before anybody knows whether it makes sense.
pub enum Raw<'a> {
    /// From an environment variable or a flag.
    Text(&'a str),
    /// From the file.
    Toml(&'a DeValue<'a>),
}

/// What a key can hold.
pub trait Value: Sized {
    /// The value, or what is wrong with it in words for the operator.
    fn read(raw: &Raw<'_>) -> Result<Self, String>;

    /// The value as it stands in a file; `None` if it is not set.
    fn show(&self) -> Option<String>;
}

/// A value that is written as a text, within quotes in the file.
pub trait Word: Sized {
    /// What [`Self::parse`] accepts, in words, with an example.
    fn expected() -> String;
    fn parse(text: &str) -> Option<Self>;
    fn text(&self) -> String;
}

impl Raw<'_> {
    /// What is wrong, for a value that should have been something else.
    pub fn refused(&self, expected: &str) -> String {
        let found = match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Toml(DeValue::String(text)) => format!("{text:?}"),
            Self::Toml(DeValue::Integer(number)) => format!("the number {number}"),
            Self::Toml(DeValue::Boolean(value)) => value.to_string(),
            Self::Toml(other) => format!("a TOML {}", other.type_str()),
        };
        format!("expected {expected}, found {found}")
    }
}

impl<W: Word> Value for W {
    fn read(raw: &Raw<'_>) -> Result<Self, String> {
        let text = match raw {
            Raw::Text(text) => Some(*text),
            Raw::Toml(value) => value.as_str(),
        };
        text.and_then(W::parse).ok_or_else(|| raw.refused(&W::expected()))
    }

    fn show(&self) -> Option<String> {
        Some(toml::Value::String(self.text()).to_string())
    }
}

impl Value for bool {
    fn read(raw: &Raw<'_>) -> Result<Self, String> {
        let value = match raw {
            Raw::Text(text) => text.parse().ok(),
            Raw::Toml(value) => value.as_bool(),
        };
        value.ok_or_else(|| raw.refused("true or false"))
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<const MIN: u64, const MAX: u64> Value for Count<MIN, MAX> {
    fn read(raw: &Raw<'_>) -> Result<Self, String> {
        let number = match raw {
            Raw::Text(text) => text.parse().ok(),
            Raw::Toml(DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            Raw::Toml(_) => None,
        };
        number.and_then(Self::new).ok_or_else(|| raw.refused(&Self::expected()))
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// A key without a default. An empty variable or flag leaves it unset, because that is what `${NAME:-}` of a shell or
/// a compose file makes of a missing one.
impl<V: Value> Value for Option<V> {
    fn read(raw: &Raw<'_>) -> Result<Self, String> {
        match raw {
            Raw::Text("") => Ok(None),
            raw => V::read(raw).map(Some),
        }
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(V::show)
    }
}

impl Word for SocketAddr {
    fn expected() -> String {
        r#"an IP address and a port, such as "127.0.0.1:8443" or "[::]:443""#.into()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Word for PathBuf {
    fn expected() -> String {
        r#"a path, such as "/etc/countersign/tls.crt""#.into()
    }

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }

    fn text(&self) -> String {
        self.display().to_string()
    }
}

impl Word for ExternalUrl {
    fn expected() -> String {
        "https://, a host in lower case, a port if need be, and nothing behind it, such as \"https://id.example.org\" or \
         \"https://id.example.org:8443\""
            .into()
    }

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn text(&self) -> String {
        self.as_str().to_owned()
    }
}

/// Values that are quantities with a unit.
macro_rules! quantities {
    ($($type:ident),*) => {$(
        impl<const MIN: u64, const MAX: u64> Word for $type<MIN, MAX> {
            fn expected() -> String {
                Self::expected()
            }

            fn parse(text: &str) -> Option<Self> {
                Self::parse(text)
            }

            fn text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

quantities!(Seconds, Bytes);

/// Values that are one of a few words.
macro_rules! choices {
    ($($type:ty { $($variant:ident = $text:literal),* })*) => {$(
        impl Word for $type {
            fn expected() -> String {
                [$(concat!("\"", $text, "\"")),*].join(" or ")
            }

            fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }

            fn text(&self) -> String {
                match self {
                    $(Self::$variant => $text,)*
                }
                .to_owned()
            }
        }
    )*};
}

choices! {
    Algorithm { Rs256 = "RS256", Es256 = "ES256", EdDsa = "EdDSA" }
    JwtType { Jwt = "JWT", AtJwt = "at+jwt" }
    logs::Format { Text = "text", Json = "json" }
    logs::Level { Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<V: Value>(text: &str) -> Result<V, String> {
        V::read(&Raw::Text(text))
    }

    #[test]
    fn a_refusal_says_what_was_expected_and_what_was_found() {
        assert_eq!(text::<bool>("yes"), Err(r#"expected true or false, found "yes""#.into()));
        let table = DeValue::parse("{ a = 1 }").expect("toml");
        assert_eq!(
            JwtType::read(&Raw::Toml(table.get_ref())),
            Err(r#"expected "JWT" or "at+jwt", found a TOML table"#.into())
        );
        let number = DeValue::parse("12").expect("toml");
        let refusal = Seconds::<0, 600>::read(&Raw::Toml(number.get_ref())).expect_err("has no unit");
        assert!(refusal.starts_with("expected a duration from 0s to 10m") && refusal.ends_with("found the number 12"));
    }

    #[test]
    fn numbers_come_from_text_and_from_any_notation_of_the_file() {
        for notation in ["4096", "4_096", "0x1000"] {
            let number = DeValue::parse(notation).expect("toml");
            assert_eq!(Count::read(&Raw::Toml(number.get_ref())), Ok(Count::<1, 5000>::of::<4096>()), "{notation}");
        }
        assert_eq!(text("4096"), Ok(Count::<1, 5000>::of::<4096>()));
        assert!(text::<Count<1, 5000>>("-1").is_err());
    }

    #[test]
    fn an_empty_text_unsets_only_what_may_be_unset() {
        assert_eq!(text::<Option<PathBuf>>(""), Ok(None));
        assert!(text::<PathBuf>("").is_err());
    }
}
