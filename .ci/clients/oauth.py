"""Authlib: tokens by client credentials, introspection, revocation, the metadata and the keys."""

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc.jwk import KeySet

from server import Server, expect, holds

server = Server()
SCOPE = "openid urn:zitadel:iam:org:project:id:zitadel:aud"

metadata = requests.get(f"{server.url}/.well-known/openid-configuration", verify=server.ca_file, timeout=10).json()
expect(metadata["issuer"], server.url, "the issuer")
keys = requests.get(metadata["jwks_uri"], verify=server.ca_file, timeout=10).json()
for key in KeySet.import_key_set(keys).keys:
    holds(key.kid, "a key's name")


def session(method):
    session = OAuth2Session(server.client_id, server.client_secret, scope=SCOPE, token_endpoint_auth_method=method)
    session.verify = server.ca_file
    return session


for method in ("client_secret_basic", "client_secret_post"):
    client = session(method)
    token = client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    expect(token["token_type"], "Bearer", "the token's type")
    holds(isinstance(token["expires_in"], int) and token["expires_in"] >= 3600, f"a lifetime, {token['expires_in']!r}")

    me = client.get(f"{server.url}/auth/v1/users/me").json()
    expect(me["user"]["id"], server.user_id, "who the token is")

    found = client.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
    expect(found["active"], True, f"whether the token counts ({method})")
    expect(found["sub"], server.user_id, "its subject")
    expect(found["client_id"], server.client_id, "its client")

    revoked = client.revoke_token(metadata["revocation_endpoint"], token=token["access_token"])
    expect(revoked.status_code, 200, "the status of a revocation")

    found = client.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
    expect(found, {"active": False}, "what is left of a revoked token")
    expect(client.get(f"{server.url}/auth/v1/users/me").status_code, 401, "the status of a call with it")

wrong = requests.post(
    metadata["token_endpoint"],
    data={"grant_type": "client_credentials", "scope": SCOPE},
    auth=(server.client_id, "wrong"),
    verify=server.ca_file,
    timeout=10,
)
expect(wrong.status_code, 401, "the status of a wrong secret")
expect(wrong.json()["error"], "invalid_client", "the error of a wrong secret")
holds(wrong.headers["www-authenticate"].startswith("Basic"), "the challenge of a wrong secret")
