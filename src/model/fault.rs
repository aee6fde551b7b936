//! Every refusal that has a name on the wire: ZITADEL's error id, and the text that goes with it.
//!
//! Some texts are untranslated keys (`Errors.User.NotExisting`); ZITADEL shows them so, and clients compare them.

use crate::error::{
    Fault,
    Kind::{
        self, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, ResourceExhausted,
        Unauthenticated, Unimplemented,
    },
};

const fn fault(kind: Kind, id: &'static str, text: &'static str) -> Fault {
    Fault::new(kind, id, text)
}

// Who calls.
pub const AUTH_HEADER_INVALID: Fault = fault(Unauthenticated, "AUTH-toLo1", "invalid auth header");
pub const TOKEN_INVALID: Fault = fault(Unauthenticated, "AUTH-7fs1e", "Errors.Token.Invalid");
pub const CONTEXT_ORG_UNKNOWN: Fault = fault(PermissionDenied, "AUTH-Bs7Ds", "Organisation doesn't exist");
pub const NO_MEMBERSHIP: Fault = fault(NotFound, "AUTHZ-cdgFk", "membership not found");
pub const NO_PERMISSION: Fault = fault(PermissionDenied, "AUTH-5mWD2", "No matching permissions found");

// Users.
pub const USER_UNKNOWN: Fault = fault(NotFound, "QUERY-Dfbg2", "User could not be found");
pub const USER_ELSEWHERE: Fault = fault(NotFound, "MANAG-fpo4B", "User could not be found");
pub const NAME_TAKEN: Fault = fault(AlreadyExists, "V3-DKcYh", "User already exists");
pub const USER_ID_TAKEN: Fault = fault(FailedPrecondition, "COMMAND-k2una", "Errors.User.AlreadyExisting");
pub const USER_ORG_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-QXPGs", "Organisation not found");
pub const HUMANS_UNSUPPORTED: Fault =
    fault(Unimplemented, "COUNTERSIGN-human", "This server is for machine users; it has no human users or logins");
pub const NOT_SERVED: Fault = fault(Unimplemented, "COUNTERSIGN-unserved", "This server does not serve this procedure");
pub const MACHINE_UNKNOWN: Fault = fault(NotFound, "COMMAND-5M0od", "User could not be found");
pub const MACHINE_UNCHANGED: Fault = fault(FailedPrecondition, "COMMAND-2n8vs", "Errors.User.NotChanged");
pub const USER_NAME_BLANK: Fault = fault(InvalidArgument, "COMMAND-bm9Ds", "Userdata is invalid");
pub const USER_NAME_MISSING: Fault = fault(InvalidArgument, "COMMAND-2N9fs", "ID missing");
pub const USER_NAME_USER_UNKNOWN: Fault = fault(NotFound, "COMMAND-5N9ds", "User could not be found");
pub const USER_NAME_UNCHANGED: Fault = fault(FailedPrecondition, "COMMAND-6m9gs", "Username not changed");

pub const DEACTIVATE_UNKNOWN: Fault = fault(NotFound, "COMMAND-3M9ds", "User could not be found");
pub const ALREADY_INACTIVE: Fault = fault(FailedPrecondition, "COMMAND-5M0sf", "User already inactive");
pub const REACTIVATE_UNKNOWN: Fault = fault(NotFound, "COMMAND-4M0sd", "User could not be found");
pub const NOT_INACTIVE: Fault = fault(FailedPrecondition, "COMMAND-6M0sf", "User is not inactive");
pub const LOCK_UNKNOWN: Fault = fault(NotFound, "COMMAND-5M9fs", "User could not be found");
pub const NOT_ACTIVE: Fault = fault(FailedPrecondition, "COMMAND-3NN8v", "User is not active or initial");
pub const UNLOCK_UNKNOWN: Fault = fault(NotFound, "COMMAND-M0dos", "User could not be found");
pub const NOT_LOCKED: Fault = fault(FailedPrecondition, "COMMAND-4M0ds", "User is not locked");
pub const REMOVE_UNKNOWN: Fault = fault(NotFound, "COMMAND-m9od", "User could not be found");

// The same over v2.
pub const UPDATE_V2_UNKNOWN: Fault = fault(NotFound, "COMMAND-ugjs0upun6", "User could not be found");
pub const DEACTIVATE_V2_UNKNOWN: Fault = fault(NotFound, "COMMAND-5gp2p62iin", "User could not be found");
pub const ALREADY_INACTIVE_V2: Fault = fault(FailedPrecondition, "COMMAND-5gunjw0cd7", "User already inactive");
pub const REACTIVATE_V2_UNKNOWN: Fault = fault(NotFound, "COMMAND-9hy5kzbuk6", "User could not be found");
pub const NOT_INACTIVE_V2: Fault = fault(FailedPrecondition, "COMMAND-s5qqcz97hf", "User is not inactive");
pub const LOCK_V2_UNKNOWN: Fault = fault(NotFound, "COMMAND-450yxuqrh1", "User could not be found");
pub const NOT_ACTIVE_V2: Fault = fault(FailedPrecondition, "COMMAND-lgws8wtsqf", "User is not active or initial");
pub const UNLOCK_V2_UNKNOWN: Fault = fault(NotFound, "COMMAND-x377t913pw", "User could not be found");
pub const NOT_LOCKED_V2: Fault = fault(FailedPrecondition, "COMMAND-olb9vb0oca", "User is not locked");
pub const REMOVE_V2_UNKNOWN: Fault = fault(NotFound, "COMMAND-bd4ir1mblj", "User could not be found");

// Secrets and personal access tokens.
pub const SECRET_USER_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-x8910n", "Errors.User.NotExisting");
pub const SECRET_REMOVE_USER_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-x7s802", "Errors.User.NotExisting");
pub const NO_SECRET: Fault = fault(FailedPrecondition, "COMMAND-coi82n", "Secret doesn't exist");
pub const TOO_MANY_CREDENTIALS: Fault =
    fault(FailedPrecondition, "COUNTERSIGN-many", "The user has as many credentials as it may have; remove one first");
pub const PAT_USER_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-Dggw2", "User could not be found");
pub const PAT_UNKNOWN: Fault = fault(NotFound, "QUERY-fRunu", "Errors.PersonalAccessToken.NotFound");
pub const PAT_REMOVE_UNKNOWN: Fault = fault(NotFound, "COMMAND-4m77G", "Personal Access Token not found");
/// Of ZITADEL's calls.
pub const EXPIRES_IN_PAST: Fault = fault(InvalidArgument, "DOMAIN-dv3t5", "Errors.AuthNKey.ExpireBeforeNow");

/// Of this server's own.
pub const ENDS_IN_PAST: Fault =
    fault(InvalidArgument, "COUNTERSIGN-past", "expires must be in the future; suspend or remove what shall end now");

pub const SECRET_TAKEN: Fault = fault(
    AlreadyExists,
    "COUNTERSIGN-secret-taken",
    "This secret is a credential's already, and no two can have the same; make a new one",
);
pub const TOO_MANY_SECRETS: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-secrets",
    "The user has ten client secrets that count, and may not have more; remove one first",
);
pub const TOO_MANY_TAKEN_SECRETS: Fault = fault(
    ResourceExhausted,
    "COUNTERSIGN-imports",
    "Too many of the secrets that you imported are others' already; wait as Retry-After says",
);
pub const TOO_MANY_REPORTS: Fault = fault(
    ResourceExhausted,
    "COUNTERSIGN-reports",
    "Too many leaked credentials are reported at once; wait as Retry-After says",
);
pub const TOO_MANY_FAILURES: Fault = fault(
    ResourceExhausted,
    "COUNTERSIGN-attempts",
    "Too many wrong credentials came from this network; wait as Retry-After says",
);
pub const CREDENTIAL_TOO_WIDE: Fault = fault(
    PermissionDenied,
    "COUNTERSIGN-bounds",
    "The credential that you use is narrowed; it cannot make, widen or prolong one that is narrowed less",
);
pub const CREDENTIAL_GIVES_NO_ROLES: Fault = fault(
    PermissionDenied,
    "COUNTERSIGN-bounds",
    "The credential that you use is narrowed to networks or scopes; it cannot give roles, which would count without them",
);
pub const SECRET_ARRIVED: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-arrived",
    "The secret that this rotation gave the user is in use, so somebody has it; RotateSecret replaces it all the same",
);
pub const SECRETS_SUSPENDED: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-suspended",
    "Every secret of the user is suspended; resume one first, or give the user another with RotateSecret",
);
pub const CREDENTIAL_USER_UNKNOWN: Fault = fault(NotFound, "COUNTERSIGN-user", "User could not be found");
/// The refusal itself says how long it may be.
pub const LIVES_TOO_LONG: Fault =
    fault(InvalidArgument, "COUNTERSIGN-lifetime", "The credential would live longer than the organisation allows");
pub const CREDENTIAL_ORG_UNKNOWN: Fault = fault(NotFound, "COUNTERSIGN-org", "Organisation could not be found");
pub const CREDENTIAL_UNKNOWN: Fault = fault(NotFound, "COUNTERSIGN-credential", "Credential could not be found");

// Keys.
pub const KEY_USER_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-bnipwm1", "User could not be found");
pub const KEY_INVALID: Fault = fault(
    InvalidArgument,
    "COMMAND-5F3h1",
    "Public key is not a valid RSA public key in PKIX format with PEM encoding",
);
pub const KEY_UNKNOWN: Fault = fault(NotFound, "QUERY-Dgr3g", "Errors.AuthNKey.NotFound");
pub const KEY_REMOVE_UNKNOWN: Fault = fault(NotFound, "COMMAND-4m77G", "Machine key not found");

// Metadata of users and organisations.
pub const METADATA_USER_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-uXHNj", "User could not be found");
pub const METADATA_ORG_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-QXPGs", "Organisation not found");
pub const METADATA_UNKNOWN: Fault = fault(NotFound, "QUERY-Rgh32", "Metadata not found");
pub const METADATA_NONE_SET: Fault = fault(FailedPrecondition, "META-9mm2d", "Metadata list is empty");
pub const USER_METADATA_NONE_REMOVED: Fault = fault(FailedPrecondition, "META-9mm2d", "Metadata list is empty");
pub const USER_METADATA_REMOVE_UNKNOWN: Fault = fault(NotFound, "META-ncnw3", "Metadata not found");
pub const USER_METADATA_KEY_UNKNOWN: Fault = fault(NotFound, "META-2nnds", "One or more keys do not exist");
pub const ORG_METADATA_NONE_REMOVED: Fault = fault(FailedPrecondition, "META-9mw2d", "Metadata list is empty");
pub const ORG_METADATA_REMOVE_UNKNOWN: Fault = fault(NotFound, "META-mcnw3", "Metadata not found");
pub const ORG_METADATA_KEY_UNKNOWN: Fault = fault(NotFound, "META-2npds", "One or more keys do not exist");
pub const METADATA_QUERY_EMPTY: Fault = fault(InvalidArgument, "METAD-fdg23", "List.Query.Invalid");
pub const TOO_MUCH_METADATA: Fault =
    fault(FailedPrecondition, "COUNTERSIGN-metadata", "There is as much metadata as there may be; remove some first");

// Organisations.
pub const ORG_UNKNOWN: Fault = fault(NotFound, "QUERY-leq5Q", "Organisation not found");
pub const ORG_NAME_TAKEN: Fault = fault(AlreadyExists, "V3-DKcYh", "Organisation's name or id already taken");
pub const ORG_ID_TAKEN: Fault = fault(AlreadyExists, "ORG-laho2n", "Errors.Org.AlreadyExisting");
pub const ORG_ADMIN_NO_MACHINE: Fault = fault(
    Unimplemented,
    "ORGv2-SD2r1",
    "An admin of a new organisation must be a user that is there already; this server has no human users",
);
pub const ORG_DOMAINS_FIXED: Fault = fault(
    Unimplemented,
    "COUNTERSIGN-domain",
    "An organisation has one domain here, which follows from its name; rename the organisation instead",
);
pub const ORG_NAME_EMPTY: Fault = fault(InvalidArgument, "EVENT-Mf9sd", "Organisation is invalid");
pub const ORG_CHANGE_UNKNOWN: Fault = fault(NotFound, "ORG-1MRds", "Organisation not found");
pub const ORG_UNCHANGED: Fault = fault(FailedPrecondition, "ORG-4VSdf", "Organisation not changed");
pub const ORG_DEACTIVATE_UNKNOWN: Fault = fault(NotFound, "ORG-oL9nT", "Organisation not found");
pub const ORG_ALREADY_INACTIVE: Fault = fault(FailedPrecondition, "EVENT-Dbs2g", "Organisation is already deactivated");
pub const ORG_REACTIVATE_UNKNOWN: Fault = fault(NotFound, "ORG-Dgf3g", "Organisation not found");
pub const ORG_ALREADY_ACTIVE: Fault = fault(FailedPrecondition, "EVENT-bfnrh", "Organisation is already active");
pub const ORG_IS_DEFAULT: Fault = fault(FailedPrecondition, "COMMA-wG9p1", "Default Organisation must not be deleted");
pub const ORG_REMOVE_UNKNOWN: Fault = fault(NotFound, "COMMA-aps2n", "Organisation not found");
pub const ORG_TOO_LARGE: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-large",
    "The organisation has too many users, members and user grants to be removed at once; remove users first",
);
pub const DEFAULT_ORG_UNKNOWN: Fault = fault(FailedPrecondition, "INSTA-Wfe21", "Organisation not found");
pub const DEFAULT_ORG_UNCHANGED: Fault = fault(FailedPrecondition, "INST-SDfw2", "Instance not changed");
pub const ORG_UNIQUE_OF_NOTHING: Fault = fault(InvalidArgument, "QUERY-DGqfd", "Request is invalid");

// Members of organisations.
pub const ORG_MEMBER_INVALID: Fault = fault(InvalidArgument, "ORG-4Mlfs", "Errors.Org.MemberInvalid");
pub const ORG_MEMBER_ROLE: Fault = fault(InvalidArgument, "Org-4N8es", "Errors.Org.MemberInvalid");
pub const ORG_MEMBER_USER_UNKNOWN: Fault = fault(FailedPrecondition, "ORG-GoXOn", "User could not be found");
pub const ORG_MEMBER_EXISTS: Fault = fault(AlreadyExists, "ORG-poWwe", "Errors.Org.Member.AlreadyExists");
pub const ORG_MEMBER_CHANGE_INVALID: Fault = fault(InvalidArgument, "Org-LiaZi", "Errors.Org.MemberInvalid");
pub const ORG_MEMBER_CHANGE_ROLE: Fault = fault(InvalidArgument, "IAM-m9fG8", "Errors.Org.MemberInvalid");
pub const ORG_MEMBER_UNKNOWN: Fault = fault(NotFound, "Org-D8JxR", "Errors.NotFound");

// Members of the instance.
pub const IAM_MEMBER_INVALID: Fault = fault(InvalidArgument, "INSTA-SDSfs", "Errors.IAM.MemberInvalid");
pub const IAM_MEMBER_ROLE: Fault = fault(InvalidArgument, "INSTANCE-4m0fS", "Errors.IAM.MemberInvalid");
pub const IAM_MEMBER_USER_UNKNOWN: Fault = fault(FailedPrecondition, "INSTA-GSXOn", "User could not be found");
pub const IAM_MEMBER_EXISTS: Fault = fault(AlreadyExists, "INSTA-pFDwe", "Errors.Instance.Member.AlreadyExists");
pub const IAM_MEMBER_CHANGE_INVALID: Fault = fault(InvalidArgument, "INSTANCE-LiaZi", "Errors.IAM.MemberInvalid");
pub const IAM_MEMBER_CHANGE_ROLE: Fault = fault(InvalidArgument, "INSTANCE-3m9fs", "Errors.IAM.MemberInvalid");
pub const IAM_MEMBER_UNKNOWN: Fault = fault(NotFound, "INSTANCE-D8JxR", "Errors.NotFound");
pub const LAST_OWNER: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-lastowner",
    "The instance would be left without an IAM_OWNER that can act; give the role to another user first",
);

// Projects and their roles.
pub const PROJECT_UNKNOWN: Fault = fault(NotFound, "QUERY-fk2fs", "Project not found");
pub const PROJECT_ID_TAKEN: Fault =
    fault(AlreadyExists, "COMMAND-opamwu", "Project already exists on the organization");
pub const PROJECT_INVALID: Fault = fault(InvalidArgument, "PROJECT-IOVCC", "Project is invalid");
pub const PROJECT_NAME_TAKEN: Fault = fault(AlreadyExists, "V3-DKcYh", "Project already exists on the organization");
pub const PROJECT_CHANGE_UNKNOWN: Fault = fault(NotFound, "COMMAND-3M9sd", "Project not found");
pub const PROJECT_CHANGE_INVALID: Fault = fault(InvalidArgument, "COMMAND-4m9vS", "Project is invalid");
pub const PROJECT_UNCHANGED: Fault = fault(FailedPrecondition, "COMMAND-2M0fs", "No changes");
pub const PROJECT_DEACTIVATE_UNKNOWN: Fault = fault(NotFound, "COMMAND-112M9", "Project not found");
pub const PROJECT_NOT_ACTIVE: Fault = fault(FailedPrecondition, "COMMAND-mki55", "Project is not active");
pub const PROJECT_NOT_INACTIVE: Fault = fault(FailedPrecondition, "COMMAND-5M9bs", "Project is not deactivated");
pub const PROJECT_TOO_LARGE: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-large",
    "Too many users have roles here for this to happen at once; remove user grants first",
);
pub const TOO_MANY_PROJECTS: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-many",
    "The organisation has as many projects as it may have; remove one first",
);
pub const ROLE_PROJECT_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-4M0fs", "Project not found");
pub const ROLE_INVALID: Fault = fault(InvalidArgument, "COMMAND-4m9vS", "Role is invalid");
pub const ROLE_EXISTS: Fault = fault(AlreadyExists, "V3-DKcYh", "Role already exists");
pub const ROLE_CHANGE_INVALID: Fault = fault(InvalidArgument, "COMMAND-2ilfW", "Project is invalid");
pub const ROLE_CHANGE_UNKNOWN: Fault = fault(NotFound, "COMMAND-vv8M9", "Role doesn't exist");
pub const ROLE_UNCHANGED: Fault = fault(FailedPrecondition, "COMMAND-5M0cs", "No changes");
pub const ROLE_REMOVE_UNKNOWN: Fault = fault(NotFound, "COMMAND-m9vMf", "Role doesn't exist");
pub const TOO_MANY_PROJECT_ROLES: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-many",
    "The project would have more roles than it may have; remove some first",
);

// Grants of projects to other organisations.
pub const PROJECT_GRANT_NOT_SHOWN: Fault = fault(NotFound, "QUERY-n98GGs", "Errors.ProjectGrant.NotFound");
pub const PROJECT_GRANT_UNKNOWN: Fault = fault(NotFound, "PROJECT-D8JxR", "Grant not found");
pub const PROJECT_GRANT_INVALID: Fault = fault(InvalidArgument, "COMMAND-FYRnWEzBzV", "Project grant is invalid");
pub const PROJECT_GRANT_PROJECT_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-m9gsd", "Project not found");
pub const PROJECT_GRANT_ORG_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-3m9gg", "Organisation not found");
pub const PROJECT_GRANT_ROLE_UNKNOWN: Fault =
    fault(FailedPrecondition, "COMMAND-6m9gd", "Errors.Project.Role.NotFound");
pub const PROJECT_GRANT_TO_OWNER: Fault = fault(FailedPrecondition, "PROJECT-ckUpbvboAH", "Project grant is invalid");
pub const PROJECT_GRANT_EXISTS: Fault = fault(AlreadyExists, "V3-DKcYh", "Project grant already exists");

// Grants of roles in projects.
pub const USER_GRANT_UNKNOWN: Fault = fault(NotFound, "QUERY-wIPkA", "User grant not found");
pub const USER_GRANT_INVALID: Fault = fault(InvalidArgument, "COMMAND-kVfMa", "User grant is invalid");
pub const USER_GRANT_USER_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-4f8sg", "User could not be found");
pub const USER_GRANT_PROJECT_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-3n77S", "Project not found");
pub const USER_GRANT_PROJECT_GRANT_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-4m9ff", "Grant not found");
pub const USER_GRANT_ROLE_UNKNOWN: Fault = fault(FailedPrecondition, "COMMAND-mm9F4", "Errors.Project.Role.NotFound");
pub const USER_GRANT_EXISTS: Fault = fault(AlreadyExists, "V3-DKcYh", "User grant already exists");
pub const USER_GRANT_CHANGE_UNKNOWN: Fault = fault(NotFound, "COMMAND-3M9sd", "User grant not found");
pub const USER_GRANT_UNCHANGED: Fault = fault(FailedPrecondition, "COMMAND-Rs8fy", "User grant has not been changed");
pub const USER_GRANT_NOT_ACTIVE: Fault = fault(FailedPrecondition, "COMMAND-1S9gx", "User grant is not active");
pub const USER_GRANT_REACTIVATE_UNKNOWN: Fault = fault(NotFound, "COMMAND-Lp0gs", "User grant not found");
pub const USER_GRANT_NOT_INACTIVE: Fault = fault(FailedPrecondition, "COMMAND-1ML0v", "User grant is not deactivated");
pub const USER_GRANT_REMOVE_UNKNOWN: Fault = fault(NotFound, "COMMAND-1My0t", "User grant not found");

// Settings.
pub const OIDC_SETTINGS_EMPTY: Fault = fault(InvalidArgument, "INST-10sxks", "Errors.Invalid.Argument");
pub const OIDC_SETTINGS_UNCHANGED: Fault = fault(FailedPrecondition, "COMMAND-0pk2nu", "Errors.NoChangesFound");
pub const SECRET_GENERATOR_FIXED: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-generator",
    "The form of secrets is fixed here, so that a leaked one is known at sight and none is weak",
);

// Administrators, which are members of either.
pub const ADMINISTRATOR_ADD_NOWHERE: Fault = fault(InvalidArgument, "ADMIN-IbPp47HDP5", "Errors.Invalid.Argument");
pub const ADMINISTRATOR_CHANGE_NOWHERE: Fault = fault(InvalidArgument, "ADMIN-i0V2IbdloZ", "Errors.Invalid.Argument");
pub const ADMINISTRATOR_REMOVE_NOWHERE: Fault = fault(InvalidArgument, "ADMIN-3UOjLtuohh", "Errors.Invalid.Argument");
pub const PROJECT_ADMINISTRATORS: Fault = fault(
    Unimplemented,
    "COUNTERSIGN-project",
    "Only the instance and organisations have administrators here; projects have none",
);

// List queries.
pub const LIST_TOO_WIDE: Fault = fault(
    ResourceExhausted,
    "COUNTERSIGN-wide",
    "The answer would take too many rows to look at; ask for ids, for a name or its beginning, or for one organisation",
);
pub const TOO_MANY_EVENTS: Fault = fault(
    FailedPrecondition,
    "COUNTERSIGN-scan",
    "The search looked at too many events; narrow it to a time, an aggregate or a resource owner",
);
pub const QUERY_TOO_DEEP: Fault = fault(InvalidArgument, "USER-zsQ97", "Too many query nesting levels (Max 20)");
pub const QUERY_EMPTY: Fault = fault(InvalidArgument, "GRPC-vR9nC", "List.Query.Invalid");
pub const ORG_QUERY_EMPTY: Fault = fault(InvalidArgument, "ORG-vR9nC", "List.Query.Invalid");
pub const MEMBERSHIP_QUERY_EMPTY: Fault = fault(InvalidArgument, "USER-dsg3z", "List.Query.Invalid");
pub const MEMBER_QUERY_EMPTY: Fault = fault(InvalidArgument, "MEMBE-7Bb92", "Request is invalid");
pub const LIMIT_EXCEEDED: Fault = fault(InvalidArgument, "QUERY-4M0fs", "Limit exceeded");
