// @zitadel/node has the types of services that @zitadel/proto ends before, but as code: what the server's types write,
// field by field, its decoders read and its encoders write again, and its services have the methods.

import { create, ScalarType, toBinary } from "@bufbuild/protobuf";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare } from "./reflection.js";

async function zitadels() {
  const root = join(dirname(fileURLToPath(import.meta.resolve("@zitadel/node/dist/api/index.js"))), "generated/zitadel");
  const types = new Map();
  for (const path of readdirSync(root, { recursive: true }).filter((path) => path.endsWith(".js"))) {
    const module = await import(join(root, path));
    for (const [name, type] of Object.entries(module)) types.set(`${module.protobufPackage}.${name}`, type);
  }
  return types;
}

function nameOf(type) {
  const name = type.file.proto.package;
  const local = type.typeName.slice(name.length + 1).replaceAll(".", "_");
  return `${name}.${local}${type.kind === "service" ? "Definition" : ""}`;
}

// A message with something in this field, and nothing else, as bytes.
function only(message, field) {
  const scalar = { [ScalarType.STRING]: "x", [ScalarType.BYTES]: new Uint8Array([1]), [ScalarType.BOOL]: true };
  const wide = [ScalarType.INT64, ScalarType.UINT64].includes(field.scalar);
  const last = field.enum?.values.at(-1).number;
  const one = field.message ? create(field.message) : (last ?? scalar[field.scalar] ?? (wide ? 1n : 1));
  const value = field.fieldKind === "list" ? [one] : one;
  const set = field.oneof ? { [field.oneof.localName]: { case: field.localName, value } } : { [field.localName]: value };
  return Buffer.from(toBinary(message, create(message, set)));
}

function* differences(ours, theirs) {
  for (const field of ours.fields ?? []) {
    const sent = only(ours, field);
    const read = theirs.decode(sent);
    const back = Buffer.from(theirs.encode(read).finish());
    const other = `${sent.toString("hex")} comes back as ${back.toString("hex")} from ${JSON.stringify(Object.keys(read))}`;
    const same = sent.equals(back) && field.jsonName in read;
    if (!same) yield { part: field.name, unknown: back.length === 0, other };
  }
  for (const { name, number } of ours.values ?? []) {
    const known = theirs[name];
    if (known !== number) yield { part: name, unknown: known === undefined, other: `${number}, but ${known}` };
  }
  for (const { name } of ours.methods ?? []) {
    if (!Object.values(theirs.methods).some((method) => method.name === name)) yield { part: name, unknown: true };
  }
}

const types = await zitadels();
await compare((type) => types.get(nameOf(type)), differences);
