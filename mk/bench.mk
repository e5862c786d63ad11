# SPDX-License-Identifier: Apache-2.0
# ROW=small64,body1m runs only these rows.
bench: all
	tools/install-deps bench
	python3 bench/run.py $(if $(ROW),--rows $(ROW),--out docs/benchmarks.md)

.PHONY: bench
