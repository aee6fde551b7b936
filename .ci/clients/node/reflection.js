// The types that the server serves, as its reflection tells them.

import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { expect, holds, server } from "./server.js";

const { ServerReflectionRequest: Question, ServerReflectionResponse: Answer } = protobuf.parse(`
  syntax = "proto3";
  message ServerReflectionRequest { string file_containing_symbol = 4; string list_services = 7; }
  message ServerReflectionResponse { Files file_descriptor_response = 4; Services list_services_response = 6; }
  message Files { repeated bytes file_descriptor_proto = 1; }
  message Services { repeated Service service = 1; }
  message Service { string name = 1; }
`).root.nested;

// Asks, and takes the answers in order.
function reflect(questions) {
  const client = new grpc.Client(server.authority, grpc.credentials.createSsl());
  const write = (question) => Buffer.from(Question.encode(question).finish());
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const stream = client.makeBidiStreamRequest(path, write, (bytes) => Answer.decode(bytes), new grpc.Metadata());
  for (const question of questions) stream.write(question);
  stream.end();
  return new Promise((resolve, reject) => {
    const answers = [];
    stream.on("data", (answer) => answers.push(answer)).on("error", reject).on("end", () => resolve(answers));
  }).finally(() => client.close());
}

// Of ZITADEL's services: messages, enums and the services themselves.
async function served() {
  const [{ listServicesResponse }] = await reflect([{ listServices: "*" }]);
  const names = listServicesResponse.service.map(({ name }) => name).filter((name) => name.startsWith("zitadel."));
  const answers = await reflect(names.map((name) => ({ fileContainingSymbol: name })));
  const files = new Map();
  for (const bytes of answers.flatMap(({ fileDescriptorResponse }) => fileDescriptorResponse.fileDescriptorProto)) {
    const set = protobuf.Writer.create().uint32(10).bytes(bytes).finish();
    const [file] = fromBinary(FileDescriptorSetSchema, set).file;
    files.set(file.name, file);
  }
  const importsFirst = new Set();
  const add = (name) => {
    files.get(name).dependency.forEach(add);
    importsFirst.add(files.get(name));
  };
  [...files.keys()].forEach(add);
  const types = createFileRegistry(create(FileDescriptorSetSchema, { file: [...importsFirst] }));
  return [...types].filter(({ kind, typeName }) => kind !== "extension" && typeName.startsWith("zitadel."));
}

// What ZITADEL has, but both packages are too old to know.
const NEWER = [
  "zitadel.org.v2.AddOrganizationRequest.organization_id",
  "zitadel.org.v2.OrganizationFieldName.ORGANIZATION_FIELD_NAME_CREATION_DATE",
  "zitadel.org.v2.OrganizationService.",
  "zitadel.user.v2.CreateUserRequest.Machine.access_token_type",
  "zitadel.user.v2.CreateUserRequest.metadata",
  "zitadel.user.v2.UpdateUserRequest.Machine.access_token_type",
  "zitadel.user.v2.UpdateUserRequest.metadata",
];

// Holds each type that is served against the one that `find` has of it, if any. `differences` tells what of the type is
// another, and what is unknown to the package.
export async function compare(find, differences) {
  let compared = 0;
  const found = [];
  for (const type of await served()) {
    const theirs = find(type);
    if (!theirs) continue;
    compared += 1;
    for (const { part, unknown, other } of differences(type, theirs)) {
      const path = `${type.typeName}.${part}`;
      if (!unknown) found.push(`${path}: ${other}`);
      else if (!NEWER.some((newer) => path.startsWith(newer))) found.push(`${path} is not known`);
    }
  }
  expect(found, [], "what is not as ZITADEL has it");
  holds(compared > 300, `enough to compare, ${compared} types`);
}
