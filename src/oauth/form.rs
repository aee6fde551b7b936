//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), read strictly and within limits.

use crate::limits::{MAX_FORM_BYTES, MAX_PARAMETER_BYTES, MAX_PARAMETERS};
use std::{borrow::Cow, fmt};

/// The parameters of a request. Those without a value are not there (RFC 6749 section 3.2).
pub struct Form<'a>(Vec<Parameter<'a>>);

/// Why a form is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormError {
    /// A `%` without two hexadecimal digits, or bytes that are no UTF-8.
    Encoding,
    /// A parameter stands there twice (RFC 6749 section 3.2) of which there may be only one.
    Repeated,
    TooLarge,
}

struct Parameter<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// What a client may name several of (RFC 8707 section 2). Nothing comes of it: scopes say for whom a token is.
const REPEATABLE: &str = "resource";

/// Reads a form. Nothing of it is copied that is not escaped.
pub fn parse(body: &[u8]) -> Result<Form<'_>, FormError> {
    if body.len() > MAX_FORM_BYTES {
        return Err(FormError::TooLarge);
    }
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    for pair in body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
        if parameters.len() == MAX_PARAMETERS {
            return Err(FormError::TooLarge);
        }
        let parameter = parameter(pair)?;
        // At most 64 of them, so comparing each with each costs less than a set.
        if parameter.name != REPEATABLE && parameters.iter().any(|other| other.name == parameter.name) {
            return Err(FormError::Repeated);
        }
        parameters.push(parameter);
    }
    // Only now, so that an empty parameter beside a full one of the same name counts as repeated.
    parameters.retain(|parameter| !parameter.value.is_empty());
    Ok(Form(parameters))
}

/// Undoes the form encoding of one name or value. `None` if a `%` is not followed by two hexadecimal digits.
pub fn decode(encoded: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !encoded.iter().any(|byte| b"%+".contains(byte)) {
        return Some(Cow::Borrowed(encoded));
    }
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (&[high, low], after) = rest.split_first_chunk()?;
                rest = after;
                hex_digit(high)? << 4 | hex_digit(low)?
            }
            other => other,
        });
    }
    Some(Cow::Owned(decoded))
}

impl Form<'_> {
    /// The value of a parameter; never empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.value.as_ref())
    }

    /// Whether one of these is there.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }
}

/// Says nothing of the values, which may be secrets, nor of the names, which are the client's own words.
impl fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({} parameters)", self.0.len())
    }
}

fn parameter(pair: &[u8]) -> Result<Parameter<'_>, FormError> {
    let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
        Some(at) => (&pair[..at], &pair[at + 1..]),
        None => (pair, &[][..]),
    };
    Ok(Parameter { name: text(name)?, value: text(value)? })
}

fn text(encoded: &[u8]) -> Result<Cow<'_, str>, FormError> {
    let text = match decode(encoded).ok_or(FormError::Encoding)? {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| FormError::Encoding)?,
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| FormError::Encoding)?,
    };
    if text.len() > MAX_PARAMETER_BYTES {
        return Err(FormError::TooLarge);
    }
    Ok(text)
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::{collection::btree_map, prelude::*};

    fn error(body: &[u8]) -> Option<FormError> {
        parse(body).err()
    }

    #[test]
    fn parameters_are_decoded_and_empty_ones_are_absent() {
        let form = parse(b"a=1&b=x+y%20z&c=&d&%65=%C3%A9&&f=a=b&").expect("a form");
        assert_eq!(form.get("a"), Some("1"));
        assert_eq!(form.get("b"), Some("x y z"));
        assert_eq!((form.get("c"), form.get("d"), form.get("")), (None, None, None));
        assert_eq!((form.get("e"), form.get("f")), (Some("é"), Some("a=b")));
        assert!(form.has_any(&["x", "a"]) && !form.has_any(&["x", "c"]));
        assert_eq!(format!("{form:?}"), "Form(4 parameters)");
    }

    #[test]
    fn what_is_ambiguous_or_broken_is_refused() {
        for body in ["a=1&a=1", "a=1&a=", "a&a", "a=1&%61=2"] {
            assert_eq!(error(body.as_bytes()), Some(FormError::Repeated), "{body}");
        }
        assert_eq!(error(b"resource=https://a&a=1&resource=https://b&resource="), None);
        for body in ["a=%", "a=%4", "a=%zz", "a=%+1", "%ff=1", "a=%C3"] {
            assert_eq!(error(body.as_bytes()), Some(FormError::Encoding), "{body}");
        }
        assert_eq!(error(b"a=\xff"), Some(FormError::Encoding));
    }

    #[test]
    fn limits_hold_to_the_byte() {
        let value = |bytes: usize| format!("a={}", "x".repeat(bytes));
        assert_eq!(error(value(MAX_PARAMETER_BYTES).as_bytes()), None);
        assert_eq!(error(value(MAX_PARAMETER_BYTES + 1).as_bytes()), Some(FormError::TooLarge));
        let many = |count: usize| (0..count).map(|n| format!("p{n}=1&")).collect::<String>();
        assert_eq!(error(many(MAX_PARAMETERS).as_bytes()), None);
        assert_eq!(error(many(MAX_PARAMETERS + 1).as_bytes()), Some(FormError::TooLarge));
        assert_eq!(error(&[b'&'; MAX_FORM_BYTES]), None);
        assert_eq!(error(&[b'&'; MAX_FORM_BYTES + 1]), Some(FormError::TooLarge));
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_errors(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }

        #[test]
        fn what_a_client_encodes_is_read(parameters in btree_map("[^\0]{1,8}", "[^\0]{1,8}", 0..8)) {
            let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let pairs: Vec<_> = parameters.iter().map(|(name, value)| [encode(name), encode(value)].join("=")).collect();
            let body = pairs.join("&");
            let form = parse(body.as_bytes()).expect("a form");
            for (name, value) in &parameters {
                prop_assert_eq!(form.get(name), Some(value.as_str()));
            }
        }
    }
}
