// @grpc/grpc-js, knowing nothing but what reflection tells it, in both versions of its protocol: the main job over v1.

import * as grpc from "@grpc/grpc-js";
import { GrpcReflection } from "grpc-js-reflection-client";
import { promisify } from "node:util";
import { expect, holds, refused, server, unique } from "./server.js";

const SERVICE = "zitadel.management.v1.ManagementService";

function metadata(token, orgId) {
  const metadata = new grpc.Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  if (orgId !== undefined) metadata.set("x-zitadel-orgid", orgId);
  return metadata;
}

async function main(version) {
  const credentials = grpc.credentials.createSsl();
  const reflection = new GrpcReflection(server.authority, credentials, undefined, version);
  holds((await reflection.listServices()).includes(SERVICE), "the service is listed");
  const service = (await reflection.getDescriptorBySymbol(SERVICE)).getProtobufJsRoot().lookupService(SERVICE);
  const client = new grpc.Client(server.authority, credentials);
  const ask = promisify(client.makeUnaryRequest.bind(client));
  const calls = (metadata) => async (method, request) => {
    const { requestType, responseType } = service.methods[method];
    const types = [requestType, responseType].map((type) => service.parent.lookupType(type));
    const encode = (message) => Buffer.from(types[0].encode(types[0].fromObject(message)).finish());
    const decode = (bytes) => types[1].toObject(types[1].decode(bytes), { longs: String, enums: String, defaults: true });
    return ask(`/${SERVICE}/${method}`, encode, decode, request, metadata, {});
  };
  const call = calls(metadata(server.adminToken));

  const userName = unique("reflected");
  const { userId } = await call("AddMachineUser", { userName, name: "Reflected", accessTokenType: "ACCESS_TOKEN_TYPE_JWT" });
  const secret = await call("GenerateMachineSecret", { userId });
  expect(secret.clientId, userName, "the client id");
  holds(secret.clientSecret && Number(secret.details.sequence) > 0, "a secret and its sequence");
  const { user } = await call("GetUserByID", { id: userId });
  expect([user.machine.hasSecret, user.machine.accessTokenType], [true, "ACCESS_TOKEN_TYPE_JWT"], "the machine");

  const expirationDate = { seconds: 4102444800 };
  const key = await call("AddMachineKey", { userId, type: "KEY_TYPE_JSON", expirationDate });
  expect(JSON.parse(key.keyDetails.toString()).userId, userId, "whose key file it is");
  const kept = (await call("GetMachineKeyByIDs", { userId, keyId: key.keyId })).key;
  expect([kept.type, kept.expirationDate.seconds], ["KEY_TYPE_JSON", "4102444800"], "the key, read back");
  const pat = await call("AddPersonalAccessToken", { userId });
  const { result } = await call("ListPersonalAccessTokens", { userId });
  expect(result.map(({ id }) => id), [pat.tokenId], "the personal access tokens");

  const code = async (calls, method, request, wanted, what) =>
    expect(grpc.status[(await refused(() => calls(method, request), what)).code], grpc.status[wanted], what);
  const { OK: _, INVALID_ARGUMENT, ALREADY_EXISTS, NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED } = grpc.status;
  await code(call, "AddMachineUser", { userName, name: "Again" }, ALREADY_EXISTS, "a name that is taken");
  await code(call, "GenerateMachineSecret", {}, INVALID_ARGUMENT, "no user");
  await code(call, "GenerateMachineSecret", { userId: "1" }, NOT_FOUND, "a user that is not there");
  await code(calls(metadata()), "GetUserByID", { id: userId }, UNAUTHENTICATED, "nobody's call");
  await code(calls(metadata("wrong")), "GetUserByID", { id: userId }, UNAUTHENTICATED, "a wrong token");
  await code(calls(metadata(server.adminToken, "1")), "GetUserByID", { id: userId }, PERMISSION_DENIED, "no such organisation");
  // Terraform's provider sends an empty one where none is configured.
  expect((await calls(metadata(server.adminToken, ""))("GetUserByID", { id: userId })).user.id, userId, "an empty header");

  await call("RemoveMachineSecret", { userId });
  await code(call, "RemoveMachineSecret", { userId }, grpc.status.FAILED_PRECONDITION, "no secret");
  await call("RemoveMachineKey", { userId, keyId: key.keyId });
  await code(call, "GetMachineKeyByIDs", { userId, keyId: key.keyId }, NOT_FOUND, "a key that is gone");
  await call("RemovePersonalAccessToken", { userId, tokenId: pat.tokenId });
  await code(calls(metadata(pat.token)), "GetUserByID", { id: userId }, UNAUTHENTICATED, "a token that is gone");
  await call("RemoveUser", { id: userId });
  client.close();
}

for (const version of ["v1", "v1alpha"]) await main(version);
