//! Paths and methods.

use crate::oauth::Endpoint;
use http::Method;

/// Something with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Authorize,
    GatewayHealthz,
    Healthz,
    Introspect,
    Keys,
    Metrics,
    OAuthMetadata,
    OpenApi,
    OpenIdConfiguration,
    Ready,
    Revoke,
    Token,
    Userinfo,
}

impl Route {
    const ALL: [Self; 13] = [
        Self::Authorize,
        Self::GatewayHealthz,
        Self::Healthz,
        Self::Introspect,
        Self::Keys,
        Self::Metrics,
        Self::OAuthMetadata,
        Self::OpenApi,
        Self::OpenIdConfiguration,
        Self::Ready,
        Self::Revoke,
        Self::Token,
        Self::Userinfo,
    ];

    pub fn find(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.path() == path)
    }

    /// As the `Allow` header has it.
    pub fn methods(self) -> &'static str {
        match self {
            Self::Introspect | Self::Revoke | Self::Token => "POST",
            Self::Authorize | Self::Userinfo => "GET, HEAD, POST",
            Self::GatewayHealthz
            | Self::Healthz
            | Self::Keys
            | Self::Metrics
            | Self::OAuthMetadata
            | Self::OpenApi
            | Self::OpenIdConfiguration
            | Self::Ready => "GET, HEAD",
        }
    }

    pub fn allows(self, method: &Method) -> bool {
        self.methods().split(", ").any(|allowed| allowed == method.as_str())
    }

    /// In the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "oauth.authorize",
            Self::GatewayHealthz => "gateway.healthz",
            Self::Healthz => "debug.healthz",
            Self::Introspect => "oauth.introspect",
            Self::Keys => "oauth.keys",
            Self::Metrics => "debug.metrics",
            Self::OAuthMetadata => "oauth.metadata",
            Self::OpenApi => "openapi",
            Self::OpenIdConfiguration => "openid.configuration",
            Self::Ready => "debug.ready",
            Self::Revoke => "oauth.revoke",
            Self::Token => "oauth.token",
            Self::Userinfo => "openid.userinfo",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Authorize => Endpoint::Authorize.path(),
            Self::GatewayHealthz => "/healthz",
            Self::Healthz => "/debug/healthz",
            Self::Introspect => Endpoint::Introspect.path(),
            Self::Keys => Endpoint::Keys.path(),
            Self::Metrics => "/debug/metrics",
            Self::OAuthMetadata => "/.well-known/oauth-authorization-server",
            Self::OpenApi => "/openapi.json",
            Self::OpenIdConfiguration => "/.well-known/openid-configuration",
            Self::Ready => "/debug/ready",
            Self::Revoke => Endpoint::Revoke.path(),
            Self::Token => Endpoint::Token.path(),
            Self::Userinfo => Endpoint::Userinfo.path(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::OPENAPI;
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// What stands beside the protos is described by hand.
    #[test]
    fn every_path_is_described() {
        let document: Value = serde_json::from_str(OPENAPI).expect("JSON");
        let mut described = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            let by_hand = operations.as_object().expect("operations").iter();
            let by_hand = by_hand.filter(|(_, operation)| operation.get("x-countersign-procedure").is_none());
            described.extend(by_hand.map(|(method, _)| (path.clone(), method.to_uppercase())));
        }
        let methods = |route: Route| route.methods().split(", ").map(move |it| (route.path().into(), it.into()));
        let served: BTreeSet<(String, String)> = Route::ALL.into_iter().flat_map(methods).collect();
        assert_eq!(described, served.into_iter().filter(|(_, method)| method != "HEAD").collect());
    }
}
