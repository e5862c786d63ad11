# SPDX-License-Identifier: Apache-2.0
run:
	tools/install-deps build
	$(MAKE) all
	examples/quickstart/run build/release/sluice

.PHONY: run
