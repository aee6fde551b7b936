// @zitadel/proto: every message, field, enum value and method that both it and the server know is the same to both, so
// that what one writes the other reads.

import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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

// Asks the server's reflection, and takes the answers in order.
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

async function served() {
  const [{ listServicesResponse }] = await reflect([{ listServices: "*" }]);
  const names = listServicesResponse.service.map(({ name }) => name).filter((name) => name.startsWith("zitadel."));
  const answers = await reflect(names.map((name) => ({ fileContainingSymbol: name })));
  const files = new Map();
  for (const bytes of answers.flatMap(({ fileDescriptorResponse }) => fileDescriptorResponse.fileDescriptorProto)) {
    const { file } = fromBinary(FileDescriptorSetSchema, protobuf.Writer.create().uint32(10).bytes(bytes).finish());
    files.set(file[0].name, file[0]);
  }
  const importsFirst = new Set();
  const add = (name) => {
    files.get(name).dependency.forEach(add);
    importsFirst.add(files.get(name));
  };
  [...files.keys()].forEach(add);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...importsFirst] }));
}

async function zitadels() {
  const root = dirname(fileURLToPath(import.meta.resolve("@zitadel/proto/zitadel/user_pb.js")));
  const types = new Map();
  const add = (type) => {
    types.set(type.typeName, type);
    for (const nested of [...(type.nestedMessages ?? []), ...(type.nestedEnums ?? [])]) add(nested);
  };
  for (const path of readdirSync(root, { recursive: true }).filter((path) => path.endsWith("_pb.js"))) {
    const file = Object.entries(await import(join(root, path))).find(([name]) => name.startsWith("file_"))[1];
    [...file.messages, ...file.enums, ...file.services].forEach(add);
  }
  return types;
}

const shape = (field) => [field.number, field.name, field.jsonName, field.fieldKind, field.listKind, field.scalar,
  field.message?.typeName, field.enum?.typeName, field.oneof?.name, field.proto.proto3Optional].join(" ");

function* differences(ours, theirs) {
  if (ours.kind === "service") {
    for (const method of ours.methods) {
      const known = theirs.methods.find(({ name }) => name === method.name);
      if (!known) yield `${ours.typeName}.${method.name} is not known`;
      else if (known.input.typeName !== method.input.typeName) yield `${ours.typeName}.${method.name} takes another`;
      else if (known.output.typeName !== method.output.typeName) yield `${ours.typeName}.${method.name} gives another`;
    }
    return;
  }
  const [mine, known] = [ours, theirs].map((type) => type.fields ?? type.values);
  const look = ours.kind === "message" ? shape : ({ number, name }) => `${number} ${name}`;
  for (const part of mine) {
    const same = known.filter(({ number, name }) => number === part.number || name === part.name);
    const what = `${ours.typeName}: ${look(part)}`;
    if (same.length === 0) yield `${what}, which is not known`;
    else if (!same.some((other) => look(other) === look(part))) yield `${what}, but ${same.map(look).join(" and ")}`;
  }
}

// What the package is too old to know, as @zitadel/proto ends before the services that these belong to did.
const NEWER = [
  /^zitadel\.org\.v2\.OrganizationService\.\w+ is not known$/,
  /^zitadel\.org\.v2\.OrganizationFieldName: 2 .*, which is not known$/,
  /^zitadel\.org\.v2\.AddOrganizationRequest: 4 organization_id .*, which is not known$/,
  /^zitadel\.user\.v2\.(Create|Update)UserRequest: \d metadata .*, which is not known$/,
  /^zitadel\.user\.v2\.(Create|Update)UserRequest\.Machine: 3 access_token_type .*, which is not known$/,
];
// A person, of whom no field is declared here, so that it is understood as one and refused.
const PERSON = /^zitadel\.org\.v2\.AddOrganizationRequest\.Admin: 2 human /;

const theirs = await zitadels();
let compared = 0;
const found = [];
for (const type of await served()) {
  if (type.kind === "extension" || !theirs.has(type.typeName)) continue;
  compared += 1;
  found.push(...differences(type, theirs.get(type.typeName)));
}
expect(found.filter((line) => ![...NEWER, PERSON].some((known) => known.test(line))), [], "what differs");
holds(compared > 300, `enough to compare, ${compared} types`);
