# SPDX-License-Identifier: Apache-2.0
"""An API server that lists and gets what it was given, page by page, and fails as it is told.

For what a real one cannot be asked to do on cue (test/cluster has the real one)."""
import http.server
import json
import ssl
import threading
import urllib.parse

PLURALS = {"GatewayClass": "gatewayclasses", "BackendTLSPolicy": "backendtlspolicies",
           "ReferenceGrant": "referencegrants"}
SERVED = ("gatewayclasses", "gateways", "listenersets", "httproutes", "grpcroutes", "referencegrants",
          "backendtlspolicies")


def collection(obj):
    kind = obj["kind"]
    plural = PLURALS.get(kind, kind.lower() + "s")
    base = f"/api/{obj['apiVersion']}" if "/" not in obj["apiVersion"] else f"/apis/{obj['apiVersion']}"
    return f"{base}/{plural}"


class ApiServer:
    """`put` objects, then look at `requests` ("GET PATH?QUERY") and `headers`."""

    def __init__(self, page=2, crds=True, context=None):
        self.page = page
        self.collections = {}
        self.requests = []
        self.headers = []
        self.peers = []  # subjects of client certificates
        self.failures = []  # (path's beginning, status, message, how often)
        self.token = None  # what every request must bring
        for plural in ("services", "namespaces", "secrets", "configmaps"):
            self.collections[f"/api/v1/{plural}"] = []
        self.collections["/apis/discovery.k8s.io/v1/endpointslices"] = []
        for plural in SERVED if crds else ():
            self.collections[f"/apis/gateway.networking.k8s.io/v1/{plural}"] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                outer.answer(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.url = f"{self.scheme}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def put(self, *objects):
        for o in objects:
            o["metadata"].setdefault("resourceVersion", "7")
            o["metadata"].setdefault("uid", f"{o['kind']}-{o['metadata']['name']}")
            self.collections.setdefault(collection(o), []).append(o)

    def fail(self, path, status, message="", times=1 << 30):
        self.failures.append([path, status, message, times])

    def refusal(self, path):
        for f in self.failures:
            if path.startswith(f[0]) and f[3] > 0:
                f[3] -= 1
                return f[1], f[2]
        return None

    def answer(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.requests.append(f"GET {handler.path}")
        self.headers.append(handler.headers)
        if isinstance(handler.connection, ssl.SSLSocket):
            self.peers.append(handler.connection.getpeercert())
        refused = self.refusal(url.path)
        if self.token and handler.headers.get("Authorization") != f"Bearer {self.token}":
            refused = 401, "Unauthorized"
        if refused:
            status, body = refused[0], {"kind": "Status", "code": refused[0], "message": refused[1]}
        else:
            status, body = self.find(url.path, query)
        text = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def find(self, path, query):
        if path in self.collections:
            items = self.collections[path]
            at = int(query.get("continue", 0))
            end = at + min(self.page, int(query["limit"]))
            meta = {"resourceVersion": "9"}
            if end < len(items):
                meta["continue"] = str(end)
            return 200, {"metadata": meta, "items": items[at:end]}
        parts = path.split("/")
        if "namespaces" in parts and len(parts) > 3:
            at = parts.index("namespaces")
            items = self.collections.get("/".join(parts[:at] + parts[at + 2:at + 3]), [])
            for o in items:
                if (o["metadata"].get("namespace"), o["metadata"]["name"]) == (parts[at + 1], parts[-1]):
                    return 200, o
        return 404, {"kind": "Status", "code": 404, "message": "not found"}
