//! The route table.

use super::*;

fn rest() -> impl Iterator<Item = (&'static Route, &'static Rest)> {
    ROUTES.iter().flat_map(|route| route.rest.iter().map(move |rest| (route, rest)))
}

fn route(procedure: &str) -> &'static Route {
    let mut found = ROUTES.iter().filter(|it| it.procedure == procedure);
    let route = found.next().unwrap_or_else(|| panic!("{procedure}"));
    assert!(found.next().is_none(), "{procedure} is there twice");
    route
}

fn variables(path: &'static str) -> impl Iterator<Item = &'static str> {
    let name = |segment: &'static str| segment.strip_prefix('{')?.strip_suffix('}');
    path.split('/').filter_map(name).map(|name| name.trim_start_matches('*'))
}

#[test]
fn every_variable_names_a_field() {
    for (route, rest) in rest() {
        for variable in variables(rest.path) {
            let field = route.request.field(variable);
            let field = field.unwrap_or_else(|| panic!("{}: {variable}", rest.path));
            assert!(matches!(field.kind, Kind::Enum | Kind::String) && !field.repeated);
        }
    }
}

#[test]
fn no_two_bindings_conflict() {
    let mut routers: BTreeMap<&str, matchit::Router<&str>> = BTreeMap::new();
    for (route, rest) in rest() {
        let router = routers.entry(rest.method).or_default();
        if let Err(error) = router.insert(rest.path, route.procedure) {
            panic!("{} {}: {error}", rest.method, rest.path);
        }
    }
    let found = routers["GET"].at("/management/v1/users/_is_unique").unwrap();
    assert!(found.value.ends_with("/IsUserUnique"));
    let found = routers["GET"].at("/management/v1/users/171").unwrap();
    assert_eq!(found.params.get("id"), Some("171"));
}

#[test]
fn every_binding_has_the_prefix_of_its_service() {
    for (route, rest) in rest() {
        let prefix = match route.procedure.split('/').next().unwrap() {
            "zitadel.management.v1.ManagementService" => "/management/v1/",
            "zitadel.admin.v1.AdminService" => "/admin/v1/",
            "zitadel.auth.v1.AuthService" => "/auth/v1/",
            "zitadel.user.v2.UserService" => "/v2/users",
            "zitadel.org.v2.OrganizationService" => "/v2/organizations",
            "zitadel.internal_permission.v2.InternalPermissionService" => "/v2/administrators",
            "countersign.v1.CredentialService" => "/v1/",
            "countersign.v1.OrganizationPolicyService" => "/v1/organizations/{organization_id}/",
            "countersign.v1.SigningKeyService" => "/v1/signing_keys",
            other => panic!("{other} has no prefix yet"),
        };
        assert!(rest.path.starts_with(prefix), "{}", rest.path);
    }
}

/// ZITADEL's, which have no REST paths there either.
const WITHOUT_REST: [&str; 2] = ["zitadel.authorization.v2.AuthorizationService", "zitadel.project.v2.ProjectService"];

#[test]
fn every_route_has_a_binding_and_only_bodies_where_they_belong() {
    for route in ROUTES {
        let service = route.procedure.split('/').next().unwrap();
        assert_eq!(route.rest.is_empty(), WITHOUT_REST.contains(&service), "{}", route.procedure);
    }
    for (_, rest) in rest().filter(|(_, rest)| rest.body) {
        // A body with DELETE has no meaning of its own (RFC 9110 section 9.3.5), but ZITADEL's clients send one here.
        let is_bulk = rest.method == "DELETE" && rest.path.ends_with("/_bulk");
        assert!(is_bulk || ["POST", "PUT", "PATCH"].contains(&rest.method), "{}", rest.path);
    }
    let created = rest().filter(|(_, rest)| rest.success != 200).map(|(route, rest)| (route.procedure, rest.success));
    let created: Vec<_> = created.collect();
    assert_eq!(created, [("zitadel.org.v2.OrganizationService/AddOrganization", 201)]);
}

#[test]
fn health_and_reports_of_leaks_need_no_caller() {
    let open = ROUTES.iter().filter(|route| route.permission.is_empty());
    let open: Vec<_> = open.map(|route| route.procedure).collect();
    let (health, others): (Vec<_>, Vec<_>) = open.into_iter().partition(|procedure| procedure.ends_with("/Healthz"));
    assert_eq!(health.len(), 3);
    // Whoever finds a secret need not have one.
    assert_eq!(others, ["countersign.v1.CredentialService/ReportLeakedCredential"]);
}

#[test]
fn both_kinds_of_option_are_read() {
    let v1 = route("zitadel.management.v1.ManagementService/GenerateMachineSecret");
    assert_eq!(v1.permission, "user.write");
    let [rest] = v1.rest else {
        panic!("one binding");
    };
    assert_eq!(rest.method, "PUT");
    assert_eq!(rest.path, "/management/v1/users/{user_id}/secret");
    assert!(rest.body);

    let v2 = route("zitadel.user.v2.UserService/GetUserByID");
    assert_eq!(v2.permission, "user.read");
    let own = route("countersign.v1.SigningKeyService/RotateSigningKey");
    assert_eq!(own.permission, "iam.web_key.write");
    let mine = route("zitadel.auth.v1.AuthService/GetMyUser");
    assert_eq!(mine.permission, "authenticated");
}

#[test]
fn a_schema_is_followed_by_either_name() {
    let list = route("zitadel.management.v1.ManagementService/ListUsers").request;
    assert_eq!(list.name, "zitadel.management.v1.ListUsersRequest");
    let Kind::Message(query) = list.field("query").unwrap().kind else {
        panic!("a message");
    };
    assert!(matches!(query.field("limit").unwrap().kind, Kind::Number));
    assert!(matches!(query.field("asc").unwrap().kind, Kind::Bool));
    let column = list.field("sortingColumn").unwrap();
    assert_eq!(column.name, "sorting_column");
    assert!(matches!(column.kind, Kind::Enum));
    assert!(list.field("queries").unwrap().repeated);
    assert!(list.field("nothing").is_none());
}
