# SPDX-License-Identifier: Apache-2.0
# The commands a person types; CMake with presets does the work underneath.
# What people wrote: generated files keep their generator's shape.
SOURCES = $(filter-out %_gen.c %_gen.h,$(shell git -c safe.directory='*' ls-files -co --exclude-standard \
	'src/*.[ch]' 'test/*.[ch]' 'fuzz/*.c' 'bench/*.[ch]' 2>/dev/null || find src test fuzz bench -name '*.[ch]'))

all: build/release/sluice

build/release/sluice: FORCE
	@cmake --preset release >/dev/null
	cmake --build build/release

format:
	clang-format -i $(SOURCES)

format-check:
	clang-format --dry-run -Werror $(SOURCES)

layers:
	python3 tools/layers.py

FORCE:
.PHONY: all format format-check layers FORCE

-include mk/*.mk
