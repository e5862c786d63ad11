# SPDX-License-Identifier: Apache-2.0
# The program alone: benchmarks and the like would take half as long again.
run:
	tools/install-deps build
	cmake --preset release >/dev/null
	cmake --build build/release --target sluice
	examples/quickstart/run build/release/sluice

.PHONY: run
