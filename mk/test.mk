# SPDX-License-Identifier: Apache-2.0
# Every target here ends with the line "N passed, N failed, N skipped" and fails when a test does.
FUZZ_SECONDS ?= 60
RUN = tools/run-tests
# Folders of pytest files; scenarios need the program, which SLUICE_BIN names.
PYTESTS = $(patsubst %/,%,$(sort $(dir $(wildcard test/golden/test_*.py \
	$(if $(wildcard src/cli/main.c),test/scenario/test_*.py)))))
CHECKS = ::: check layers python3 tools/layers.py ::: check format $(MAKE) -s format-check

# A folder configured before a package came is configured again by cmake itself.
define build
	cmake --preset $(1) >/dev/null
	cmake --build build/$(1) $(2)
endef

unit:
	$(call build,dev)
	$(RUN) ctest build/dev

test:
	tools/install-deps test
	$(call build,dev)
	SLUICE_BIN=$(CURDIR)/build/dev/sluice $(RUN) ctest build/dev $(if $(PYTESTS),::: pytest $(PYTESTS)) $(CHECKS)

# The scenarios alone, against BIN: make scenario BIN=build/release/sluice
BIN ?= build/dev/sluice
scenario:
	SLUICE_BIN=$(abspath $(BIN)) $(RUN) pytest $(PYTESTS)

clang:
	tools/install-deps clang
	$(call build,clang)
	$(RUN) ctest build/clang

# The scenarios once more, on a binary whose every indirect call clang has put under a check of its type.
cfi:
	tools/install-deps test cfi
	$(call build,cfi,--target sluice)
	SLUICE_BIN=$(CURDIR)/build/cfi/sluice SLUICE_CFI_BIN=$(CURDIR)/build/cfi/sluice $(RUN) pytest $(PYTESTS)

tsan:
	tools/install-deps clang
	$(call build,tsan,--target threads_tests)
	$(RUN) ctest build/tsan -L threads

fuzz:
	tools/install-deps fuzz
	$(call build,fuzz,--target fuzz_targets)
	$(RUN) sum fuzz tools/fuzz $(FUZZ_SECONDS) $(TARGET)

# Minutes the first time, seconds after a change of a few files.
lint:
	tools/install-deps lint
	cmake --preset clang >/dev/null
	tools/lint build/clang

.PHONY: unit test scenario clang cfi tsan fuzz lint
