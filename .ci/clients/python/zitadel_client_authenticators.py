"""ZITADEL's own Python SDK: every way in which a machine can authenticate with it, and what ends each of them."""

import base64
import datetime
import json

import zitadel_client as sdk
from zitadel_client.exceptions import ApiError, ZitadelError
from zitadel_client.transport_options import TransportOptions
from zitadel_client.zitadel import Zitadel

from server import Management, Server, expect, holds, key_file, refused, unique

server = Server()
transport = TransportOptions(ca_cert_path=server.ca_file)
admin = Zitadel.with_access_token(server.url, server.admin_token, transport_options=transport)
tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
name = unique("sdk")
machine = sdk.UserServiceMachine(name="Made by the SDK")
user_id = admin.users.create_user(
    sdk.UserServiceCreateUserRequest(organization_id=server.org_id, username=name, machine=machine)
).id


def sees_itself(client, user_id=user_id):
    found = client.users.get_user_by_id(sdk.UserServiceGetUserByIDRequest(user_id=user_id)).user
    expect(found.user_id, user_id, "the user, as it sees itself")


def ended(make, status=None):
    """A client made now is refused: at the token endpoint, or by the API with that status."""
    refusal = refused(ZitadelError, lambda: sees_itself(make()), "what was removed")
    if status:
        expect(refusal.code, status, "the status of a call with it")
    else:
        holds("invalid_client" in str(refusal) or "invalid_grant" in str(refusal), f"why it was refused, {refusal}")


# Client credentials.
secret = admin.users.add_secret(sdk.UserServiceAddSecretRequest(user_id=user_id)).client_secret
by_secret = lambda: Zitadel.with_client_credentials(server.url, name, secret, transport_options=transport)
holder = by_secret()
sees_itself(holder)
stranger = sdk.UserServiceGetUserByIDRequest(user_id=server.user_id)
refusal = refused(ApiError, lambda: holder.users.get_user_by_id(stranger), "reading somebody else")
holds(refusal.code in (403, 404), f"the status of somebody else's user, {refusal.code}")
again = admin.users.add_secret(sdk.UserServiceAddSecretRequest(user_id=user_id)).client_secret
ended(by_secret)
secret = again
sees_itself(by_secret())
admin.users.remove_secret(sdk.UserServiceRemoveSecretRequest(user_id=user_id))
ended(by_secret)

# A personal access token.
token = admin.users.add_personal_access_token(
    sdk.UserServiceAddPersonalAccessTokenRequest(user_id=user_id, expiration_date=tomorrow)
)
by_token = lambda: Zitadel.with_access_token(server.url, token.token, transport_options=transport)
sees_itself(by_token())
listed = admin.users.list_personal_access_tokens(
    sdk.UserServiceListPersonalAccessTokensRequest(
        filters=[
            sdk.UserServicePersonalAccessTokensSearchFilter(user_id_filter=sdk.UserServiceIDFilter(id=user_id))
        ]
    )
)
expect([found.id for found in listed.result], [token.token_id], "the personal access tokens")
expect(listed.result[0].expiration_date, tomorrow, "when it expires")
admin.users.remove_personal_access_token(
    sdk.UserServiceRemovePersonalAccessTokenRequest(user_id=user_id, token_id=token.token_id)
)
ended(by_token, 401)


# A private key, from the file that the v2 API makes and from the one of the v1 API.
def works_until_removed(content, remove):
    path = key_file(content)
    by_key = lambda: Zitadel.with_private_key(server.url, path, transport_options=transport)
    sees_itself(by_key())
    remove()
    ended(by_key)


made = admin.users.add_key(sdk.UserServiceAddKeyRequest(user_id=user_id, expiration_date=tomorrow))
listed = admin.users.list_keys(
    sdk.UserServiceListKeysRequest(
        filters=[sdk.UserServiceKeysSearchFilter(user_id_filter=sdk.UserServiceIDFilter(id=user_id))]
    )
)
expect([(key.id, key.user_id) for key in listed.result], [(made.key_id, user_id)], "the keys")
remove = sdk.UserServiceRemoveKeyRequest(user_id=user_id, key_id=made.key_id)
works_until_removed(base64.b64decode(made.key_content), lambda: admin.users.remove_key(remove))

v1 = Management(server)
key = v1.key(user_id)
works_until_removed(json.dumps(key).encode(), lambda: v1.call("DELETE", f"/users/{user_id}/keys/{key['keyId']}"))

# The user itself: what it holds ends with it.
token = admin.users.add_personal_access_token(
    sdk.UserServiceAddPersonalAccessTokenRequest(user_id=user_id, expiration_date=tomorrow)
)
sees_itself(by_token())
admin.users.deactivate_user(sdk.UserServiceDeactivateUserRequest(user_id=user_id))
ended(by_token, 401)
admin.users.reactivate_user(sdk.UserServiceReactivateUserRequest(user_id=user_id))
sees_itself(by_token())
admin.users.delete_user(sdk.UserServiceDeleteUserRequest(user_id=user_id))
ended(by_token, 401)
