// What the checks share: the running server, as `countersign dev --ready-file` describes it, and how a check fails.

import { isDeepStrictEqual } from "node:util";
import { readFileSync } from "node:fs";

const ready = JSON.parse(readFileSync(process.env.COUNTERSIGN_READY_FILE, "utf8"));

export const server = {
  url: ready.url,
  authority: new URL(ready.url).host,
  clientId: ready.client_id,
  clientSecret: ready.client_secret,
  userId: ready.user_id,
  orgId: ready.org_id,
  adminToken: readFileSync(ready.admin_token_file, "utf8").trim(),
};

export const API = "openid profile urn:zitadel:iam:org:project:id:zitadel:aud";

export const unique = (name) => `${name}-${process.hrtime.bigint()}`;

export function expect(found, wanted, what) {
  if (isDeepStrictEqual(found, wanted)) return;
  const shown = [wanted, found].map((value) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v)));
  throw new Error(`${what}: expected ${shown[0]}, found ${shown[1]}`);
}

export function holds(truth, what) {
  expect(Boolean(truth), true, what);
}

// What the call was refused with; a call that succeeds fails the check.
export async function refused(call, what) {
  let answer;
  try {
    answer = await call();
  } catch (refusal) {
    return refusal;
  }
  throw new Error(`${what}: was not refused, but answered ${typeof answer}`);
}

// ZITADEL's v1 API over REST, to prepare what a check needs.
export async function management(method, path, body) {
  const headers = { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" };
  const answer = await fetch(`${server.url}/management/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  expect(answer.status, 200, `the status of ${method} ${path}: ${text}`);
  return JSON.parse(text);
}

// A machine user with a secret and, in the file that ZITADEL's console would hand out, a key.
export async function machine(accessTokenType = "ACCESS_TOKEN_TYPE_BEARER") {
  const { userId } = await management("POST", "/users/machine", {
    userName: unique("machine"),
    name: "Machine",
    accessTokenType,
  });
  const { clientId, clientSecret } = await management("PUT", `/users/${userId}/secret`);
  const { keyDetails } = await management("POST", `/users/${userId}/keys`, { type: "KEY_TYPE_JSON" });
  return { userId, clientId, clientSecret, key: JSON.parse(Buffer.from(keyDetails, "base64").toString()) };
}
