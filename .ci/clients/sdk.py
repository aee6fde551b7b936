"""ZITADEL's own Python SDK: an administrator makes a machine user, which then reads itself."""

import base64
import datetime
import os
import tempfile

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

# A key file, as the console of ZITADEL hands it out, in place of the secret.
expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
key = admin.users.add_key(sdk.UserServiceAddKeyRequest(user_id=created.id, expiration_date=expires))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "key.json")
    with open(path, "wb") as file:
        file.write(base64.b64decode(key.key_content))
    holder = Zitadel.with_private_key(server.url, path, transport_options=transport)
    found = holder.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=created.id)).user
    expect(found.user_id, created.id, "the user, as the holder of its key sees it")
    admin.users.remove_key(sdk.UserServiceRemoveKeyRequest(user_id=created.id, key_id=key.key_id))
    try:
        holder.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=created.id))
        late = Zitadel.with_private_key(server.url, path, transport_options=transport)
        late.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=created.id))
        raise SystemExit("a removed key still works")
    except sdk.ZitadelError:
        pass

admin.users.remove_secret(sdk.UserServiceRemoveSecretRequest(user_id=created.id))
try:
    Zitadel.with_client_credentials(server.url, name, secret, transport_options=transport).users.get_user_by_id(
        sdk.UserServiceGetUserByIDRequest(user_id=created.id)
    )
    raise SystemExit("a removed secret still works")
except sdk.ZitadelError:
    pass

admin.users.delete_user(sdk.UserServiceDeleteUserRequest(user_id=created.id))
