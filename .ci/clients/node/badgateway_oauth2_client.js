// @badgateway/oauth2-client: all that it does for a machine, with nothing but the server's address (RFC 8414).

import { OAuth2Client, OAuth2Fetch } from "@badgateway/oauth2-client";
import { API, expect, holds, refused, server } from "./server.js";

const scope = API.split(" ");

function client(clientSecret, authenticationMethod) {
  return new OAuth2Client({ server: server.url, clientId: server.clientId, clientSecret, authenticationMethod });
}

for (const method of [undefined, "client_secret_basic", "client_secret_post"]) {
  const known = client(server.clientSecret, method);
  const token = await known.clientCredentials({ scope });
  holds(token.expiresAt > Date.now() + 3_600_000, "a token that lives for an hour");
  const found = await known.introspect(token);
  expect([found.active, found.sub, found.client_id], [true, server.userId, server.clientId], "introspection");
  expect(found.auth_time, found.iat, "when the client proved who it is");
  await known.revoke(token);
  expect(await known.introspect(token), { active: false }, "what is left of a revoked token");

  const refusal = await refused(() => client("wrong", method).clientCredentials({ scope }), "a wrong secret");
  expect([refusal.httpCode, refusal.oauth2Code], [401, "invalid_client"], "a wrong secret");
}

// Of several resources, none is refused (RFC 8707).
const known = client(server.clientSecret);
const resource = ["https://one.example", "https://two.example"];
holds((await known.clientCredentials({ scope, resource })).accessToken, "a token for two resources");

const wrapped = new OAuth2Fetch({ client: known, getNewToken: () => known.clientCredentials({ scope }) });
const me = await wrapped.fetch(`${server.url}/auth/v1/users/me`);
expect((await me.json()).user.id, server.userId, "who calls");
