# SPDX-License-Identifier: Apache-2.0
"""The little of the Kubernetes API that the harness itself speaks: requests and one watch.

For a thread inside the node's namespace."""
import http.client
import json
import ssl

from . import address


class ApiError(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status}: {text[:300]}")
        self.status = status


class Api:
    def __init__(self, pki, user="admin"):
        self.context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self.context.load_cert_chain(str(pki / f"{user}.crt"), str(pki / f"{user}.key"))

    def _send(self, method, path, body, content_type, timeout):
        connection = http.client.HTTPSConnection(address.NODE, address.API_PORT,
                                                 context=self.context, timeout=timeout)
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        connection.request(method, path, body and json.dumps(body), headers)
        response = connection.getresponse()
        if response.status >= 300:
            text = response.read().decode(errors="replace")
            connection.close()
            raise ApiError(response.status, text)
        return connection, response

    def call(self, method, path, body=None, content_type="application/json"):
        """The answer as text."""
        connection, response = self._send(method, path, body, content_type, 10)
        try:
            return response.read().decode()
        finally:
            connection.close()

    def get(self, path):
        return json.loads(self.call("GET", path))

    def merge(self, path, body):
        return self.call("PATCH", path, body, "application/merge-patch+json")

    def watch(self, path, version):
        """Yields (type, object) until the server ends the watch."""
        query = f"{path}?watch=1&allowWatchBookmarks=true&resourceVersion={version}"
        connection, response = self._send("GET", query, None, "application/json", None)
        try:
            for line in iter(response.readline, b""):
                event = json.loads(line)
                yield event["type"], event["object"]
        finally:
            connection.close()
