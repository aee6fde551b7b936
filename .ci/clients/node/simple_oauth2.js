// simple-oauth2: client credentials with nothing but URLs, as most services have it.

import { ClientCredentials } from "simple-oauth2";
import { API, expect, holds, refused, server } from "./server.js";

function client(id, secret, options) {
  const auth = { tokenHost: server.url, tokenPath: "/oauth/v2/token", revokePath: "/oauth/v2/revoke" };
  return new ClientCredentials({ client: { id, secret }, auth, options });
}

const ways = [
  {},
  { authorizationMethod: "body" },
  { authorizationMethod: "body", bodyFormat: "form" },
  { credentialsEncodingMode: "loose" },
];
for (const options of ways) {
  const token = await client(server.clientId, server.clientSecret, options).getToken({ scope: API.split(" ") });
  holds(!token.expired(3600), "a token that lives for an hour");
  const headers = { authorization: `Bearer ${token.token.access_token}` };
  const me = await fetch(`${server.url}/auth/v1/users/me`, { headers });
  expect((await me.json()).user.id, server.userId, "who calls");
  await token.revoke("access_token");
  expect((await fetch(`${server.url}/auth/v1/users/me`, { headers })).status, 401, "the status of a revoked token");

  const refusal = await refused(() => client(server.clientId, "wrong", options).getToken({}), "a wrong secret");
  expect([refusal.output.statusCode, refusal.data.payload.error], [401, "invalid_client"], "a wrong secret");
}
