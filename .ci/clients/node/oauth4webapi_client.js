// oauth4webapi: the strictest reader of discovery documents and answers, over both discovery documents.

import { createPrivateKey } from "node:crypto";
import { importPKCS8 } from "jose";
import * as oauth from "oauth4webapi";
import { API, expect, machine, refused, server } from "./server.js";

const issuer = new URL(server.url);
const { userId, clientId, clientSecret, key } = await machine();
const pem = createPrivateKey(key.key).export({ type: "pkcs8", format: "pem" });
const privateKey = { key: await importPKCS8(pem, "RS256"), kid: key.keyId };

const methods = [
  [clientId, oauth.ClientSecretBasic(clientSecret)],
  [clientId, oauth.ClientSecretPost(clientSecret)],
  [userId, oauth.PrivateKeyJwt(privateKey)],
];

async function grant(as, client, proof) {
  const answer = await oauth.clientCredentialsGrantRequest(as, client, proof, { scope: API });
  return oauth.processClientCredentialsResponse(as, client, answer);
}

for (const algorithm of ["oidc", "oauth2"]) {
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm }));
  for (const [client_id, proof] of methods) {
    const client = { client_id };
    const { access_token: token } = await grant(as, client, proof);
    const introspect = async () =>
      oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, proof, token));
    expect((await introspect()).sub, userId, "the subject");
    if (as.userinfo_endpoint) {
      const answer = await oauth.userInfoRequest(as, client, token);
      expect((await oauth.processUserInfoResponse(as, client, userId, answer)).sub, userId, "userinfo");
    }
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof, token));
    expect(await introspect(), { active: false }, "a revoked token");
  }
  const refusal = await refused(() => grant(as, { client_id: clientId }, oauth.ClientSecretPost("wrong")), "a wrong secret");
  expect([refusal.status, (await refusal.response.json()).error], [401, "invalid_client"], "a wrong secret");
}
