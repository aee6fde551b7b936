//! `zitadel.project.v2`: projects, their roles and grants.

use crate::{
    api::operation::{Operation, on_org, on_project, op},
    app::projects,
    model::fault,
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        (
            "zitadel.project.v2.ProjectService/CreateProject",
            on_org(|r| &r.organization_id, fault::USER_ORG_UNKNOWN, projects::v2::add),
        ),
        ("zitadel.project.v2.ProjectService/ListProjects", op(projects::lists::list)),
        ("zitadel.project.v2.ProjectService/ListProjectGrants", op(projects::grant_lists::list)),
        ("zitadel.project.v2.ProjectService/UpdateProject", on_project(|r| &r.project_id, projects::v2::update)),
        (
            "zitadel.project.v2.ProjectService/DeleteProject",
            on_project(|r| &r.project_id, projects::removal::remove_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/DeactivateProject",
            on_project(|r| &r.project_id, projects::v2::deactivate),
        ),
        ("zitadel.project.v2.ProjectService/ActivateProject", on_project(|r| &r.project_id, projects::v2::activate)),
        ("zitadel.project.v2.ProjectService/GetProject", on_project(|r| &r.project_id, projects::views_v2::get)),
        (
            "zitadel.project.v2.ProjectService/CreateProjectGrant",
            on_project(|r| &r.project_id, projects::grants::add_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/UpdateProjectGrant",
            on_project(|r| &r.project_id, projects::grants::update_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/DeleteProjectGrant",
            on_project(|r| &r.project_id, projects::grants::remove_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/DeactivateProjectGrant",
            on_project(|r| &r.project_id, projects::grants::deactivate_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/ActivateProjectGrant",
            on_project(|r| &r.project_id, projects::grants::activate_v2),
        ),
        ("zitadel.project.v2.ProjectService/AddProjectRole", on_project(|r| &r.project_id, projects::roles::add_v2)),
        (
            "zitadel.project.v2.ProjectService/UpdateProjectRole",
            on_project(|r| &r.project_id, projects::roles::update_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/RemoveProjectRole",
            on_project(|r| &r.project_id, projects::roles::remove_v2),
        ),
        (
            "zitadel.project.v2.ProjectService/ListProjectRoles",
            on_project(|r| &r.project_id, projects::views_v2::list_roles),
        ),
    ]
}
