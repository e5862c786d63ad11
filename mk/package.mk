# SPDX-License-Identifier: Apache-2.0
PREFIX ?= /usr/local

install: all
	DESTDIR=$(DESTDIR) cmake --install build/release --prefix $(PREFIX)

deb: all
	cd build/release && cpack -G DEB

.PHONY: install deb
