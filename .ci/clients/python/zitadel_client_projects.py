"""ZITADEL's own Python SDK: projects, their roles, and the users who have them."""

import zitadel_client as sdk
from zitadel_client.exceptions import ApiError
from zitadel_client.transport_options import TransportOptions
from zitadel_client.zitadel import Zitadel

from server import Management, Server, expect, refused, unique

server = Server()
transport = TransportOptions(ca_cert_path=server.ca_file)
admin = Zitadel.with_access_token(server.url, server.admin_token, transport_options=transport)
user_id, client_id, secret = Management(server).machine()
stranger = Zitadel.with_client_credentials(server.url, client_id, secret, transport_options=transport)

name = unique("Shop")
create = sdk.ProjectServiceCreateProjectRequest(organization_id=server.org_id, name=name, project_role_assertion=True)
project_id = admin.projects.create_project(create).project_id
expect(refused(ApiError, lambda: admin.projects.create_project(create), "a name that is taken").code, 409, "its status")
named = {"project_id": project_id}


def project(reader=admin):
    return reader.projects.get_project(sdk.ProjectServiceGetProjectRequest(**named)).project


found = project()
expect((found.name, found.organization_id, found.project_role_assertion), (name, server.org_id, True), "the project")
expect(refused(ApiError, lambda: project(stranger), "reading without a role").code, 404, "its status")
admin.projects.update_project(sdk.ProjectServiceUpdateProjectRequest(name=f"{name} 2", **named))
admin.projects.deactivate_project(sdk.ProjectServiceDeactivateProjectRequest(**named))
expect(project().state, sdk.ProjectServiceProjectState.PROJECT_STATE_INACTIVE, "the state of a project that is off")
admin.projects.activate_project(sdk.ProjectServiceActivateProjectRequest(**named))
expect((project().name, project().state.value), (f"{name} 2", "PROJECT_STATE_ACTIVE"), "the project, changed")

for key in ("reader", "writer"):
    admin.projects.add_project_role(
        sdk.ProjectServiceAddProjectRoleRequest(role_key=key, display_name=key.title(), **named)
    )
roles = admin.projects.list_project_roles(sdk.ProjectServiceListProjectRolesRequest(**named)).project_roles
expect(sorted(role.key for role in roles), ["reader", "writer"], "the roles")

authorization_id = admin.authorizations.create_authorization(
    sdk.AuthorizationServiceCreateAuthorizationRequest(
        user_id=user_id, organization_id=server.org_id, role_keys=["reader"], **named
    )
).id


def authorizations():
    of_user = sdk.AuthorizationServiceAuthorizationsSearchFilter(
        in_user_ids=sdk.AuthorizationServiceInIDsFilter(ids=[user_id])
    )
    request = sdk.AuthorizationServiceListAuthorizationsRequest(filters=[of_user])
    found = admin.authorizations.list_authorizations(request).authorizations or []
    return [(one.id, one.user.id, one.project.id, [role.key for role in one.roles]) for one in found]


expect(authorizations(), [(authorization_id, user_id, project_id, ["reader"])], "who has roles")
admin.authorizations.update_authorization(
    sdk.AuthorizationServiceUpdateAuthorizationRequest(id=authorization_id, role_keys=["writer"])
)
expect(authorizations()[0][3], ["writer"], "the roles, changed")
unknown = sdk.AuthorizationServiceUpdateAuthorizationRequest(id=authorization_id, role_keys=["owner"])
refusal = refused(ApiError, lambda: admin.authorizations.update_authorization(unknown), "a role that is not there")
expect(refusal.code, 400, "the status of a role that is not there")
admin.authorizations.delete_authorization(
    sdk.AuthorizationServiceDeleteAuthorizationRequest(id=authorization_id)
)
expect(authorizations(), [], "who has roles still")

admin.projects.delete_project(sdk.ProjectServiceDeleteProjectRequest(**named))
expect(refused(ApiError, project, "a project that is gone").code, 404, "its status")
