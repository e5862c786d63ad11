# SPDX-License-Identifier: Apache-2.0
# Needs Go, and the modules that tools/*/go.mod name: only after a change to these tools, to deploy/crd
# or to the release of the Gateway API (docs/gwapi.md).
generate:
	cd tools/gwgen && go run . ../..
	cd tools/gwverdict && go run . ../..

# What is committed is what the generators write.
generate-check: generate
	git diff --exit-code -- src/gwapi test/golden/rules test/golden/samples

.PHONY: generate generate-check
