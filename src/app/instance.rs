//! The instance itself.

use crate::{
    app::App,
    authz::{Anyone, Authenticated},
    error::Result,
    proto::zitadel::{admin::v1 as admin, auth::v1 as auth, management::v1 as management},
};

/// The ids that clients need before they know any other.
pub async fn get_iam(app: App, _: Authenticated, _: management::GetIAMRequest) -> Result<management::GetIAMResponse> {
    let instance = app.store.snapshot()?.state().instance()?;
    Ok(management::GetIAMResponse {
        global_org_id: instance.default_org.to_string(),
        default_org_id: instance.default_org.to_string(),
        iam_project_id: instance.project,
    })
}

pub async fn management_healthz(
    _: App,
    _: Anyone,
    _: management::HealthzRequest,
) -> Result<management::HealthzResponse> {
    Ok(Default::default())
}

pub async fn admin_healthz(_: App, _: Anyone, _: admin::HealthzRequest) -> Result<admin::HealthzResponse> {
    Ok(Default::default())
}

pub async fn auth_healthz(_: App, _: Anyone, _: auth::HealthzRequest) -> Result<auth::HealthzResponse> {
    Ok(Default::default())
}
