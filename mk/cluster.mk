# SPDX-License-Identifier: Apache-2.0
# The test cluster, our image, and the conformance suite. See test/cluster/README.md.
CHANNEL ?= experimental
PROFILES ?= GATEWAY-HTTP
RUN_TEST ?=
CONFORMANCE_FLAGS ?=
CLUSTER_FLAGS ?=
CLUSTER = test/cluster/cluster

cluster:
	$(CLUSTER) up --channel $(CHANNEL) $(CLUSTER_FLAGS)

cluster-build:
	$(CLUSTER) build

# Says what this machine lacks for a cluster, if anything: then it ends with 77.
cluster-probe:
	@$(CLUSTER) probe

cluster-down:
	$(CLUSTER) down

# TESTS="test/cluster/tests/test_outages.py -k rolled" runs only these.
TESTS ?= test/cluster
cluster-test: image
	tools/install-deps cluster
	tools/run-tests pytest $(TESTS)

# From the Debian package once there is one, else from an installed tree.
image:
	@rm -rf build/image/root; mkdir -p build/image
	@deb=$$(ls -t build/*.deb 2>/dev/null | head -1); if [ -n "$$deb" ]; then \
		test/cluster/image --deb "$$deb"; \
	else \
		cmake --preset release >/dev/null && cmake --build build/release --target sluice && \
		DESTDIR=$(CURDIR)/build/image/root cmake --install build/release --prefix /usr >/dev/null && \
		test/cluster/image --root build/image/root; \
	fi

conformance: image
	test/conformance/run --channel $(CHANNEL) --profiles $(PROFILES) --run-test "$(RUN_TEST)" \
		$(CONFORMANCE_FLAGS)

# What Kubernetes users wait for.  ROW=live,attached runs only these; the whole writes the page.
bench-cluster: image
	tools/install-deps cluster
	bench/cluster/run $(if $(ROW),--rows $(ROW),--out docs/benchmarks-cluster.md)

.PHONY: cluster cluster-build cluster-probe cluster-down cluster-test image conformance bench-cluster
