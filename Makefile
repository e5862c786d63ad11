# SPDX-License-Identifier: Apache-2.0
# The commands a person types; CMake with presets does the work underneath.
SOURCES = $(shell git ls-files -co --exclude-standard 'src/*.[ch]' 'test/*.[ch]' 'fuzz/*.c' 'bench/*.[ch]')

all: build/release/sluice

build/release/sluice: FORCE
	@cmake --preset release >/dev/null
	@cmake --build --preset release 2>/dev/null || cmake --build build/release

unit:
	cmake --preset dev >/dev/null
	cmake --build build/dev
	ctest --test-dir build/dev --output-on-failure

format:
	clang-format -i $(SOURCES)

format-check:
	clang-format --dry-run -Werror $(SOURCES)

layers:
	python3 tools/layers.py

FORCE:
.PHONY: all unit format format-check layers FORCE

-include mk/*.mk
