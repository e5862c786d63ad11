# SPDX-License-Identifier: Apache-2.0
PREFIX ?= /usr/local

install: all
	cmake --install build/release --prefix $(DESTDIR)$(PREFIX)

deb: all
	cd build/release && cpack -G DEB

.PHONY: install deb
