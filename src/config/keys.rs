//! The table of keys: each ties a path to a field. Files, variables, flags and reports all go by it.

use super::{
    error::suggestion,
    settings::{Config, Logs, Metrics, Secrets, Server, Storage, Tls, Tokens},
    value::{Raw, Value},
};

/// One setting.
pub struct Key {
    /// As in an error and a report: `server.listen`.
    pub path: &'static str,
    /// Sets the field, or says what is wrong with the value.
    pub set: fn(&mut Config, &Raw<'_>) -> Result<(), String>,
    /// The field as it stands in a file; `None` if it is not set.
    pub show: fn(&Config) -> Option<String>,
}

/// Every variable of this server begins so.
pub const VARIABLE_PREFIX: &str = "COUNTERSIGN_";

/// Makes [`KEYS`] of the field names. The pattern in it names every field of every section, so that a field without a
/// key does not compile.
macro_rules! keys {
    ($($top:ident),*; $($section:ident: $Type:ident { $($field:ident),* })*) => {
        /// Every key, in the order of the reference file.
        pub const KEYS: &[Key] = &[
            $(Key {
                path: stringify!($top),
                set: |config, raw| Value::read(raw).map(|value| config.$top = value),
                show: |config| config.$top.show(),
            },)*
            $($(Key {
                path: concat!(stringify!($section), ".", stringify!($field)),
                set: |config, raw| Value::read(raw).map(|value| config.$section.$field = value),
                show: |config| config.$section.$field.show(),
            },)*)*
        ];

        /// The names of the sections.
        pub const SECTIONS: &[&str] = &[$(stringify!($section)),*];

        const _: fn(Config) = |config| {
            let Config { $($top: _,)* $($section: $Type { $($field: _),* }),* } = config;
        };
    };
}

keys! {
    external_url;
    server: Server { listen, max_connections, drain, trusted_proxies, proxy_protocol }
    tls: Tls { certificate, key, self_signed }
    storage: Storage { path, master_key, cache, accept_later_events }
    tokens: Tokens { access_token_lifetime, id_token_lifetime, signing_algorithm, jwt_type }
    secrets: Secrets { rotation_grace }
    logs: Logs { format, level }
    metrics: Metrics { enabled }
}

impl Key {
    /// The key at this path, or the words that say that there is none.
    pub fn find(path: &str) -> Result<&'static Self, String> {
        if let Some(key) = KEYS.iter().find(|key| key.path == path) {
            return Ok(key);
        }
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        // A key in the wrong section is nearer to what was meant than any other spelling.
        let misplaced = KEYS.iter().find(|key| last(key.path) == last(path));
        let hint = match misplaced {
            Some(key) => format!("; did you mean {}?", key.path),
            None => suggestion(path, KEYS.iter().map(|key| key.path)),
        };
        Err(format!("no such key{hint}"))
    }

    /// The environment variable that sets this key: `COUNTERSIGN_SERVER__LISTEN`.
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.path.to_ascii_uppercase().replace('.', "__"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_variables_follow_the_fields() {
        let key = Key::find("tokens.access_token_lifetime").expect("a key");
        assert_eq!(key.variable(), "COUNTERSIGN_TOKENS__ACCESS_TOKEN_LIFETIME");
        assert_eq!((key.show)(&Config::default()).as_deref(), Some("\"12h\""));
        assert_eq!(Key::find("external_url").expect("a key").variable(), "COUNTERSIGN_EXTERNAL_URL");
    }

    #[test]
    fn a_wrong_key_leads_to_the_right_one() {
        let hint = |path| Key::find(path).err().expect("no such key");
        assert_eq!(hint("server.listn"), "no such key; did you mean server.listen?");
        assert_eq!(hint("listen"), "no such key; did you mean server.listen?");
        assert_eq!(hint("cluster.peers"), "no such key");
    }
}
