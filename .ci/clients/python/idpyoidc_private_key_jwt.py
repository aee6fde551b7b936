"""idpyoidc: a client that has a key and no secret, and finds out the rest (RFC 8414)."""

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptojwt import KeyJar
from cryptojwt.jwk.rsa import RSAKey
from idpyoidc.client.oauth2 import Client

from server import Management, Server, expect, holds

server = Server()
v1 = Management(server)
API = "urn:zitadel:iam:org:project:id:zitadel:aud"
SERVICES = {
    "discovery": "server_metadata.ServerMetadata",
    "access": "client_credentials.CCAccessTokenRequest",
    "introspection": "introspection.Introspection",
    "revocation": "token_revocation.TokenRevocation",
}

user_id, client_id, _ = v1.machine()
key = v1.key(user_id)
private = load_pem_private_key(key["key"].encode(), password=None)
keys = KeyJar()
keys.add_keys("", [RSAKey(priv_key=private, kid=key["keyId"], use="sig")])
client = Client(
    keyjar=keys,
    config={"client_id": user_id, "issuer": server.url, "client_authn_methods": ["private_key_jwt"]},
    services={name: {"class": f"idpyoidc.client.oauth2.{path}"} for name, path in SERVICES.items()},
    httpc_params={"verify": server.ca_file, "timeout": 10},
)


def ask(service, **what):
    """Each request with an assertion of its own, which has a `jti`."""
    return client.do_request(service, request_args=what, authn_method="private_key_jwt", kid=key["keyId"])


client.do_request("server_metadata")
expect(client.get_context().provider_info["issuer"], server.url, "the issuer")
token = ask("client_credentials", scope=["openid", API])
holds(token["expires_in"] >= 3600, f"a lifetime, {token['expires_in']!r}")
found = ask("introspection", token=token["access_token"])
expect((found["active"], found["sub"], found["client_id"]), (True, user_id, client_id), "introspection")
# A revocation is not asked for: the library takes every empty answer for a fault.

v1.call("DELETE", f"/users/{user_id}/keys/{key['keyId']}")
refusal = ask("client_credentials", scope=["openid", API])
expect(refusal["error"], "invalid_client", "why a removed key is refused")
