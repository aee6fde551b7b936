//! How a list query compares texts.

use crate::proto::zitadel::v1::TextQueryMethod;
use buffa::EnumValue;

/// The wire's eight methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMethod {
    Equals,
    EqualsIgnoreCase,
    StartsWith,
    StartsWithIgnoreCase,
    Contains,
    ContainsIgnoreCase,
    EndsWith,
    EndsWithIgnoreCase,
}

impl TextMethod {
    /// The method that a query names. A number that no method has was refused when the request was validated; it counts
    /// as the first.
    pub fn of(wire: EnumValue<TextQueryMethod>) -> Self {
        use TextQueryMethod as Wire;
        match wire.as_known().unwrap_or(Wire::TEXT_QUERY_METHOD_EQUALS) {
            Wire::TEXT_QUERY_METHOD_EQUALS => Self::Equals,
            Wire::TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE => Self::EqualsIgnoreCase,
            Wire::TEXT_QUERY_METHOD_STARTS_WITH => Self::StartsWith,
            Wire::TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE => Self::StartsWithIgnoreCase,
            Wire::TEXT_QUERY_METHOD_CONTAINS => Self::Contains,
            Wire::TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE => Self::ContainsIgnoreCase,
            Wire::TEXT_QUERY_METHOD_ENDS_WITH => Self::EndsWith,
            Wire::TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE => Self::EndsWithIgnoreCase,
        }
    }

    pub fn matches(self, value: &str, pattern: &str) -> bool {
        match self {
            Self::Equals => value == pattern,
            Self::EqualsIgnoreCase => lower(value) == lower(pattern),
            Self::StartsWith => value.starts_with(pattern),
            Self::StartsWithIgnoreCase => lower(value).starts_with(&lower(pattern)),
            Self::Contains => value.contains(pattern),
            Self::ContainsIgnoreCase => lower(value).contains(&lower(pattern)),
            Self::EndsWith => value.ends_with(pattern),
            Self::EndsWithIgnoreCase => lower(value).ends_with(&lower(pattern)),
        }
    }
}

/// Letter by letter. `str::to_lowercase` writes a final sigma differently, and then a text would not contain each of
/// its parts.
fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{TextMethod::*, *};
    use proptest::prelude::*;

    const PAIRS: [(TextMethod, TextMethod); 4] = [
        (Equals, EqualsIgnoreCase),
        (StartsWith, StartsWithIgnoreCase),
        (Contains, ContainsIgnoreCase),
        (EndsWith, EndsWithIgnoreCase),
    ];

    #[test]
    fn case_counts_unless_ignored() {
        for (exact, loose) in PAIRS {
            assert!(!exact.matches("ACME", "acme") && loose.matches("ACME", "acme"), "{exact:?}");
            assert!(!loose.matches("ACME", "acne"), "{loose:?}");
        }
        assert!(ContainsIgnoreCase.matches("ΟΔΟΣ", "Σ"));
    }

    #[test]
    fn the_wire_names_each_method_once() {
        let named: Vec<_> = (0..8).map(|number| TextMethod::of(EnumValue::from(number))).collect();
        let all: Vec<_> = PAIRS.into_iter().flat_map(|(exact, loose)| [exact, loose]).collect();
        assert_eq!(named, all);
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_each_of_its_parts(start: String, middle: String, end: String) {
            let whole = format!("{start}{middle}{end}");
            let parts = [(PAIRS[0], &whole), (PAIRS[1], &start), (PAIRS[2], &middle), (PAIRS[3], &end)];
            for ((exact, loose), part) in parts {
                prop_assert!(exact.matches(&whole, part) && loose.matches(&whole, part));
                prop_assert!(Contains.matches(&whole, part) && ContainsIgnoreCase.matches(&whole, part));
            }
        }

        #[test]
        fn what_matches_exactly_matches_loosely(value in "[a-cA-C]{0,4}", pattern in "[a-cA-C]{0,2}") {
            for (exact, loose) in PAIRS {
                prop_assert!(!exact.matches(&value, &pattern) || loose.matches(&value, &pattern));
                prop_assert_eq!(
                    loose.matches(&value, &pattern),
                    exact.matches(&value.to_lowercase(), &pattern.to_lowercase())
                );
            }
        }
    }
}
