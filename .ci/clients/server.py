"""What the checks share: the running server, as `countersign dev --ready-file` describes it."""

import json
import os
import time


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
