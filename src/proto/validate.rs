//! The checks that the protos declare on requests, with the words of protoc-gen-validate.
//!
//! Clients show these texts to people, so they are ZITADEL's to the letter, down to Go's names of
//! types and fields.

use std::fmt;

/// How many messages deep a check descends: 32 levels of nested queries, which take two messages
/// each. Past it nothing is checked; a list refuses queries at a lesser depth, with its own error.
const MAX_DEPTH: usize = 64;

/// A request that can tell what is wrong with it.
pub trait Validate {
    /// Finds the first field that breaks a rule.
    fn validate(&self) -> Result<(), Violation> {
        self.validate_at(0)
    }

    /// The same for a message that lies `depth` messages deep in the request.
    #[doc(hidden)]
    fn validate_at(&self, _depth: usize) -> Result<(), Violation> {
        Ok(())
    }
}

/// A field that breaks a rule. Its text is the message of an `InvalidArgument` error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    place: Place,
    reason: &'static str,
    cause: Option<Box<Violation>>,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "invalid {}: {}", self.place, self.reason)?;
        match &self.cause {
            Some(cause) => write!(out, " | caused by: {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Violation {}

/// A field, or one item of it, under Go's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    message: &'static str,
    field: &'static str,
    index: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.message, self.field)?;
        match self.index {
            Some(index) => write!(out, "[{index}]"),
            None => Ok(()),
        }
    }
}

impl Place {
    const fn field(message: &'static str, field: &'static str) -> Self {
        Self { message, field, index: None }
    }

    const fn item(self, index: usize) -> Self {
        Self { index: Some(index), ..self }
    }

    fn ensure(self, holds: bool, reason: &'static str) -> Result<(), Violation> {
        if holds {
            return Ok(());
        }
        Err(self.violation(reason, None))
    }

    /// Refuses the first item that an earlier one equals.
    #[allow(dead_code)] // No served request has the rule yet.
    fn unique<T: PartialEq>(self, items: &[T]) -> Result<(), Violation> {
        let repeats = |index: &usize| items[..*index].contains(&items[*index]);
        match (0..items.len()).find(repeats) {
            Some(index) => self.item(index).ensure(false, "repeated value must contain unique items"),
            None => Ok(()),
        }
    }

    fn nested(self, inner: &impl Validate, depth: usize) -> Result<(), Violation> {
        if depth >= MAX_DEPTH {
            return Ok(());
        }
        inner
            .validate_at(depth + 1)
            .map_err(|cause| self.violation("embedded message failed validation", Some(Box::new(cause))))
    }

    fn violation(self, reason: &'static str, cause: Option<Box<Violation>>) -> Violation {
        Violation { place: self, reason, cause }
    }
}

/// The length of a text as Go counts it: in Unicode code points, not in bytes.
fn runes(text: &str) -> usize {
    text.chars().count()
}

// One template serves all fields, so some borrow what is borrowed already, and a message without
// nested checks does not use its depth.
#[allow(unused_variables, clippy::needless_borrow)]
#[rustfmt::skip]
mod generated {
    use super::super::generated as messages;
    use super::{Place, Validate, Violation, runes};
    include!(concat!(env!("OUT_DIR"), "/validate.rs"));
}
