//! The running server: all parts put together, and the tasks beside the requests.

use crate::{
    app::{App, signing_keys},
    error::{Error, Result},
    front::Front,
    server::{Bound, Shutdown},
};

/// Serves on an open port until `shutdown` begins, and then until requests in flight have ended.
///
/// Fails if changes can no longer be stored: the process should end then and be started anew, as what is on disk is
/// not known until the file was opened again.
pub async fn serve(bound: Bound, app: App, shutdown: Shutdown) -> Result<()> {
    tokio::spawn(make_signing_key(app.clone()));
    let failure = tokio::spawn(stop_if_the_store_fails(app.clone(), shutdown.clone()));
    bound.serve(Front::new(app.clone(), shutdown.flag()), shutdown).await;
    failure.abort();
    if !app.store.is_writable() {
        return Err(Error::unavailable(
            "a change could not be stored; the line before this says why. Check the disk, then start again",
        ));
    }
    Ok(())
}

/// Beside the requests: nobody waits for it but those who want a JWT.
async fn make_signing_key(app: App) {
    if let Err(error) = signing_keys::ensure(&app).await {
        tracing::error!(reason = %error.message, cause = ?error.cause, "no signing key could be made");
    }
}

async fn stop_if_the_store_fails(app: App, shutdown: Shutdown) {
    app.store.failed().await;
    tracing::error!("changes can no longer be stored; stopping");
    shutdown.begin();
}
