// @zitadel/proto: every message, field, enum value and method that both it and the server know is the same to both, so
// that what one writes the other reads.

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare } from "./reflection.js";

// A person, of whom no field is declared here, so that it is understood as one and refused.
const PERSON = "zitadel.org.v2.AddOrganizationRequest.Admin.Human";

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

const partsOf = (type) => type.fields ?? type.values ?? type.methods;

// All by which a part tells itself from another.
function shape(part) {
  const { name, number, jsonName, fieldKind, listKind, scalar, proto } = part;
  const types = [part.message, part.enum, part.input, part.output].map((type) => type?.typeName);
  return [name, number, jsonName, fieldKind, listKind, scalar, part.oneof?.name, proto.proto3Optional, ...types].join(" ");
}

function* differences(ours, theirs) {
  for (const part of partsOf(ours)) {
    const same = ({ name, number }) => name === part.name || (number !== undefined && number === part.number);
    const known = partsOf(theirs).filter(same).map(shape);
    const unknown = known.length === 0;
    if (known.includes(shape(part)) || part.message?.typeName === PERSON) continue;
    yield { part: part.name, unknown, other: `${shape(part)}, but ${known.join(" and ")}` };
  }
}

const types = await zitadels();
await compare((type) => types.get(type.typeName), differences);
