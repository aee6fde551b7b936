"""What the checks share: the running server, as `countersign dev --ready-file` describes it, and how a check fails."""

import base64
import json
import os
import tempfile
import time

import requests


class Server:
    def __init__(self):
        with open(os.environ["COUNTERSIGN_READY_FILE"], encoding="utf-8") as file:
            ready = json.load(file)
        self.url = ready["url"]
        self.ca_file = ready["ca_file"]
        self.client_id = ready["client_id"]
        self.client_secret = ready["client_secret"]
        self.user_id = ready["user_id"]
        self.org_id = ready["org_id"]
        with open(ready["admin_token_file"], encoding="utf-8") as file:
            self.admin_token = file.read().strip()

    @property
    def authority(self):
        return self.url.removeprefix("https://")


def unique(name):
    return f"{name}-{time.time_ns()}"


def expect(found, wanted, what):
    """Unlike `assert`, also with optimisation, and with both sides in the message."""
    if found != wanted:
        raise SystemExit(f"{what}: expected {wanted!r}, found {found!r}")


def holds(truth, what):
    expect(bool(truth), True, what)


def refused(kind, call, what):
    """The exception of `kind` that the call ends with; a call that succeeds fails the check."""
    try:
        call()
    except kind as refusal:
        return refusal
    raise SystemExit(f"{what}: was not refused")


def key_file(content):
    """The path of a file with that content, as an administrator would hand it to a workload."""
    with tempfile.NamedTemporaryFile("wb", suffix=".json", delete=False) as file:
        file.write(content)
    return file.name


class Management:
    """ZITADEL's v1 API over REST, to prepare what a check needs."""

    def __init__(self, server):
        self.base = f"{server.url}/management/v1"
        self.session = requests.Session()
        self.session.verify = server.ca_file
        self.session.headers["authorization"] = f"Bearer {server.admin_token}"

    def call(self, method, path, body=None):
        response = self.session.request(method, self.base + path, json=body, timeout=10)
        expect(response.status_code, 200, f"the status of {method} {path}: {response.text}")
        return response.json()

    def machine(self, token_type="ACCESS_TOKEN_TYPE_BEARER"):
        """A machine user with a secret: its id, its client id and the secret."""
        body = {"userName": unique("machine"), "name": "Machine", "accessTokenType": token_type}
        user_id = self.call("POST", "/users/machine", body)["userId"]
        secret = self.call("PUT", f"/users/{user_id}/secret")
        return user_id, secret["clientId"], secret["clientSecret"]

    def key(self, user_id):
        """The key file that ZITADEL's console would hand out, as a dictionary."""
        body = {"type": "KEY_TYPE_JSON", "expirationDate": "2099-01-01T00:00:00Z"}
        made = self.call("POST", f"/users/{user_id}/keys", body)
        return json.loads(base64.b64decode(made["keyDetails"]))
