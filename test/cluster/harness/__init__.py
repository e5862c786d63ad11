# SPDX-License-Identifier: Apache-2.0
"""A real single-node Kubernetes cluster in a network namespace, from programs built here."""
