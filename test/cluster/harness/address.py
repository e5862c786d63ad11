# SPDX-License-Identifier: Apache-2.0
"""The address plan. All of it lives inside the node's network namespace; nothing leaves it.

EndpointSlices refuse loopback addresses, hence private ones throughout. The load balancer hands
out the first part of its range by itself and the rest only to Services that ask for it, so that
a test may ask for USABLE without racing another Service for it."""

NODE = "10.76.0.1"
PODS = "10.77.0.0/16"
SERVICES = "10.78.0.0/16"
API = "10.78.0.1"  # the first address of SERVICES: kubernetes.default
DNS = "10.78.0.10"
LOAD_BALANCER = "10.79.0.0/24"
ON_REQUEST_FROM = "10.79.0.200"
USABLE = "10.79.0.250"
UNUSABLE = "192.0.2.1"  # TEST-NET-1 (RFC 5737)
API_PORT = 6443
DOMAIN = "cluster.local"
