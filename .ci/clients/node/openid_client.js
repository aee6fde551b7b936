// openid-client and jose: discovery, the ways to prove who a client is, the JWT grant, and a resource server's checks.

import { createRemoteJWKSet, errors, importPKCS8, jwtVerify, SignJWT } from "jose";
import { createPrivateKey } from "node:crypto";
import * as oidc from "openid-client";
import { API, expect, holds, machine, management, refused, server } from "./server.js";

const issuer = new URL(server.url);
const { userId, clientId, clientSecret, key } = await machine("ACCESS_TOKEN_TYPE_JWT");
const pem = createPrivateKey(key.key).export({ type: "pkcs8", format: "pem" });
const signing = { key: await importPKCS8(pem, "RS256"), kid: key.keyId };

async function whole(config, id, what) {
  const { access_token: token, expires_in } = await oidc.clientCredentialsGrant(config, { scope: API });
  holds(expires_in >= 3600, `a lifetime (${what})`);
  const found = await oidc.tokenIntrospection(config, token);
  expect([found.active, found.sub], [true, userId], `introspection (${what})`);
  if (config.serverMetadata().userinfo_endpoint) {
    expect((await oidc.fetchUserInfo(config, token, userId)).sub, userId, `userinfo (${what})`);
    await refused(() => oidc.fetchUserInfo(config, token, "1"), "the userinfo of somebody else");
  }
  const me = await oidc.fetchProtectedResource(config, token, new URL(`${server.url}/auth/v1/users/me`), "GET");
  expect((await me.json()).user.id, userId, `who calls (${what})`);
  await oidc.tokenRevocation(config, token);
  expect(await oidc.tokenIntrospection(config, token), { active: false }, `a revoked token (${what})`);
  return token;
}

const methods = {
  client_secret_basic: [clientId, oidc.ClientSecretBasic(clientSecret)],
  client_secret_post: [clientId, oidc.ClientSecretPost(clientSecret)],
  private_key_jwt: [userId, oidc.PrivateKeyJwt(signing)],
};
let token;
for (const [name, [id, proof]] of Object.entries(methods)) {
  token = await whole(await oidc.discovery(issuer, id, undefined, proof), id, name);
}
const algorithm = { algorithm: "oauth2" };
await whole(await oidc.discovery(issuer, clientId, clientSecret, undefined, algorithm), clientId, "RFC 8414");

// The token as a resource server sees it.
const { iamProjectId } = await management("GET", "/iam");
const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/v2/keys`));
const wanted = { issuer: server.url, audience: iamProjectId, subject: userId, algorithms: ["RS256"] };
const { payload } = await jwtVerify(token, keys, wanted);
expect(payload.client_id, clientId, "the client in the token");
const spoilt = token.slice(0, -8) + "AAAAAAAA";
holds((await refused(() => jwtVerify(spoilt, keys, wanted), "a spoilt token")) instanceof errors.JWSSignatureVerificationFailed, "why");
const elsewhere = await refused(() => jwtVerify(token, keys, { ...wanted, audience: "1" }), "another audience");
holds(elsewhere instanceof errors.JWTClaimValidationFailed, `why, ${elsewhere}`);

// The JWT grant, by a client that proves nothing else.
const assertion = await new SignJWT()
  .setProtectedHeader({ alg: "RS256", kid: key.keyId })
  .setIssuer(userId)
  .setSubject(userId)
  .setAudience(server.url)
  .setIssuedAt()
  .setExpirationTime("5m")
  .sign(signing.key);
const nobody = await oidc.discovery(issuer, userId, undefined, oidc.None());
const granted = await oidc.genericGrantRequest(nobody, "urn:ietf:params:oauth:grant-type:jwt-bearer", { assertion, scope: API });
expect((await oidc.fetchUserInfo(nobody, granted.access_token, userId)).sub, userId, "who asserted");
expect((await jwtVerify(granted.id_token, keys, { issuer: server.url, audience: granted.aud })).payload.sub, userId, "the ID token");

async function wrong(id, proof, what) {
  const config = await oidc.discovery(issuer, id, undefined, proof);
  const refusal = await refused(() => oidc.clientCredentialsGrant(config), what);
  // The library stops at the challenge that comes with every 401, and leaves the rest unread.
  expect([refusal.cause[0].scheme, (await refusal.response.json()).error], ["basic", "invalid_client"], what);
}

await wrong(clientId, oidc.ClientSecretBasic("wrong"), "a wrong secret");
await wrong(server.clientId, oidc.ClientSecretPost(clientSecret), "somebody else's secret");
await wrong(server.userId, oidc.PrivateKeyJwt(signing), "somebody else's key");
await management("DELETE", `/users/${userId}`);
await wrong(clientId, oidc.ClientSecretBasic(clientSecret), "a user that is gone");
await wrong(userId, oidc.PrivateKeyJwt(signing), "the key of a user that is gone");
