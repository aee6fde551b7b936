"""requests_oauth2client: configured by discovery alone, with every way to prove who a client is, and the JWT grant."""

import requests
from jwskate import Jwk
from requests_oauth2client import (
    BearerToken,
    ClientSecretBasic,
    ClientSecretPost,
    InvalidClient,
    OAuth2Client,
    OAuth2ClientCredentialsAuth,
    PrivateKeyJwt,
)

from server import Management, Server, expect, holds, refused

server = Server()
v1 = Management(server)
http = requests.Session()
http.verify = server.ca_file
user_id, client_id, secret = v1.machine()
file = v1.key(user_id)
key = Jwk.from_pem(file["key"], kid=file["keyId"], alg="RS256", use="sig")
SCOPE = "openid urn:zitadel:iam:org:project:id:zitadel:aud"


def client(auth):
    return OAuth2Client.from_discovery_endpoint(issuer=server.url, auth=auth, session=http)


own_key = PrivateKeyJwt(user_id, key)
for auth in (ClientSecretBasic(client_id, secret), ClientSecretPost(client_id, secret), own_key):
    mine = client(auth)
    token = mine.client_credentials(scope=SCOPE)
    holds(isinstance(token, BearerToken) and not token.is_expired(), "a token that lives")
    found = mine.introspect_token(token)
    expect((found["active"], found["sub"]), (True, user_id), "introspection")
    expect(mine.userinfo(token)["sub"], user_id, "userinfo")
    holds(mine.revoke_access_token(token), "a revocation")
    expect(mine.introspect_token(token)["active"], False, "whether a revoked token counts")
    # Tokens are bought, and bought anew, as calls need them.
    me = http.get(f"{server.url}/auth/v1/users/me", auth=OAuth2ClientCredentialsAuth(mine, scope=SCOPE))
    expect(me.json()["user"]["id"], user_id, "who calls")

assertion = own_key.client_assertion(server.url)
token = client(own_key).jwt_bearer(assertion, scope=SCOPE, auth=None)
expect(client(own_key).introspect_token(token)["sub"], user_id, "who the assertion is")

refused(InvalidClient, lambda: client(ClientSecretBasic(client_id, "wrong")).client_credentials(), "a wrong secret")
other = PrivateKeyJwt(user_id, Jwk.generate(alg="RS256", kid=file["keyId"]))
refused(InvalidClient, lambda: client(other).client_credentials(), "somebody else's key")
