"""fastapi-zitadel-auth: a resource server made for ZITADEL lets a machine in by its JWT and by its role."""

import asyncio
import logging
import os

import requests
from fastapi.security import SecurityScopes
from fastapi_zitadel_auth import ZitadelAuth
from fastapi_zitadel_auth.exceptions import ForbiddenException, UnauthorizedException
from starlette.requests import Request

from server import Management, Server, expect, refused, unique

server = Server()
logging.disable(logging.ERROR)
os.environ["SSL_CERT_FILE"] = server.ca_file
v1 = Management(server)
project_id = v1.call("POST", "/projects", {"name": unique("Shop")})["id"]
v1.call("POST", f"/projects/{project_id}/roles", {"roleKey": "reader", "displayName": "Reader"})
user_id, client_id, secret = v1.machine("ACCESS_TOKEN_TYPE_JWT")
v1.call("POST", f"/users/{user_id}/grants", {"projectId": project_id, "roleKeys": ["reader"]})


def token(*scopes):
    form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
    answer = requests.post(
        f"{server.url}/oauth/v2/token", data=form, auth=(client_id, secret), verify=server.ca_file, timeout=10
    )
    return answer.json()["access_token"]


def let_in(token, project_id=project_id, scopes=()):
    async def call():
        api = ZitadelAuth(server.url, project_id=project_id, app_client_id="web", allowed_scopes={"openid": "Any"})
        headers = [(b"authorization", f"Bearer {token}".encode())]
        return await api(Request({"type": "http", "headers": headers}), SecurityScopes(list(scopes)))

    return asyncio.run(call())


aud, roles = f"urn:zitadel:iam:org:project:id:{project_id}:aud", "urn:zitadel:iam:org:projects:roles"
good = token("openid", aud, roles)
user = let_in(good, scopes=["openid"])
expect((user.claims.sub, user.claims.client_id), (user_id, client_id), "who was let in")
expect({role: list(orgs) for role, orgs in user.claims.project_roles.items()}, {"reader": [server.org_id]}, "as what")

refused(UnauthorizedException, lambda: let_in(good, project_id="1"), "a token for another project")
refused(UnauthorizedException, lambda: let_in(token("openid")), "a token for no project")
refused(UnauthorizedException, lambda: let_in(good[:-6] + "AAAAAA"), "a signature that is wrong")
refused(ForbiddenException, lambda: let_in(good, scopes=["admin"]), "a scope that was not given")
