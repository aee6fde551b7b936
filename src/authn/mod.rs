//! Who calls: from a header to a [`Caller`], or to nobody.

mod alive;
mod assertion;
mod basic;
mod bearer;
mod present;
mod uses;

pub use alive::{Account, Presented, alive};
pub use assertion::{Assertion, Flaw, Verified};
pub use basic::{BasicCredentials, basic, text_of};
pub use bearer::{Caller, bearer};
pub use present::{Bearer, Claims, read};
pub use uses::{Attempt, Note, Uses};
