"""Authlib: all that OAuth 2.0 has for a machine, from discovery to a token that a resource server can check."""

import time
import requests
from authlib.integrations.requests_client import AssertionSession, OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import KeySet

from server import Management, Server, expect, holds

server = Server()
v1 = Management(server)
SCOPE = "openid profile urn:zitadel:iam:org:project:id:zitadel:aud"


def get(url):
    return requests.get(url, verify=server.ca_file, timeout=10).json()


metadata = get(f"{server.url}/.well-known/openid-configuration")
expect(metadata["issuer"], server.url, "the issuer")
expect(get(f"{server.url}/.well-known/oauth-authorization-server")["issuer"], server.url, "the issuer (RFC 8414)")
# A server that has just been made has no key until it has made one.
for _ in range(100):
    if get(metadata["jwks_uri"])["keys"]:
        break
    time.sleep(0.2)
keys = KeySet.import_key_set(get(metadata["jwks_uri"]))
for key in keys.keys:
    holds(key.kid, "a key's name")

user_id, client_id, secret = v1.machine("ACCESS_TOKEN_TYPE_JWT")
key = v1.key(user_id)
token_endpoint = metadata["token_endpoint"]


def session(method, client_id, secret):
    session = OAuth2Session(
        client_id, secret, scope=SCOPE, token_endpoint_auth_method=method, revocation_endpoint_auth_method=method
    )
    session.register_client_auth_method(PrivateKeyJWT(token_endpoint, headers={"kid": key["keyId"]}))
    session.verify = server.ca_file
    return session


def lives_and_ends(client, user_id, client_id, what):
    """What a token says, to whom it opens doors, and that it does so no longer once it is revoked."""
    token = client.fetch_token(token_endpoint, grant_type="client_credentials")
    expect(token["token_type"], "Bearer", "the token's type")
    holds(isinstance(token["expires_in"], int) and token["expires_in"] >= 3600, f"a lifetime, {token['expires_in']!r}")
    expect(client.get(f"{server.url}/auth/v1/users/me").json()["user"]["id"], user_id, "who the token is")
    expect(client.get(metadata["userinfo_endpoint"]).json()["sub"], user_id, "who userinfo says it is")

    found = client.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
    expect((found["active"], found["sub"], found["client_id"]), (True, user_id, client_id), f"introspection ({what})")
    revoked = client.revoke_token(metadata["revocation_endpoint"], token=token["access_token"])
    expect(revoked.status_code, 200, f"the status of a revocation ({what})")
    found = client.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
    expect(found, {"active": False}, "what is left of a revoked token")
    expect(client.get(f"{server.url}/auth/v1/users/me").status_code, 401, "the status of a call with it")
    return token


for method in ("client_secret_basic", "client_secret_post"):
    client = session(method, server.client_id, server.client_secret)
    lives_and_ends(client, server.user_id, server.client_id, method)
    token = lives_and_ends(session(method, client_id, secret), user_id, client_id, f"JWT, {method}")
    claims = jwt.decode(token["access_token"], keys, algorithms=["RS256"]).claims
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": server.url}, sub={"essential": True, "value": user_id}, aud={"essential": True}
    ).validate(claims)

lives_and_ends(session("private_key_jwt", user_id, key["key"]), user_id, client_id, "private_key_jwt")

bearer = AssertionSession(
    token_endpoint,
    issuer=user_id,
    subject=user_id,
    audience=server.url,
    grant_type=AssertionSession.JWT_BEARER_GRANT_TYPE,
    header={"alg": "RS256", "kid": key["keyId"]},
    key=key["key"],
    scope=SCOPE,
)
bearer.verify = server.ca_file
expect(bearer.get(f"{server.url}/auth/v1/users/me").json()["user"]["id"], user_id, "who asserted")

# What is wrong is refused, and as RFC 6749 has it.
wrong = {"data": {"grant_type": "client_credentials", "scope": SCOPE}, "verify": server.ca_file, "timeout": 10}
refusal = requests.post(token_endpoint, auth=(server.client_id, "wrong"), **wrong)
expect((refusal.status_code, refusal.json()["error"]), (401, "invalid_client"), "a wrong secret")
holds(refusal.headers["www-authenticate"].startswith("Basic"), "the challenge of a wrong secret")
refusal = requests.post(token_endpoint, auth=(client_id, server.client_secret), **wrong)
expect((refusal.status_code, refusal.json()["error"]), (401, "invalid_client"), "somebody else's secret")
wrong["data"]["grant_type"] = "password"
refusal = requests.post(token_endpoint, auth=(server.client_id, server.client_secret), **wrong)
expect((refusal.status_code, refusal.json()["error"]), (400, "unsupported_grant_type"), "a grant that is not served")
v1.call("DELETE", f"/users/{user_id}/keys/{key['keyId']}")
v1.call("DELETE", f"/users/{user_id}/secret")
for client in (session("private_key_jwt", user_id, key["key"]), session("client_secret_basic", client_id, secret)):
    try:
        client.fetch_token(token_endpoint, grant_type="client_credentials")
        raise SystemExit("what was removed still works")
    except Exception as refusal:
        expect(getattr(refusal, "error", refusal), "invalid_client", "why a removed credential is refused")
