"""A hub on this machine, for the real huggingface_hub and datasets clients.

A repository is a folder. The clients read their settings when they are imported, so they run in
processes of their own, with the environment that `hub_environment` gives.
"""

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from checkpoints import edit_json, edit_weights, tiny_copy, with_pooler

ROOT = Path(__file__).resolve().parents[1]
KLUE_BERT = "klue/bert-base"
WEIGHTS = "model.safetensors"
PICKLE = "pytorch_model.bin"
# Of KLUE_BERT's files, those that a verdict reads.
SMALL_FILES = [
    "config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
]

# Files that the hub keeps in Git LFS.
LARGE = (".safetensors", ".bin", ".parquet")
NAME = r"(?P<name>[^/]+/[^/]+|[^/]+)"
INFO = re.compile(rf"/api/(?P<kind>model|dataset)s/{NAME}(/revision/(?P<revision>[^/]+))?")
TREE = re.compile(rf"/api/(?P<kind>model|dataset)s/{NAME}/tree/(?P<revision>[^/]+)(/(?P<path>.+))?")
PREUPLOAD = re.compile(rf"/api/(?P<kind>model)s/{NAME}/preupload/(?P<revision>[^/]+)")
COMMIT = re.compile(rf"/api/(?P<kind>model)s/{NAME}/commit/(?P<revision>[^/]+)")
LFS_BATCH = re.compile(rf"/{NAME}\.git/info/lfs/objects/batch")
LFS_OBJECT = re.compile(r"/lfs/(?P<digest>[0-9a-f]{64})")
FILE = re.compile(rf"/((?P<kind>dataset)s/)?{NAME}/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


@dataclass(frozen=True)
class Repository:
    """A folder as a repository with one commit."""

    folder: Path
    gated: bool = False
    revisions: tuple[str, ...] = ("main",)
    """Branches and tags; all name the one commit."""

    @cached_property
    def files(self) -> dict[str, str]:
        """Digest of each file: Git's for small ones, SHA-256 for those in LFS."""
        found: dict[str, str] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                blob = hashlib.sha1(b"blob %d\0%b" % (len(content), content))
                digest = hashlib.sha256(content) if path.suffix in LARGE else blob
                found[path.relative_to(self.folder).as_posix()] = digest.hexdigest()
        return found

    @cached_property
    def commit(self) -> str:
        """The commit, by the content of all files."""
        return hashlib.sha1(json.dumps(self.files).encode()).hexdigest()

    def knows(self, revision: str) -> bool:
        """Whether a revision exists."""
        return revision in (self.commit, *self.revisions)

    def entry(self, name: str) -> dict[str, Any]:
        """A file or folder as the tree has it."""
        if name not in self.files:
            return {"type": "directory", "path": name, "size": 0, "oid": "0" * 40}
        size = (self.folder / name).stat().st_size
        entry = {"type": "file", "path": name, "size": size, "oid": self.files[name][:40]}
        if name.endswith(LARGE):
            entry["lfs"] = {"oid": self.files[name], "size": size, "pointerSize": 134}
        return entry

    def children(self, folder: str, recursive: bool) -> list[str]:
        """Names below a folder of the repository; the empty name is the whole of it."""
        prefix = f"{folder}/" if folder else ""
        below = [name.removeprefix(prefix) for name in self.files if name.startswith(prefix)]
        parents = {parent.as_posix() for name in below for parent in Path(name).parents} - {"."}
        found = sorted({*below, *parents})
        return [prefix + name for name in found if recursive or "/" not in name]


@dataclass
class Writers:
    """Who may write, and what they have sent."""

    tokens: dict[str, str] = field(default_factory=dict)
    """Owner whose repositories a token may change; none for a token that only reads."""
    home: Path | None = None
    """Where repositories that are made lie."""
    objects: dict[str, bytes] = field(default_factory=dict)
    """Large files by their digest, before and after a commit names them."""
    private: dict[str, bool] = field(default_factory=dict)
    """Whether each repository that was made is private."""
    messages: list[str] = field(default_factory=list)
    """Of the commits."""


class HubError(Exception):
    """An answer that is no success: its status and the hub's own code."""

    def __init__(self, status: int, code: str | None, message: str, **more: str) -> None:
        super().__init__(message)
        self.more = more
        self.status = status
        self.code = code


class HubServer:
    """Serves repositories on a port of this machine, until the context ends.

    Set `failing` to a status and every request gets it. Set `cuts["model.safetensors"] = 1000` and the
    connection ends whenever that file's byte 1000 would be sent.
    """

    def __init__(self) -> None:
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.requests: list[tuple[str, str]] = []
        """Method and path of every request, in the order of arrival."""
        self.failing: int | None = None
        self.cuts: dict[str, int] = {}
        self.writers = Writers()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.hub = self  # type: ignore[attr-defined]
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """What HF_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def add_model(self, name: str, folder: Path, **settings: Any) -> Repository:
        """Serve a folder as a model repository, in place of one with that name."""
        repository = self.repositories["model", name] = Repository(folder, **settings)
        return repository

    def add_dataset(self, name: str, folder: Path, **settings: Any) -> Repository:
        """Serve a folder as a data set repository, in place of one with that name."""
        repository = self.repositories["dataset", name] = Repository(folder, **settings)
        return repository

    def downloaded(self) -> list[str]:
        """Names of the files whose content was asked for, each once, sorted."""
        asked = {unquote(path) for method, path in self.requests if method == "GET"}
        return sorted({match["path"] for path in asked if (match := FILE.fullmatch(path))})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; `HubServer.requests` has it all."""

    @property
    def hub(self) -> HubServer:
        return self.server.hub  # type: ignore[attr-defined]

    def _answer(self) -> None:
        target = urlsplit(self.path)
        self.hub.requests.append((self.command, target.path))
        try:
            if self.hub.failing:
                raise HubError(self.hub.failing, None, "the hub is out of order")
            if self.command in {"POST", "PUT"}:
                self._take(unquote(target.path))
            else:
                self._route(target.path, parse_qs(target.query))
        except HubError as error:
            headers = {"X-Error-Code": error.code, "X-Error-Message": str(error)}
            self._send_json({"error": str(error), **error.more}, error.status, headers)

    def _route(self, path: str, query: Mapping[str, list[str]]) -> None:
        if match := FILE.fullmatch(path):
            self._send_file(self._repository(match), unquote(match["path"]))
        elif match := INFO.fullmatch(path):
            self._send_json(self._info(match))
        elif match := TREE.fullmatch(path):
            repository = self._repository(match)
            recursive = query.get("recursive", ["false"])[0].lower() == "true"
            names = repository.children(unquote(match["path"] or ""), recursive)
            if match["path"] and not names:
                raise HubError(404, "EntryNotFound", "Entry not found")
            self._send_json([repository.entry(name) for name in names])
        else:
            raise HubError(404, None, "Sorry, we can't find the page you are looking for.")

    def _take(self, path: str) -> None:
        """What writes: each request as the hub's client sends it when it makes a repository and commits."""
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length) if length else self._chunks()
        if path == "/api/repos/create":
            self._send_json(self._create(json.loads(content)))
        elif path == "/api/validate-yaml":
            self._send_json({"errors": [], "warnings": []})
        elif match := PREUPLOAD.fullmatch(path):
            self._may_write(match["name"])
            files = [
                {"path": item["path"], "shouldIgnore": False,
                 "uploadMode": "lfs" if item["path"].endswith(LARGE) else "regular"}
                for item in json.loads(content)["files"]
            ]  # fmt: skip
            self._send_json({"files": files})
        elif match := LFS_BATCH.fullmatch(path):
            self._may_write(match["name"])
            found = [
                {**item, "actions": {"upload": {"href": f"{self.hub.url}/lfs/{item['oid']}"}}}
                for item in json.loads(content)["objects"]
            ]
            self._send_json({"transfer": "basic", "objects": found})
        elif match := LFS_OBJECT.fullmatch(path):
            if hashlib.sha256(content).hexdigest() != match["digest"]:
                raise HubError(400, None, "the content is not what its digest says")
            self.hub.writers.objects[match["digest"]] = content
            self._send_json({})
        elif match := COMMIT.fullmatch(path):
            self._send_json(self._commit(match["name"], content))
        else:
            raise HubError(404, None, "Sorry, we can't find the page you are looking for.")

    def _chunks(self) -> bytes:
        """A body of a length that is not known before."""
        found = b""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return found
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _may_write(self, name: str) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.hub.writers.tokens:
            raise HubError(401, None, "Invalid username or password.")
        if self.hub.writers.tokens[token] != name.partition("/")[0]:
            raise HubError(403, None, "You don't have the rights to write to this repository.")

    def _create(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{wanted['organization']}/{wanted['name']}"
        self._may_write(name)
        address = {"url": f"{self.hub.url}/{name}", "name": name}
        if ("model", name) in self.hub.repositories:
            raise HubError(409, None, "You already created this model repo", **address)
        assert self.hub.writers.home is not None
        folder = self.hub.writers.home / name
        folder.mkdir(parents=True)
        (folder / ".gitattributes").write_text("*.safetensors filter=lfs\n", encoding="utf-8")
        self.hub.add_model(name, folder)
        self.hub.writers.private[name] = bool(wanted.get("private") or wanted.get("visibility") == "private")
        return address

    def _commit(self, name: str, content: bytes) -> dict[str, Any]:
        self._may_write(name)
        folder = self.hub.repositories["model", name].folder
        for line in map(json.loads, content.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                self.hub.writers.messages.append(value["summary"])
                continue
            path = folder / value["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            if line["key"] == "file":
                path.write_bytes(base64.b64decode(value["content"]))
            elif line["key"] == "lfsFile":
                path.write_bytes(self.hub.writers.objects[value["oid"]])
        commit = self.hub.add_model(name, folder).commit
        return {"commitUrl": f"{self.hub.url}/{name}/commit/{commit}", "commitOid": commit}

    def _repository(self, match: re.Match[str]) -> Repository:
        repository = self.hub.repositories.get((match["kind"] or "model", unquote(match["name"])))
        if repository is None:
            # A stranger is not told which repositories exist.
            status = 404 if self.headers.get("Authorization") else 401
            raise HubError(status, "RepoNotFound", "Repository not found")
        revision = match["revision"]
        if revision and not repository.knows(unquote(revision)):
            raise HubError(404, "RevisionNotFound", f"Invalid rev id: {unquote(revision)}")
        return repository

    def _info(self, match: re.Match[str]) -> dict[str, Any]:
        """What everybody may know, of a gated repository too."""
        repository = self._repository(match)
        return {
            "_id": repository.commit[:24],
            "id": unquote(match["name"]),
            "sha": repository.commit,
            "private": False,
            "gated": "manual" if repository.gated else False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "lastModified": "2024-01-01T00:00:00.000Z",
            "createdAt": "2022-03-02T23:29:04.000Z",
            "siblings": [{"rfilename": name} for name in repository.files],
        }

    def _send_json(
        self, content: Any, status: int = 200, headers: Mapping[str, str | None] | None = None
    ) -> None:
        data = json.dumps(content).encode()
        self._send_head(status, len(data), {"Content-Type": "application/json", **(headers or {})})
        if self.command != "HEAD":
            self.wfile.write(data)

    def _send_head(self, status: int, length: int, headers: Mapping[str, str | None]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send_file(self, repository: Repository, name: str) -> None:
        if repository.gated:
            known = self.headers.get("Authorization")
            raise HubError(403 if known else 401, "GatedRepo", "Access to this repository is restricted")
        headers: dict[str, str | None] = {"X-Repo-Commit": repository.commit, "Accept-Ranges": "bytes"}
        if name not in repository.files:
            headers |= {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"}
            self._send_json({"error": "Entry not found"}, 404, headers)
            return
        content = (repository.folder / name).read_bytes()
        headers["ETag"] = f'"{repository.files[name]}"'
        start, end, status = 0, len(content), 200
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(wanted[1]), min(int(wanted[2] or end) + 1, end)
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
            status = 206
        self._send_head(status, end - start, headers)
        if self.command == "HEAD":
            return
        cut = self.hub.cuts.get(name, end)
        self.wfile.write(content[start : min(cut, end)])
        self.close_connection = cut < end


@contextmanager
def silent_endpoint() -> Iterator[str]:
    """Address that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def refusing_endpoint() -> Iterator[str]:
    """Address that refuses connections: the port is taken, so nobody else can open it meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def hub_environment(endpoint: str, folder: Path, **more: str) -> dict[str, str]:
    """Environment of a process that knows only this hub and keeps everything below a folder."""
    ours = ("HF_", "HAECHI_", "HUGGINGFACE_", "XDG_CACHE_HOME", "TRANSFORMERS_", "MLFLOW_", "SLACK_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) and not name.lower().endswith("_proxy")
    }
    return {
        **kept,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(folder / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
        "HAECHI_OUTPUTS": str(folder / "outputs"),
        "HAECHI_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT / "src"),
        **more,
    }


@dataclass
class Outcome:
    """How a process ended."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    """Wall time."""
    codes: list[str] = field(init=False)
    """Codes of the errors that stderr shows."""

    def __post_init__(self) -> None:
        self.codes = re.findall(r"^error\[(\w+)\]", self.stderr, re.MULTILINE)


def run_python(*arguments: str, environment: Mapping[str, str], timeout: float = 240) -> Outcome:
    """Run this Python in the repository's root, to the end."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=dict(environment), cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr, time.perf_counter() - began)


def run_quickly(limit: float, *arguments: str, environment: Mapping[str, str]) -> Outcome:
    """Run as `run_python` does; a run that took longer than `limit` seconds is repeated twice at most.

    A machine that does other work at the same time makes one run slow, not all of them.
    """
    for _ in range(3):
        outcome = run_python(*arguments, environment=environment)
        if outcome.seconds < limit:
            break
    return outcome


def write_klue_bert(folder: Path) -> Path:
    """A repository in the shape of klue/bert-base's, with the sizes of the tiny checkpoint.

    Tensors carry the prefix `bert.` and there is a pooler; beside the safetensors file lie a pickle and
    files that no run reads.
    """
    with_pooler(tiny_copy(folder))
    edit_weights(folder, lambda tensors: {f"bert.{name}": value for name, value in tensors.items()})
    edit_json(folder / "config.json", lambda config: config.update(architectures=["BertForMaskedLM"]))
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    pieces = sorted(vocabulary, key=lambda piece: vocabulary[piece])
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    special = {f"{role}_token": f"[{role.upper()}]" for role in ("cls", "mask", "pad", "sep", "unk")}
    (folder / "special_tokens_map.json").write_text(json.dumps(special), encoding="utf-8")
    (folder / PICKLE).write_bytes(b"PK\x03\x04 a pickle that nobody loads")
    (folder / "README.md").write_text("# KLUE BERT base\n", encoding="utf-8")
    (folder / ".gitattributes").write_text("*.bin filter=lfs\n", encoding="utf-8")
    return folder
