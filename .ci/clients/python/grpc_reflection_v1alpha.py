"""A stock gRPC client that knows nothing of the API but what reflection tells it."""

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from server import Management, Server, expect, holds

SERVICE = "zitadel.management.v1.ManagementService"

server = Server()
user_id, client_id, _ = Management(server).machine()
with open(server.ca_file, "rb") as file:
    channel = grpc.secure_channel(server.authority, grpc.ssl_channel_credentials(file.read()))
grpc.channel_ready_future(channel).result(timeout=10)

database = ProtoReflectionDescriptorDatabase(channel)
holds(SERVICE in database.get_services(), "the service is listed")
pool = descriptor_pool.DescriptorPool(database)
method = pool.FindServiceByName(SERVICE).FindMethodByName("GenerateMachineSecret")
Request = message_factory.GetMessageClass(method.input_type)
Response = message_factory.GetMessageClass(method.output_type)
call = channel.unary_unary(
    f"/{SERVICE}/{method.name}",
    request_serializer=Request.SerializeToString,
    response_deserializer=Response.FromString,
)
admin = [("authorization", f"Bearer {server.admin_token}")]

answer = call(Request(user_id=user_id), metadata=admin, timeout=10)
expect(answer.client_id, client_id, "the client id")
holds(answer.client_secret, "a secret")
holds(answer.details.sequence > 0, "a sequence")


def refusal(request, metadata):
    try:
        call(request, metadata=metadata, timeout=10)
    except grpc.RpcError as error:
        return error
    raise SystemExit("a call was not refused")


unknown = refusal(Request(user_id="1"), admin)
expect(unknown.code(), grpc.StatusCode.NOT_FOUND, "the status of an unknown user")
details = dict(unknown.trailing_metadata()).get("grpc-status-details-bin")
holds(details, "the details of a refusal")
# google.rpc.Status, as reflection need not know it: field 3 holds Any of the error's own message.
Detail = message_factory.GetMessageClass(pool.FindMessageTypeByName("zitadel.v1.ErrorDetail"))
holds(b"type.googleapis.com/zitadel.v1.ErrorDetail" in details, "the type of the details")
start = details.index(b"ErrorDetail") + len(b"ErrorDetail")
expect(details[start], 0x12, "the value after the type")
detail = Detail.FromString(details[start + 2 : start + 2 + details[start + 1]])
holds(detail.id, "the error's id")
holds(detail.id in unknown.details(), "the id stands in the text, too")

expect(refusal(Request(), admin).code(), grpc.StatusCode.INVALID_ARGUMENT, "the status of an empty request")
expect(refusal(Request(user_id="1"), []).code(), grpc.StatusCode.UNAUTHENTICATED, "the status of nobody's call")

missing = channel.unary_unary("/zitadel.management.v1.ManagementService/NoSuchMethod")
try:
    missing(b"", metadata=admin, timeout=10)
    raise SystemExit("a method that is not there answered")
except grpc.RpcError as error:
    expect(error.code(), grpc.StatusCode.UNIMPLEMENTED, "the status of a method that is not there")
