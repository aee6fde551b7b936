// @zitadel/client, over its transport for servers (gRPC) and its transport for browsers (gRPC-Web), and Connect.

import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { NewAuthorizationBearerInterceptor, timestampDate, timestampFromDate } from "@zitadel/client";
import { createServerTransport } from "@zitadel/client/node";
import { createAuthServiceClient, createManagementServiceClient } from "@zitadel/client/v1";
import { createOrganizationServiceClient, createUserServiceClient } from "@zitadel/client/v2";
import { createClientTransport } from "@zitadel/client/web";
import { expect, holds, refused, server, unique } from "./server.js";

const baseUrl = server.url;
const connect = (token, useBinaryFormat) =>
  createConnectTransport({
    baseUrl,
    httpVersion: "2",
    useBinaryFormat,
    interceptors: [NewAuthorizationBearerInterceptor(token)],
  });
const transports = {
  gRPC: (token) => createServerTransport(token, { baseUrl }),
  "gRPC-Web": (token) => createClientTransport(token, { baseUrl }),
  "Connect, binary": (token) => connect(token, true),
  "Connect, JSON": (token) => connect(token, false),
};

async function code(call, wanted, what) {
  const refusal = await refused(call, what);
  holds(refusal instanceof ConnectError, `${what}: ${refusal}`);
  expect(Code[refusal.code], Code[wanted], what);
}

async function main(transport) {
  const admin = transport(server.adminToken);
  const users = createUserServiceClient(admin);
  const tomorrow = new Date(Date.now() + 86400e3);

  // User service v2: a user, and what it proves itself with.
  const username = unique("client");
  const machine = { name: "Made by the client", description: "for a check" };
  const request = { organizationId: server.orgId, username, userType: { case: "machine", value: machine } };
  const { id: userId } = await users.createUser(request);
  await code(() => users.createUser(request), Code.AlreadyExists, "a name that is taken");
  await code(() => users.createUser({ ...request, username: "x".repeat(201) }), Code.InvalidArgument, "a long name");

  const { clientSecret } = await users.addSecret({ userId });
  holds(clientSecret, "a secret");
  const { user } = await users.getUserByID({ userId });
  expect([user.username, user.type.value.name, user.type.value.hasSecret], [username, machine.name, true], "the user");
  await users.removeSecret({ userId });
  expect((await users.getUserByID({ userId })).user.type.value.hasSecret, false, "whether it has a secret still");

  const key = await users.addKey({ userId, expirationDate: timestampFromDate(tomorrow) });
  expect(JSON.parse(new TextDecoder().decode(key.keyContent)).userId, userId, "whose key file it is");
  const ofUser = { filters: [{ filter: { case: "userIdFilter", value: { id: userId } } }] };
  const keys = (await users.listKeys(ofUser)).result;
  expect(keys.map(({ id, expirationDate }) => [id, timestampDate(expirationDate)]), [[key.keyId, tomorrow]], "the keys");
  await users.removeKey({ userId, keyId: key.keyId });
  expect((await users.listKeys(ofUser)).result, [], "the keys that are left");

  const pat = await users.addPersonalAccessToken({ userId, expirationDate: timestampFromDate(tomorrow) });
  expect((await users.listPersonalAccessTokens(ofUser)).result.map(({ id }) => id), [pat.tokenId], "the tokens");
  const own = transport(pat.token);
  expect((await createAuthServiceClient(own).getMyUser({})).user.id, userId, "who the token is");
  expect((await createUserServiceClient(own).getUserByID({ userId })).user.userId, userId, "who it sees");
  await code(() => createUserServiceClient(own).addSecret({ userId: server.userId }), Code.NotFound, "another's secret");

  const inUserIds = { query: { case: "inUserIdsQuery", value: { userIds: [userId, server.userId] } } };
  const listed = await users.listUsers({ query: { limit: 1, asc: true }, queries: [inUserIds] });
  expect([listed.details.totalResult, listed.result.length], [2n, 1], "the list");

  // Organisations, metadata, and the management service v1 in one that is named by header.
  const orgs = createOrganizationServiceClient(admin);
  const name = unique("Client");
  const { organizationId } = await orgs.addOrganization({ name });
  const byId = { query: { case: "idQuery", value: { id: organizationId } } };
  const found = (await orgs.listOrganizations({ queries: [byId] })).result;
  expect(found.map((org) => [org.id, org.name]), [[organizationId, name]], "the organisation");
  const v1 = createManagementServiceClient(admin);
  const inside = { headers: { "x-zitadel-orgid": organizationId } };
  const made = await v1.addMachineUser({ userName: unique("v1"), name: "In there" }, inside);
  expect((await v1.getUserByID({ id: made.userId }, inside)).user.details.resourceOwner, organizationId, "its owner");
  await code(() => v1.getUserByID({ id: made.userId }), Code.NotFound, "a user looked for in another organisation");
  const secret = await v1.generateMachineSecret({ userId: made.userId }, inside);
  holds(secret.clientId && secret.clientSecret && secret.details.sequence > 0n, "a secret by v1");
  await v1.setUserMetadata({ id: made.userId, key: "team", value: new Uint8Array([0, 255]) }, inside);
  const metadata = (await v1.listUserMetadata({ id: made.userId }, inside)).result;
  expect(metadata.map(({ key, value }) => [key, [...value]]), [["team", [0, 255]]], "metadata, byte for byte");
  await v1.removeOrg({}, inside);

  await code(() => createUserServiceClient(transport("wrong")).getUserByID({ userId }), Code.Unauthenticated, "no token");
  await code(() => users.getUserByID({ userId: "1" }), Code.NotFound, "a user that is not there");
  await code(() => users.listPasskeys({ userId }), Code.Unimplemented, "what is for people");
  await users.deleteUser({ userId });
  await code(() => createAuthServiceClient(own).getMyUser({}), Code.Unauthenticated, "the token of a removed user");
}

for (const [name, transport] of Object.entries(transports)) {
  await main(transport).catch((error) => {
    throw new Error(`over ${name}: ${error.message}`, { cause: error });
  });
}
process.exit();
