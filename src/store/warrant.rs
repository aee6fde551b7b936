//! In whose name a change is made.

use crate::{error::Result, id::UserId, model::Editor, store::State, time::Timestamp};

/// The right to change something, as far as it was known when the request came in.
///
/// A change waits in the writer's queue, and what was found before may not be so any more: the caller can have been
/// locked, or lost its role. So nobody can ask for a change without saying how to find out, and the writer does, just
/// before the change is decided.
pub struct Warrant {
    pub(super) editor: Editor,
    still: Option<Box<StillGood>>,
}

type StillGood = dyn FnOnce(&State<'_>, Timestamp) -> Result<()> + Send;

impl Warrant {
    /// The server's own, at its start and from its command line. No request may be carried out with it.
    pub fn system() -> Self {
        Self { editor: Editor::System, still: None }
    }

    /// A user's, for as long as `still` does not refuse.
    pub fn of(user: UserId, still: impl FnOnce(&State<'_>, Timestamp) -> Result<()> + Send + 'static) -> Self {
        Self { editor: Editor::User(user), still: Some(Box::new(still)) }
    }

    /// Refuses if it is not good any more.
    pub(super) fn check(self, state: &State<'_>, now: Timestamp) -> Result<()> {
        self.still.map_or(Ok(()), |still| still(state, now))
    }
}
