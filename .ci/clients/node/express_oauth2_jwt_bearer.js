// express-oauth2-jwt-bearer: a resource server that knows the issuer's name, and checks tokens by its keys.

import express from "express";
import { auth, claimEquals, requiredScopes } from "express-oauth2-jwt-bearer";
import { API, expect, machine, management, server, unique } from "./server.js";

const { id: project } = await management("POST", "/projects", { name: unique("project") });
const audience = `urn:zitadel:iam:org:project:id:${project}:aud`;
const user = await machine("ACCESS_TOKEN_TYPE_JWT");

const app = express();
app.use(auth({ issuerBaseURL: server.url, audience: project, tokenSigningAlg: "RS256" }));
app.get("/", (request, response) => response.json(request.auth.payload));
app.get("/profile", requiredScopes("profile"), (_, response) => response.json({}));
app.get("/mine", claimEquals("client_id", user.clientId), (_, response) => response.json({}));
app.use((error, _, response, next) => (error.status ? response.status(error.status).json(error.code) : next(error)));
const api = app.listen(0, "127.0.0.1");
await new Promise((resolve) => api.once("listening", resolve));

async function token(scope, { clientId, clientSecret } = user) {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const body = new URLSearchParams({ grant_type: "client_credentials", scope });
  const headers = { authorization: `Basic ${basic}` };
  return (await (await fetch(`${server.url}/oauth/v2/token`, { method: "POST", headers, body })).json()).access_token;
}

async function status(path, token) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  return (await fetch(`http://127.0.0.1:${api.address().port}${path}`, { headers })).status;
}

const good = await token(`openid profile ${audience}`);
expect([await status("/", good), await status("/profile", good), await status("/mine", good)], [200, 200, 200], "good");
expect(await status("/profile", await token(audience)), 403, "a token without the scope");
const other = await machine("ACCESS_TOKEN_TYPE_JWT");
expect(await status("/mine", await token(audience, other)), 401, "a token with another claim");
expect(await status("/", await token(API)), 401, "a token for somebody else");
expect(await status("/", `${good.slice(0, -8)}AAAAAAAA`), 401, "a token with another signature");
expect(await status("/"), 401, "no token");
api.close();
api.closeAllConnections();
