# SPDX-License-Identifier: Apache-2.0
PREFIX ?= /usr/local

install:
	tools/install-deps build
	$(MAKE) all
	DESTDIR=$(DESTDIR) cmake --install build/release --prefix $(PREFIX)

deb:
	tools/install-deps deb
	$(MAKE) all
	cd build/release && cpack -G DEB

# The reference pages that are tables of the program.
docs: all
	for page in settings reasons; do build/release/sluice --docs $$page > docs/$$page.md || exit 1; done

.PHONY: install deb docs
