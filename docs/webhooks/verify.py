"""Verifies a webhook of Weir (Standard Webhooks, v1) with nothing but Python's own library."""

import base64
import hashlib
import hmac
import sys
import time

TOLERANCE_SECONDS = 300


def is_authentic(body: bytes, headers: dict, secret: str, now: float) -> bool:
    """True where the message is Weir's. `body` is the raw body as it came, `secret` begins with whsec_."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    signatures = [one.partition(",") for one in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(given, expected) for version, _, given in signatures)


if __name__ == "__main__":
    # verify.py SECRET ID TIMESTAMP SIGNATURE < body: ends with 0 where the message is authentic.
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    authentic = is_authentic(sys.stdin.buffer.read(), dict(zip(names, sys.argv[2:5])), sys.argv[1], time.time())
    sys.exit(0 if authentic else 1)
