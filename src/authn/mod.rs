//! Who calls: from a header to a [`Caller`], or to nobody.

mod alive;
mod assertion;
mod basic;
mod bearer;
mod gate;
mod guard;
mod present;
mod slow_checks;
mod uses;

pub use alive::{Account, By, Presented, alive};
pub use assertion::{Assertion, Flaw, Verified};
pub use basic::{BasicCredentials, basic, text_of};
pub use bearer::{Caller, bearer};
pub use gate::Gate;
pub use guard::{Claimed, Guard, Paced, Paces, Throttle};
pub use present::{Bearer, Claims, read};
pub use slow_checks::{Guess, SlowChecks, Turn};
pub use uses::{Attempt, Note, Uses};
