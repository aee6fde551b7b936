//! Which operation a method and a path mean.

use crate::proto::{ROUTES, Rest, Route};
use matchit::Router;
use std::collections::BTreeMap;

/// One router for each method: paths that differ only in the names of their variables may not share one.
pub struct Routes {
    by_method: BTreeMap<&'static str, Router<(&'static Route, &'static Rest)>>,
    humans: Router<()>,
}

/// What was found for a request.
pub enum Found {
    Route {
        route: &'static Route,
        rest: &'static Rest,
        /// The path's variables, as they stand in it: names of the proto, percent-encoded values.
        variables: Vec<(String, String)>,
    },
    /// The path is known, but not with this method. These are, separated by commas.
    OtherMethods(String),
    /// ZITADEL has people there. This server has none.
    Human,
    Nothing,
}

/// Where ZITADEL keeps its human users and what they log in with, as `matchit` reads it.
pub const HUMAN_PATHS: &[&str] = &[
    "/management/v1/users/human",
    "/management/v1/users/human/_import",
    "/management/v1/users/{user_id}/email",
    "/management/v1/users/{user_id}/email/{*rest}",
    "/management/v1/users/{user_id}/phone",
    "/management/v1/users/{user_id}/phone/{*rest}",
    "/management/v1/users/{user_id}/profile",
    "/management/v1/users/{user_id}/password",
    "/management/v1/users/{user_id}/password/{*rest}",
    "/management/v1/users/{user_id}/passwordless/{*rest}",
    "/management/v1/users/{user_id}/auth_factors/{*rest}",
    "/management/v1/users/{user_id}/_resend_initialization",
    "/auth/v1/users/me/email",
    "/auth/v1/users/me/password",
    "/auth/v1/users/me/phone",
    "/auth/v1/users/me/profile",
    "/auth/v1/users/me/auth_factors/{*rest}",
    "/auth/v1/users/me/passwordless/{*rest}",
    "/v2/users/human",
    "/v2/users/human/{*rest}",
    "/v2/users/{user_id}/email",
    "/v2/users/{user_id}/email/{*rest}",
    "/v2/users/{user_id}/phone",
    "/v2/users/{user_id}/phone/{*rest}",
    "/v2/users/{user_id}/password",
    "/v2/users/{user_id}/password_reset",
    "/v2/users/{user_id}/passkeys",
    "/v2/users/{user_id}/passkeys/{*rest}",
    "/v2/users/{user_id}/totp",
    "/v2/users/{user_id}/totp/{*rest}",
    "/v2/users/{user_id}/otp_sms",
    "/v2/users/{user_id}/otp_email",
    "/v2/users/{user_id}/u2f",
    "/v2/users/{user_id}/u2f/{*rest}",
    "/v2/sessions",
    "/v2/sessions/{*rest}",
    "/v2/oidc/auth_requests/{*rest}",
];

impl Routes {
    pub fn new() -> Self {
        let mut by_method: BTreeMap<_, Router<_>> = BTreeMap::new();
        for route in ROUTES {
            for rest in route.rest {
                // A test inserts them all, so a conflict never reaches a release.
                let inserted = by_method.entry(rest.method).or_default().insert(rest.path, (route, rest));
                debug_assert!(inserted.is_ok(), "{} {}: {inserted:?}", rest.method, rest.path);
            }
        }
        let mut humans = Router::new();
        for path in HUMAN_PATHS {
            let inserted = humans.insert(*path, ());
            debug_assert!(inserted.is_ok(), "{path}: {inserted:?}");
        }
        Self { by_method, humans }
    }

    pub fn find(&self, method: &str, path: &str) -> Found {
        if let Some(found) = self.by_method.get(method).and_then(|router| router.at(path).ok()) {
            let variables = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let (route, rest) = *found.value;
            return Found::Route { route, rest, variables };
        }
        if self.humans.at(path).is_ok() {
            return Found::Human;
        }
        let others = self.by_method.iter().filter(|(_, router)| router.at(path).is_ok());
        let others: Vec<_> = others.map(|(method, _)| *method).collect();
        if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_place_and_finds_its_own_operation() {
        let routes = Routes::new();
        for route in ROUTES {
            for rest in route.rest {
                let path = rest.path.replace(['{', '*', '}'], "");
                let Found::Route { route: found, .. } = routes.find(rest.method, &path) else {
                    panic!("{} {path} is not found", rest.method);
                };
                assert_eq!(found.procedure, route.procedure);
            }
        }
    }

    #[test]
    fn other_methods_and_other_paths_are_told_apart() {
        let routes = Routes::new();
        assert!(
            matches!(routes.find("GET", "/management/v1/users/1/secret"), Found::OtherMethods(m) if m == "DELETE, PUT")
        );
        assert!(matches!(routes.find("POST", "/management/v1/users/human"), Found::Human));
        assert!(matches!(routes.find("GET", "/management/v1/nothing"), Found::Nothing));
        assert!(matches!(routes.find("GET", "/management/v1/users/1/"), Found::Nothing));
    }
}
