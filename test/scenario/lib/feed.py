# SPDX-License-Identifier: Apache-2.0
"""A controller's feed, as far as a data plane of the user's own needs one: objects once, then silence."""
import http.server
import json
import threading


class Feed:
    """GET /v1/class/NAME streams <objects>; .acks are the acknowledgements told."""

    def __init__(self, *objects):
        self.objects = objects
        self.acks = []
        self.over = threading.Event()
        feed = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *a):
                pass

            def frame(self, **fields):
                text = json.dumps(fields).encode() + b"\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))

            def do_GET(self):
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.frame(type="HELLO", session="s")
                self.frame(type="LIST")
                self.frame(type="PORTS")  # no Service in between
                for o in feed.objects:
                    self.frame(type="PUT", object=o)
                self.frame(type="COMMIT", rev=1)
                feed.over.wait(60)
                self.close_connection = True

            def do_POST(self):
                feed.acks.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
