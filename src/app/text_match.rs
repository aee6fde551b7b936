//! How list queries compare texts.

use crate::{
    model::text::fold,
    proto::zitadel::{filter::v2::TextFilterMethod, object::v2, v1::TextQueryMethod},
    store,
};
use buffa::{EnumValue, Enumeration};

/// A condition on a text, prepared once and asked of many. Nothing in it has a special meaning: `%` is a percent sign.
#[derive(Debug)]
pub struct TextMatch {
    /// In lower case if the case does not matter.
    wanted: String,
    part: Part,
    ignores_case: bool,
}

/// Which part of a text has to be the wanted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    Start,
    End,
    Any,
}

/// A text that is sought in an index, or its beginning.
#[derive(Debug)]
pub struct Place {
    key: Vec<u8>,
    pub whole: bool,
}

impl TextMatch {
    pub fn new(wanted: &str, part: Part, ignores_case: bool) -> Self {
        Self { wanted: if ignores_case { fold(wanted) } else { wanted.into() }, part, ignores_case }
    }

    /// As v1 requests say it. Validation has refused methods without a name.
    pub fn v1(wanted: &str, method: &EnumValue<TextQueryMethod>) -> Self {
        Self::by(wanted, method.as_known().unwrap_or_default())
    }

    /// As v2 filters say it: the same methods under the same numbers.
    pub fn filter(wanted: &str, method: &EnumValue<TextFilterMethod>) -> Self {
        Self::by(wanted, TextQueryMethod::from_i32(method.to_i32()).unwrap_or_default())
    }

    /// As v2 queries say it: the same again.
    pub fn v2(wanted: &str, method: &EnumValue<v2::TextQueryMethod>) -> Self {
        Self::by(wanted, TextQueryMethod::from_i32(method.to_i32()).unwrap_or_default())
    }

    fn by(wanted: &str, method: TextQueryMethod) -> Self {
        let (part, ignores_case) = match method {
            TextQueryMethod::TEXT_QUERY_METHOD_EQUALS => (Part::Whole, false),
            TextQueryMethod::TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE => (Part::Whole, true),
            TextQueryMethod::TEXT_QUERY_METHOD_STARTS_WITH => (Part::Start, false),
            TextQueryMethod::TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE => (Part::Start, true),
            TextQueryMethod::TEXT_QUERY_METHOD_CONTAINS => (Part::Any, false),
            TextQueryMethod::TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE => (Part::Any, true),
            TextQueryMethod::TEXT_QUERY_METHOD_ENDS_WITH => (Part::End, false),
            TextQueryMethod::TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE => (Part::End, true),
        };
        Self::new(wanted, part, ignores_case)
    }

    pub fn matches(&self, text: &str) -> bool {
        if self.ignores_case { self.compare(&fold(text)) } else { self.compare(text) }
    }

    /// Where an index of [folded](fold) texts has all that match, and maybe some that do not; `None` if it would be
    /// everywhere.
    pub fn place(&self) -> Option<Place> {
        let key = fold(&self.wanted).into_bytes();
        match self.part {
            Part::Whole => Some(Place { key, whole: true }),
            Part::Start if !key.is_empty() => Some(Place { key, whole: false }),
            Part::Start | Part::End | Part::Any => None,
        }
    }

    /// The text that alone can match, give or take its case.
    pub fn whole(&self) -> Option<&str> {
        (self.part == Part::Whole).then_some(&self.wanted)
    }

    fn compare(&self, text: &str) -> bool {
        let wanted = self.wanted.as_str();
        match self.part {
            Part::Whole => text == wanted,
            Part::Start => text.starts_with(wanted),
            Part::End => text.ends_with(wanted),
            Part::Any => text.contains(wanted),
        }
    }
}

impl Place {
    pub fn part(&self) -> store::Part<'_> {
        if self.whole { store::Part::Only(&self.key) } else { store::Part::Beginning(&self.key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By number: equals, starts with, contains, ends with; each first as it is and then whatever the case.
    fn matches(method: i32, wanted: &str, text: &str) -> bool {
        let method = TextQueryMethod::from_i32(method).expect("a method");
        TextMatch::v1(wanted, &method.into()).matches(text)
    }

    #[test]
    fn every_method_has_its_own_answers() {
        let texts = ["bot", "BOT", "botany", "Botany", "a robot", "A ROBOT", "robots", "ROBOTS", "b%t"];
        let answers: [&[&str]; 8] = [
            &["bot"],
            &["bot", "BOT"],
            &["bot", "botany"],
            &["bot", "BOT", "botany", "Botany"],
            &["bot", "botany", "a robot", "robots"],
            &["bot", "BOT", "botany", "Botany", "a robot", "A ROBOT", "robots", "ROBOTS"],
            &["bot", "a robot"],
            &["bot", "BOT", "a robot", "A ROBOT"],
        ];
        for (method, expected) in (0..).zip(answers) {
            let found: Vec<_> = texts.into_iter().filter(|text| matches(method, "bot", text)).collect();
            assert_eq!(found, expected, "method {method}");
        }
    }

    #[test]
    fn wildcards_of_sql_are_plain_characters() {
        assert!((0..8).all(|method| !matches(method, "b%t", "bot") && !matches(method, "b_t", "bot")));
    }

    proptest! {
        #[test]
        fn a_text_matches_by_every_method_what_was_made_from_it(before in ".{0,8}", wanted in ".{0,8}", after in ".{0,8}") {
            prop_assert!((0..8).all(|method| matches(method, &wanted, &wanted)));
            let made = |parts: &[&str]| parts.concat();
            prop_assert!(matches(2, &wanted, &made(&[&wanted, &after])));
            prop_assert!(matches(4, &wanted, &made(&[&before, &wanted, &after])));
            prop_assert!(matches(6, &wanted, &made(&[&before, &wanted])));
        }

        #[test]
        fn what_matches_is_where_an_index_is_asked(method in 0..4i32, wanted in "[a-bA-BΣσςİ ]{1,3}", text in "[a-bA-BΣσςİ ]{0,6}") {
            let method = TextQueryMethod::from_i32(method).expect("a method");
            let asked = TextMatch::v1(&wanted, &method.into());
            let place = asked.place().expect("a place");
            prop_assert!(!asked.matches(&text) || place.part().contains(fold(&text).as_bytes()));
        }

        #[test]
        fn what_matches_also_matches_in_any_ascii_case(wanted in "[a-zA-Z]{0,3}", text in "[a-zA-Z]{0,6}") {
            for method in [0, 2, 4, 6] {
                let ignoring = matches(method + 1, &wanted, &text);
                prop_assert!(ignoring || !matches(method, &wanted, &text));
                prop_assert_eq!(ignoring, matches(method + 1, &wanted.to_uppercase(), &text.to_lowercase()));
                prop_assert_eq!(ignoring, matches(method, &wanted.to_lowercase(), &text.to_lowercase()));
            }
        }
    }
}
