//! When credentials were last used: written down in batches, beside the requests.

use crate::{
    app::App,
    error::Result,
    limits::USE_FLUSH_INTERVAL,
    model::{Credential, LastUse},
    store::{Decision, Note, State, Warrant},
};
use tokio::{sync::oneshot, time::timeout};

/// Writes down every few seconds what was used, until the other end of `stop` is dropped. Whoever would end it before it
/// is done could not tell whether the notes that it took are written down.
pub async fn flush_loop(app: App, mut stop: oneshot::Receiver<()>) {
    while timeout(USE_FLUSH_INTERVAL, &mut stop).await.is_err() {
        if let Err(error) = write_down(&app).await {
            tracing::warn!(reason = %error.message, cause = ?error.cause, "the last uses of credentials were not stored");
        }
    }
}

/// Writes down what was used until now, in one commit; none if nothing was.
pub async fn write_down(app: &App) -> Result<()> {
    let notes = app.uses().hand_over();
    if notes.is_empty() {
        return Ok(());
    }
    let decide = move |state: &State<'_>, _| {
        let mut decision = Decision::nothing(());
        for (user, credential, note) in notes {
            let last_use = note.after(state.last_use(&user, &credential)?);
            decision.notes.push(Note::LastUse(user, credential, last_use));
        }
        Ok(decision)
    };
    app.store.change(Warrant::system(), decide).await?;
    app.uses().forget();
    Ok(())
}

/// When a credential was last used, as of now.
pub fn of(app: &App, state: &State<'_>, credential: &Credential) -> Result<Option<LastUse>> {
    Ok(app.uses().complete(&credential.id, state.last_use(&credential.user, &credential.id)?))
}
