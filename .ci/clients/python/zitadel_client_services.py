"""ZITADEL's own Python SDK: its services for users, metadata, organisations and administrators."""

import base64

import zitadel_client as sdk
from zitadel_client.exceptions import ApiError
from zitadel_client.transport_options import TransportOptions
from zitadel_client.zitadel import Zitadel

from server import Server, expect, holds, refused, unique

server = Server()
transport = TransportOptions(ca_cert_path=server.ca_file)


def client(token):
    return Zitadel.with_access_token(server.url, token, transport_options=transport)


admin = client(server.admin_token)


# Users.
def create(org_id, name):
    machine = sdk.UserServiceMachine(name="Made by the SDK", description="for a check")
    return admin.users.create_user(
        sdk.UserServiceCreateUserRequest(organization_id=org_id, username=name, machine=machine)
    )


def user(user_id, reader=admin):
    return reader.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=user_id)).user


name = unique("sdk")
created = create(server.org_id, name)
holds(created.creation_date, "a creation date")
expect(refused(ApiError, lambda: create(server.org_id, name), "a name that is taken").code, 409, "its status")
found = user(created.id)
expect((found.username, found.details.resource_owner), (name, server.org_id), "the user")
expect((found.machine.name, found.machine.description), ("Made by the SDK", "for a check"), "the machine")
expect(found.state, sdk.UserServiceUserState.USER_STATE_ACTIVE, "the user's state")

update = sdk.UserServiceUpdateUserRequest(user_id=created.id, machine=sdk.UserServiceMachine(name="Renamed"))
holds(admin.users.update_user(update).change_date, "a change date")
expect(user(created.id).machine.name, "Renamed", "the new name")
admin.users.lock_user(sdk.UserServiceLockUserRequest(user_id=created.id))
expect(user(created.id).state, sdk.UserServiceUserState.USER_STATE_LOCKED, "the state of a locked user")
admin.users.unlock_user(sdk.UserServiceUnlockUserRequest(user_id=created.id))

ids = sdk.UserServiceSearchQuery(
    in_user_ids_query=sdk.UserServiceInUserIDQuery(user_ids=[created.id, server.user_id])
)
machines = sdk.UserServiceSearchQuery(type_query=sdk.UserServiceTypeQuery(type=sdk.UserServiceType.TYPE_MACHINE))
listed = admin.users.list_users(
    sdk.UserServiceListUsersRequest(
        query=sdk.UserServiceListQuery(limit=1, asc=True),
        sorting_column=sdk.UserServiceUserFieldName.USER_FIELD_NAME_CREATION_DATE,
        queries=[ids, machines],
    )
)
expect([found.user_id for found in listed.result], [server.user_id], "the first page of the list")
expect(int(listed.details.total_result), 2, "the size of the whole list")

# Metadata of a user.
entry = sdk.UserServiceMetadata(key="team", value=base64.b64encode(b"billing").decode())
admin.users.set_user_metadata(sdk.UserServiceSetUserMetadataRequest(user_id=created.id, metadata=[entry]))
of_user = sdk.UserServiceListUserMetadataRequest(user_id=created.id)
expect([(e.key, e.value) for e in admin.users.list_user_metadata(of_user).metadata], [("team", entry.value)], "metadata")
admin.users.delete_user_metadata(sdk.UserServiceDeleteUserMetadataRequest(user_id=created.id, keys=["team"]))
holds(not admin.users.list_user_metadata(of_user).metadata, "no metadata")

# Organisations, and what holds one apart from another.
name = unique("Team")
made = admin.organizations.add_organization(sdk.OrganizationServiceAddOrganizationRequest(name=name))
org_id = made.organization_id
again = sdk.OrganizationServiceAddOrganizationRequest(name=name)
expect(refused(ApiError, lambda: admin.organizations.add_organization(again), "a name that is taken").code, 409, "it")
by_id = sdk.OrganizationServiceSearchQuery(id_query=sdk.OrganizationServiceOrganizationIDQuery(id=org_id))
of_org = sdk.OrganizationServiceListOrganizationsRequest(queries=[by_id])
expect([found.name for found in admin.organizations.list_organizations(of_org).result], [name], "the organisation")
admin.organizations.update_organization(
    sdk.OrganizationServiceUpdateOrganizationRequest(organization_id=org_id, name=name + " 2")
)
entry = sdk.OrganizationServiceMetadata(key="cost", value=base64.b64encode(b"42").decode())
admin.organizations.set_organization_metadata(
    sdk.OrganizationServiceSetOrganizationMetadataRequest(organization_id=org_id, metadata=[entry])
)
metadata = admin.organizations.list_organization_metadata(
    sdk.OrganizationServiceListOrganizationMetadataRequest(organization_id=org_id)
).metadata
expect([(e.key, e.value) for e in metadata], [("cost", entry.value)], "the organisation's metadata")

# An administrator of that organisation, who may do in it what he may not do elsewhere.
owner = create(org_id, unique("owner"))
token = admin.users.add_personal_access_token(
    sdk.UserServiceAddPersonalAccessTokenRequest(
        user_id=owner.id, expiration_date="2099-01-01T00:00:00Z"
    )
).token
expect(refused(ApiError, lambda: user(created.id, client(token)), "reading a stranger").code, 404, "its status")
resource = sdk.InternalPermissionServiceResourceType(organization_id=org_id)
admin.internal_permissions.create_administrator(
    sdk.InternalPermissionServiceCreateAdministratorRequest(user_id=owner.id, resource=resource, roles=["ORG_OWNER"])
)
mine = create(org_id, unique("mine"))
expect(user(mine.id, client(token)).user_id, mine.id, "the user, as the owner of the organisation sees it")
secret = sdk.UserServiceAddSecretRequest(user_id=mine.id)
holds(client(token).users.add_secret(secret).client_secret, "a secret that the owner made")
for call in (
    lambda: user(created.id, client(token)),
    lambda: client(token).users.add_secret(sdk.UserServiceAddSecretRequest(user_id=created.id)),
    lambda: client(token).users.delete_user(sdk.UserServiceDeleteUserRequest(user_id=created.id)),
):
    holds(refused(ApiError, call, "the owner of another organisation").code in (403, 404), "its status")
admin.internal_permissions.delete_administrator(
    sdk.InternalPermissionServiceDeleteAdministratorRequest(user_id=owner.id, resource=resource)
)
holds(refused(ApiError, lambda: user(mine.id, client(token)), "who was owner").code in (403, 404), "its status")

# People are not served, and that is said in words.
human = sdk.UserServiceHuman(
    profile=sdk.UserServiceProfile(given_name="Ada", family_name="Lovelace"),
    email=sdk.UserServiceSetHumanEmail(email="ada@example.com", is_verified=True),
)
person = sdk.UserServiceCreateUserRequest(organization_id=server.org_id, human=human)
expect(refused(ApiError, lambda: admin.users.create_user(person), "a person").code, 501, "the status of a person")

admin.users.delete_user(sdk.UserServiceDeleteUserRequest(user_id=created.id))
expect(refused(ApiError, lambda: user(created.id), "a user that is gone").code, 404, "its status")
admin.organizations.delete_organization(sdk.OrganizationServiceDeleteOrganizationRequest(organization_id=org_id))
expect(refused(ApiError, lambda: user(mine.id), "a user of an organisation that is gone").code, 404, "its status")
