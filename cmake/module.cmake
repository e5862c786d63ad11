# SPDX-License-Identifier: Apache-2.0
# module(): one folder in src/ as a static library which sees only its dependencies' headers.
function(module name)
	cmake_parse_arguments(M "" "" "DEPS;LIBS" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.c)
	if(NOT sources)
		return()
	endif()
	# "name/file.h" resolves through a link of its own, so an arrow that is not declared
	# does not compile.
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/inc/${name})
	file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${name} ${CMAKE_BINARY_DIR}/inc/${name}/${name}
		SYMBOLIC)
	add_library(${name} STATIC ${sources})
	target_include_directories(${name} PUBLIC ${CMAKE_BINARY_DIR}/inc/${name})
	foreach(dep ${M_DEPS})
		if(TARGET ${dep})
			target_link_libraries(${name} PUBLIC ${dep})
		endif()
	endforeach()
	foreach(lib ${M_LIBS})
		string(MAKE_C_IDENTIFIER ${lib} id)
		pkg_check_modules(${id} REQUIRED IMPORTED_TARGET ${lib})
		target_link_libraries(${name} PUBLIC PkgConfig::${id})
	endforeach()
	set_property(GLOBAL APPEND PROPERTY SLUICE_MODULES ${name})
endfunction()
