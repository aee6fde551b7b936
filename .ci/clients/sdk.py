"""ZITADEL's own Python SDK: an administrator makes a machine user, which then reads itself."""

import zitadel_client as sdk
from zitadel_client.exceptions import ApiError
from zitadel_client.transport_options import TransportOptions
from zitadel_client.zitadel import Zitadel

from server import Server, expect, holds, unique

server = Server()
transport = TransportOptions(ca_cert_path=server.ca_file)
admin = Zitadel.with_access_token(server.url, server.admin_token, transport_options=transport)
name = unique("sdk")

created = admin.users.create_user(
    sdk.UserServiceCreateUserRequest(
        organization_id=server.org_id,
        username=name,
        machine=sdk.UserServiceMachine(name="Made by the SDK", description="for a check"),
    )
)
holds(created.id, "a user id")
holds(created.creation_date, "a creation date")

try:
    admin.users.create_user(
        sdk.UserServiceCreateUserRequest(
            organization_id=server.org_id, username=name, machine=sdk.UserServiceMachine(name="Again")
        )
    )
    raise SystemExit("a user name was given twice")
except ApiError as refusal:
    expect(refusal.code, 409, "the status of a name that is taken")

secret = admin.users.add_secret(sdk.UserServiceAddSecretRequest(user_id=created.id)).client_secret
holds(secret, "a secret")

machine = Zitadel.with_client_credentials(server.url, name, secret, transport_options=transport)
found = machine.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=created.id)).user
expect((found.user_id, found.username), (created.id, name), "the user, as it sees itself")
expect(found.machine.name, "Made by the SDK", "the machine's name")
expect(found.machine.has_secret, True, "whether it has a secret")

try:
    machine.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=server.user_id))
    raise SystemExit("a user without a role read another one")
except ApiError as refusal:
    holds(refusal.code in (403, 404), f"the status of a stranger's user, {refusal.code}")

admin.users.remove_secret(sdk.UserServiceRemoveSecretRequest(user_id=created.id))
try:
    Zitadel.with_client_credentials(server.url, name, secret, transport_options=transport).users.get_user_by_id(
        sdk.UserServiceGetUserByIDRequest(user_id=created.id)
    )
    raise SystemExit("a removed secret still works")
except sdk.ZitadelError:
    pass
