# SPDX-License-Identifier: Apache-2.0
# Where the files go (`make install PREFIX=`), and the Debian package of the same files (`make deb`).
if(NOT TARGET sluice)
	return()
endif()
# Man page and completion come from the binary's own table of options.
add_custom_command(TARGET sluice POST_BUILD
	COMMAND $<TARGET_FILE:sluice> --man > sluice.1
	COMMAND $<TARGET_FILE:sluice> --completion > sluice.completion
	WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
install(TARGETS sluice RUNTIME DESTINATION bin)
install(FILES ${CMAKE_BINARY_DIR}/sluice.1 DESTINATION share/man/man1)
install(FILES ${CMAKE_BINARY_DIR}/sluice.completion
	DESTINATION share/bash-completion/completions RENAME sluice)
install(FILES LICENSE NOTICE CHANGELOG.md README.md docs/settings.md docs/reasons.md
	docs/status.md docs/metrics.md docs/unmanaged.md docs/hardening.md
	DESTINATION share/doc/sluice)
install(DIRECTORY examples/quickstart DESTINATION share/doc/sluice/examples USE_SOURCE_PERMISSIONS)
# The unit names the binary, so it is written for the prefix; /etc/sluice belongs to the system's own.
install(CODE "
	file(READ \"${CMAKE_SOURCE_DIR}/deploy/systemd/sluice.service\" unit)
	string(REPLACE \"/usr/bin/\" \"\${CMAKE_INSTALL_PREFIX}/bin/\" unit \"\${unit}\")
	file(WRITE \"${CMAKE_BINARY_DIR}/sluice.service\" \"\${unit}\")
	file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\" TYPE FILE
		FILES \"${CMAKE_BINARY_DIR}/sluice.service\")
	if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
		file(INSTALL DESTINATION /etc/sluice TYPE FILE FILES \"${CMAKE_SOURCE_DIR}/deploy/etc/README\")
	endif()")

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME sluice)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Kubernetes Gateway API gateway, controller and data plane in one program")
set(CPACK_PACKAGE_DESCRIPTION "Reads GatewayClass, Gateway, ListenerSet and route objects, from a folder of YAML or from a cluster, and
carries their traffic.")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Sluice authors <sluice@sluice.dev>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/deploy/etc/conffiles)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build)
include(CPack)
