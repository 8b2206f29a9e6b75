"""The events that Lambda gives a function, in the shapes that AWS sends."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

HOST = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def http(
    method: str,
    path: str,
    body: str | None = None,
    query: str = "",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Returns API Gateway's event (HTTP API, payload 2.0) of a request to the stage `$default`.

    Args:
        method: in capitals.
        path: as the browser sends it; API Gateway gives it on decoded.
        body: text; None for none.
        query: without its question mark.
        headers: more of them; names in lower case, as API Gateway gives them.
    """
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": {
            "accept": "*/*",
            "content-length": str(len((body or "").encode())),
            "content-type": "application/json",
            "host": HOST,
            "user-agent": "Mozilla/5.0",
            "x-amzn-trace-id": "Root=1-6925f0a1-1d2e3f4a5b6c7d8e9f0a1b2c",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **(headers or {}),
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": HOST.partition(".")[0],
            "domainName": HOST,
            "domainPrefix": HOST.partition(".")[0],
            "http": {
                "method": method,
                "path": unquote(path),
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = body
    return event
