"""requests-oauthlib buys tokens, PyJWT checks them against the key set: the oldest pair of libraries in Python."""

import ssl

import jwt
import requests
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError
from requests_oauthlib import OAuth2Session

from server import Management, Server, expect, holds, refused

server = Server()
v1 = Management(server)
audience = v1.call("GET", "/iam")["iamProjectId"]
metadata = requests.get(f"{server.url}/.well-known/openid-configuration", verify=server.ca_file, timeout=10).json()
SCOPE = ["openid", "urn:zitadel:iam:org:project:id:zitadel:aud"]


def session(client_id, secret, **how):
    session = OAuth2Session(client=BackendApplicationClient(client_id, scope=SCOPE))
    return session, session.fetch_token(
        metadata["token_endpoint"], client_id=client_id, client_secret=secret, verify=server.ca_file, **how
    )


for how in ({}, {"include_client_id": True}):
    client, token = session(server.client_id, server.client_secret, **how)
    holds("access_token" in token and token["expires_in"] > 0, f"a token, {token}")
    me = client.get(f"{server.url}/auth/v1/users/me", verify=server.ca_file).json()
    expect(me["user"]["id"], server.user_id, "who the token is")
    expect(client.get(metadata["userinfo_endpoint"], verify=server.ca_file).json()["sub"], server.user_id, "userinfo")

refused(InvalidClientError, lambda: session(server.client_id, "wrong"), "a wrong secret")
refused(InvalidClientError, lambda: session("nobody", server.client_secret), "a client that is not there")

user_id, client_id, secret = v1.machine("ACCESS_TOKEN_TYPE_JWT")
_, token = session(client_id, secret)
trust = ssl.create_default_context(cafile=server.ca_file)
key = jwt.PyJWKClient(metadata["jwks_uri"], ssl_context=trust).get_signing_key_from_jwt(token["access_token"])


def checked(audience):
    return jwt.decode(token["access_token"], key, algorithms=["RS256"], audience=audience, issuer=server.url)


claims = checked(audience)
expect((claims["sub"], claims["client_id"]), (user_id, client_id), "whose token it is")
refused(jwt.InvalidAudienceError, lambda: checked("another"), "a token for somebody else")
