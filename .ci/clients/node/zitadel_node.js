// @zitadel/node: a service account from its key file calls the v1 API over gRPC.

import {
  createAccessTokenInterceptor,
  createAuthClient,
  createManagementClient,
  createServiceAccountInterceptor,
} from "@zitadel/node/dist/api/index.js";
import { Application, ServiceAccount } from "@zitadel/node/dist/credentials/index.js";
import { API, expect, holds, refused, server, unique } from "./server.js";

const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

const admin = createManagementClient(server.url, createAccessTokenInterceptor(server.adminToken));
const { userId } = await admin.addMachineUser({ userName: unique("node"), name: "Node" });
const { clientId, clientSecret } = await admin.generateMachineSecret({ userId });
holds(clientId && clientSecret, "a secret");
expect((await admin.getUserByID({ id: userId })).user.machine.hasSecret, true, "whether it has a secret");

const { keyDetails } = await admin.addMachineKey({ userId, type: 1, expirationDate: new Date(Date.now() + 86400e3) });
const account = ServiceAccount.fromJsonString(Buffer.from(keyDetails).toString());
const own = () => createAuthClient(server.url, createServiceAccountInterceptor(server.url, account, { apiAccess: true }));
const client = own();
expect((await client.getMyUser({})).user.id, userId, "who the account is");
expect((await client.getMyUser({})).user.userName, clientId, "its name, asked with the same token");

// Without the scope for the API the token is good, but not for the API.
const elsewhere = createAuthClient(server.url, createServiceAccountInterceptor(server.url, account));
expect((await refused(() => elsewhere.getMyUser({}), "a token for no API")).code, UNAUTHENTICATED, "its code");
const other = createManagementClient(server.url, createServiceAccountInterceptor(server.url, account, { apiAccess: true }));
const denied = await refused(() => other.addMachineUser({ userName: "x", name: "x" }), "a user without a role");
holds([5, PERMISSION_DENIED].includes(denied.code), `the code of a user without a role, ${denied.code}`);

const { token, tokenId } = await admin.addPersonalAccessToken({ userId });
const byToken = createAuthClient(server.url, createAccessTokenInterceptor(token));
expect((await byToken.getMyUser({})).user.id, userId, "whose personal access token it is");
expect((await admin.listPersonalAccessTokens({ userId })).result.map(({ id }) => id), [tokenId], "the tokens");
await admin.removePersonalAccessToken({ userId, tokenId });
expect((await refused(() => byToken.getMyUser({}), "a removed token")).code, UNAUTHENTICATED, "its code");

// A resource server introspects with a key of its own, as ZITADEL's API applications do.
const resource = new Application("api", account.userId, account.keyId, account.key);
const form = {
  client_assertion: await resource.getSignedJwt(server.url),
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  token: await account.authenticate(server.url, { additionalScopes: API.split(" ") }),
};
const answer = await fetch(`${server.url}/oauth/v2/introspect`, { method: "POST", body: new URLSearchParams(form) });
expect((await answer.json()).sub, userId, "whose token was introspected");

const { result } = await admin.listMachineKeys({ userId });
expect(result.map(({ id }) => id), [account.keyId], "the keys");
await admin.removeMachineKey({ userId, keyId: account.keyId });
expect((await refused(() => own().getMyUser({}), "a removed key")).response?.data.error, "invalid_grant", "why");
await admin.removeUser({ id: userId });
await refused(() => admin.getUserByID({ id: userId }), "a user that is gone");
