"""ZITADEL's own Python SDK: each message and enum of the services that it calls has the fields that the server has."""

import grpc
import zitadel_client as sdk
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from server import Server, expect, holds

# What ZITADEL serves, but the SDK does not know: it is too old, or has one model for two messages of that name.
NEWER = {
    "zitadel.internal_permission.v2.ProjectGrant": {"grantedOrganizationId", "id", "projectName"},
    "zitadel.metadata.v2.Metadata": {"creationDate", "changeDate"},
    "zitadel.user.v2.CreateUserRequest": {"metadata"},
    "zitadel.user.v2.CreateUserRequest.Machine": {"accessTokenType"},
    "zitadel.user.v2.UpdateUserRequest": {"metadata"},
    "zitadel.user.v2.UpdateUserRequest.Machine": {"accessTokenType"},
}

server = Server()
with open(server.ca_file, "rb") as file:
    channel = grpc.secure_channel(server.authority, grpc.ssl_channel_credentials(file.read()))
database = ProtoReflectionDescriptorDatabase(channel)
pool = descriptor_pool.DescriptorPool(database)
seen = {}
unknown = {}


def visit(kind, prefix):
    """Holds a message or an enum, and all that it is made of, against the SDK's model of it."""
    if kind is None or kind.full_name.startswith("google.") or (prefix, kind.full_name) in seen:
        return
    model = getattr(sdk, prefix + kind.name, None)
    seen[prefix, kind.full_name] = model
    if hasattr(kind, "values"):
        ours, theirs = {value.name for value in kind.values}, {value.value for value in model or ()}
    else:
        fields = model.model_fields.items() if model else ()
        ours, theirs = {field.json_name for field in kind.fields}, {field.alias or name for name, field in fields}
        for field in kind.fields:
            visit(field.message_type or field.enum_type, prefix)
    # The SDK has no model of what has no fields.
    if left := ours - theirs - NEWER.get(kind.full_name, set()):
        unknown[kind.full_name] = left


for name in database.get_services():
    prefix = name.rsplit(".", 1)[1]
    if name.startswith("zitadel.") and any(model.startswith(prefix) for model in dir(sdk)):
        for method in pool.FindServiceByName(name).methods:
            visit(method.input_type, prefix)
            visit(method.output_type, prefix)
expect(unknown, {}, "what ZITADEL does not know")
holds(len([model for model in seen.values() if model]) > 100, f"enough to compare, {len(seen)}")
