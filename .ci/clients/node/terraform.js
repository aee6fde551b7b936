// What ZITADEL's Terraform provider calls, in its order and with what it reads back after each call, over gRPC with the
// generated types of @zitadel/client.

import { Code } from "@connectrpc/connect";
import { timestampDate, timestampFromDate } from "@zitadel/client";
import { createServerTransport } from "@zitadel/client/node";
import { createAdminServiceClient, createManagementServiceClient } from "@zitadel/client/v1";
import { createOrganizationServiceClient, createUserServiceClient } from "@zitadel/client/v2";
import { expect, holds, refused, server, unique } from "./server.js";

const ENDLESS = "9999-12-31T23:59:59.000Z";
const [BEARER, JWT, JSON_KEY, ORG_ACTIVE, EQUALS] = [0, 1, 1, 1, 0];

const transport = createServerTransport(server.adminToken, { baseUrl: server.url });
const admin = createAdminServiceClient(transport);
const management = createManagementServiceClient(transport);
const orgs = createOrganizationServiceClient(transport);
const users = createUserServiceClient(transport);

// The provider drops from its state what is not found.
const gone = async (call, what) => expect(Code[(await refused(call, what)).code], "NotFound", what);

// zitadel_org
const name = unique("Terraform");
const { organizationId: orgId } = await orgs.addOrganization({ name });
const { org } = await admin.getOrgByID({ id: orgId });
expect([org.id, org.name, org.state], [orgId, name, ORG_ACTIVE], "the organisation");
holds(org.primaryDomain, "its domain");
expect((await admin.getDefaultOrg({})).org.id, server.orgId, "the default organisation");
const inside = { headers: { "x-zitadel-orgid": orgId } };
await management.updateOrg({ name: `${name} 2` }, inside);
const byName = { query: { case: "nameQuery", value: { name: `${name} 2`, method: EQUALS } } };
expect((await admin.listOrgs({ queries: [byName] })).result.map(({ id }) => id), [orgId], "organisations by name");

// zitadel_machine_user, as versions 1 and 2 of the provider have it
const userName = unique("tf");
const machine = { userName, name: "Machine", description: "by Terraform", accessTokenType: JWT };
const { userId } = await management.addMachineUser(machine, inside);
async function user() {
  const { user } = await management.getUserByID({ id: userId }, inside);
  const { description, accessTokenType, hasSecret } = user.type.value;
  return [user.details.resourceOwner, user.userName, user.type.value.name, description, accessTokenType, hasSecret];
}
expect(await user(), [orgId, userName, "Machine", "by Terraform", JWT, false], "the user");
const secret = await management.generateMachineSecret({ userId }, inside);
expect([secret.clientId, Boolean(secret.clientSecret)], [userName, true], "the secret");
await management.updateUserName({ userId, userName: `${userName}-2` }, inside);
await management.updateMachine({ userId, name: "Renamed", description: "", accessTokenType: BEARER }, inside);
expect(await user(), [orgId, `${userName}-2`, "Renamed", "", BEARER, true], "the user, changed");
await management.removeMachineSecret({ userId }, inside);
expect((await user()).at(-1), false, "whether it has a secret");
const byUserName = { query: { case: "userNameQuery", value: { userName: `${userName}-2`, method: EQUALS } } };
const { result: listed } = await management.listUsers({ queries: [byUserName] }, inside);
expect(listed.map(({ id }) => id), [userId], "users by name");

// zitadel_machine_user, as version 3 has it
const description = "newer";
const request = { name: "Machine", description };
const newer = await users.createUser({
  organizationId: orgId,
  username: unique("tf"),
  userType: { case: "machine", value: request },
});
await users.updateUser({ userId: newer.id, userType: { case: "machine", value: { name: "Newer" } } }, inside);
const found = (await users.getUserByID({ userId: newer.id }, inside)).user;
expect([found.type.value.name, found.type.value.description], ["Newer", description], "the newer user");
await users.deleteUser({ userId: newer.id }, inside);
await gone(() => users.getUserByID({ userId: newer.id }, inside), "the newer user");

// zitadel_machine_key and zitadel_personal_access_token, with an end and without
for (const wanted of ["2099-12-31T23:59:59.000Z", ENDLESS]) {
  const expirationDate = wanted === ENDLESS ? undefined : timestampFromDate(new Date(wanted));
  const key = await management.addMachineKey({ userId, type: JSON_KEY, expirationDate }, inside);
  expect(JSON.parse(new TextDecoder().decode(key.keyDetails)).keyId, key.keyId, "the key's name in its file");
  const keyIds = { userId, keyId: key.keyId };
  const read = (await management.getMachineKeyByIDs(keyIds, inside)).key;
  const end = timestampDate(read.expirationDate).toISOString();
  expect([read.id, read.type, end], [key.keyId, JSON_KEY, wanted], "the key");
  await management.removeMachineKey(keyIds, inside);
  await gone(() => management.getMachineKeyByIDs(keyIds, inside), "the key");

  const { token, tokenId } = await management.addPersonalAccessToken({ userId, expirationDate }, inside);
  holds(token, "a personal access token");
  const tokenIds = { userId, tokenId };
  const pat = (await management.getPersonalAccessTokenByIDs(tokenIds, inside)).token;
  expect([pat.id, timestampDate(pat.expirationDate).toISOString()], [tokenId, wanted], "the personal access token");
  await management.removePersonalAccessToken(tokenIds, inside);
  await gone(() => management.getPersonalAccessTokenByIDs(tokenIds, inside), "the personal access token");
}

// zitadel_org_member and zitadel_instance_member
const ofUser = { queries: [{ query: { case: "userIdQuery", value: { userId } } }] };
const roles = (members) => members.result.map((member) => [member.userId, member.roles]);
await management.addOrgMember({ userId, roles: ["ORG_OWNER"] }, inside);
await management.updateOrgMember({ userId, roles: ["ORG_USER_MANAGER"] }, inside);
expect(roles(await management.listOrgMembers(ofUser, inside)), [[userId, ["ORG_USER_MANAGER"]]], "the member");
await management.removeOrgMember({ userId }, inside);
expect(roles(await management.listOrgMembers(ofUser, inside)), [], "the members that are left");
await admin.addIAMMember({ userId, roles: ["IAM_OWNER_VIEWER"] });
expect(roles(await admin.listIAMMembers(ofUser)), [[userId, ["IAM_OWNER_VIEWER"]]], "the instance's member");
await admin.removeIAMMember({ userId });

// zitadel_project, zitadel_project_role and zitadel_user_grant
const project = { name: unique("Shop"), projectRoleAssertion: true, projectRoleCheck: true, hasProjectCheck: false };
const { id: projectId } = await management.addProject(project, inside);
await management.updateProject({ ...project, id: projectId, projectRoleCheck: false }, inside);
const kept = (await management.getProjectByID({ id: projectId }, inside)).project;
expect(
  [kept.name, kept.projectRoleAssertion, kept.projectRoleCheck, kept.hasProjectCheck, kept.details.resourceOwner],
  [project.name, true, false, false, orgId],
  "the project",
);
const role = { projectId, roleKey: "reader", displayName: "Reader", group: "people" };
await management.addProjectRole(role, inside);
const byKey = { projectId, queries: [{ query: { case: "keyQuery", value: { key: "reader", method: EQUALS } } }] };
const { result: found2 } = await management.listProjectRoles(byKey, inside);
expect(found2.map(({ key, displayName, group }) => [key, displayName, group]), [["reader", "Reader", "people"]], "the role");
const { userGrantId: grantId } = await management.addUserGrant({ userId, projectId, roleKeys: [] }, inside);
await management.updateUserGrant({ userId, grantId, roleKeys: ["reader"] }, inside);
const { userGrant } = await management.getUserGrantByID({ userId, grantId }, inside);
expect(
  [userGrant.id, userGrant.userId, userGrant.projectId, userGrant.roleKeys, userGrant.details.resourceOwner],
  [grantId, userId, projectId, ["reader"], orgId],
  "the grant",
);
await management.removeUserGrant({ userId, grantId }, inside);
await gone(() => management.getUserGrantByID({ userId, grantId }, inside), "the grant");
await management.removeProjectRole({ projectId, roleKey: "reader" }, inside);
await management.removeProject({ id: projectId }, inside);
await gone(() => management.getProjectByID({ id: projectId }, inside), "the project");

// zitadel_user_metadata and zitadel_org_metadata
const value = new TextEncoder().encode("billing");
await management.setUserMetadata({ id: userId, key: "team", value }, inside);
expect((await management.getUserMetadata({ id: userId, key: "team" }, inside)).metadata.value, value, "metadata");
await management.removeUserMetadata({ id: userId, key: "team" }, inside);
await gone(() => management.getUserMetadata({ id: userId, key: "team" }, inside), "metadata");
await management.setOrgMetadata({ key: "team", value }, inside);
expect((await management.getOrgMetadata({ key: "team" }, inside)).metadata.value, value, "the organisation's metadata");

// And all of it destroyed.
await management.removeUser({ id: userId }, inside);
await gone(() => management.getUserByID({ id: userId }, inside), "the user");
await management.removeOrg({}, inside);
await gone(() => admin.getOrgByID({ id: orgId }), "the organisation");
process.exit();
