"""openapi-spec-validator, and a client that knows nothing of the API but what the OpenAPI document tells it."""

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from server import Server, expect, holds, unique

server = Server()
session = requests.Session()
session.verify = server.ca_file

answer = session.get(f"{server.url}/openapi.json", timeout=10)
expect(answer.status_code, 200, "the status without a token")
document = answer.json()
for problem in OpenAPIV31SpecValidator(document).iter_errors():
    raise SystemExit(f"the document is not valid: {problem.json_path}: {problem.message}")

again = session.get(f"{server.url}/openapi.json", headers={"if-none-match": answer.headers["etag"]}, timeout=10)
expect(again.status_code, 304, "the status for somebody who has it")

places = {
    operation["operationId"]: (method, path, operation)
    for path, operations in document["paths"].items()
    for method, operation in operations.items()
}
holds(len(places) > 100, f"operations, {len(places)}")


def call(operation_id, body=None, **variables):
    method, path, operation = places[operation_id]
    headers = {"authorization": f"Bearer {server.admin_token}"}
    url = server.url + path.format(**variables)
    answer = session.request(method, url, json=body, headers=headers, timeout=10)
    holds(str(answer.status_code) in operation["responses"], f"{operation_id} says nothing of {answer.text}")
    return answer.json()


name = unique("openapi")
user = call("ManagementService_AddMachineUser", {"userName": name, "name": name})["userId"]
secret = call("ManagementService_GenerateMachineSecret", {}, user_id=user)
expect(secret["clientId"], name, "the client id")
call("UserService_DeleteUser", user_id=user)
