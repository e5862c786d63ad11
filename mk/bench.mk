# SPDX-License-Identifier: Apache-2.0
# ROW=small64,body1m runs only these rows.  Installs before it builds: one program wants a library of its own.
bench:
	tools/install-deps bench
	$(MAKE) all
	python3 bench/run.py $(if $(ROW),--rows $(ROW),--out docs/benchmarks.md)

.PHONY: bench
