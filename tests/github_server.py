"""A server on loopback that answers as the documentation of GitHub's releases interface says.

Drafts are not found by their tag; a file is ``starter`` until all of it has arrived; a name can be used once; lists come in
pages; a spent limit is a 403 with ``x-ratelimit-remaining: 0``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

PAGE = 2


@dataclass
class GitHubServer:
    """The releases of one repository. ``failing`` are answers given, first to last, before any that is true."""

    server: HTTPServer
    token: str
    releases: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[int, bytes] = field(default_factory=dict)
    failing: list[Response] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    last: int = 0

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        self.seen.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return said(401, "Bad credentials")
        if self.failing and request.method != "GET":
            return self.failing.pop(0)
        parts = request.path.strip("/").split("/")[3:]
        match request.method, parts:
            case "GET", ["releases"]:
                return self.page(request, [self.shown(one) for one in self.releases])
            case "POST", ["releases"]:
                return self.create(json.loads(request.data))
            case "GET", ["releases", number, "assets"]:
                return self.page(request, self.found(int(number))["assets"])
            case "POST", ["releases", number, "assets"]:
                return self.upload(self.found(int(number)), request.args["name"], request.data)
            case "PATCH", ["releases", number]:
                release = self.found(int(number))
                release |= json.loads(request.data)
                return answered(200, self.shown(release))
            case "DELETE", ["releases", "assets", number]:
                for release in self.releases:
                    release["assets"] = [one for one in release["assets"] if one["id"] != int(number)]
                return Response(status=204)
        return said(404, "Not Found")

    def found(self, number: int) -> dict[str, Any]:
        return next(one for one in self.releases if one["id"] == number)

    def shown(self, release: dict[str, Any]) -> dict[str, Any]:
        where = self.server.url_for(f"/repos/council/data/releases/{release['id']}/assets")
        page = "untagged-1" if release["draft"] else release["tag_name"]
        return release | {"upload_url": where + "{?name,label}", "html_url": f"https://example.org/releases/tag/{page}"}

    def create(self, told: dict[str, Any]) -> Response:
        if any(one["tag_name"] == told["tag_name"] and not one["draft"] for one in self.releases):
            return said(422, "Validation Failed", "already_exists")
        self.last += 1
        self.releases.insert(0, told | {"id": self.last, "assets": []})
        return answered(201, self.shown(self.releases[0]))

    def upload(self, release: dict[str, Any], name: str, content: bytes, state: str = "uploaded") -> Response:
        if any(one["name"] == name for one in release["assets"]):
            return said(422, "Validation Failed", "already_exists")
        self.last += 1
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}" if state == "uploaded" else None
        asset = {"id": self.last, "name": name, "size": len(content), "state": state, "digest": digest}
        release["assets"].append(asset)
        self.contents[self.last] = content
        return answered(201, asset)

    def page(self, request: Request, entries: list[dict[str, Any]]) -> Response:
        number = int(request.args.get("page", 1))
        response = answered(200, entries[(number - 1) * PAGE : number * PAGE])
        if number * PAGE < len(entries):
            response.headers["Link"] = f'<{self.server.url_for(request.path)}?page={number + 1}>; rel="next"'
        return response


def answered(status: int, content: Any) -> Response:
    return Response(json.dumps(content), status=status, content_type="application/json")


def said(status: int, message: str, code: str | None = None, **headers: str) -> Response:
    response = answered(status, {"message": message} | ({"errors": [{"code": code}]} if code else {}))
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response
