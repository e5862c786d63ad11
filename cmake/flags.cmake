# SPDX-License-Identifier: Apache-2.0
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
find_program(CCACHE ccache)
if(CCACHE)
	set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
	-Werror -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings
	-Wformat=2 -Wimplicit-fallthrough -Wswitch-enum -Wdouble-promotion
	-fno-common -fno-strict-aliasing -fstack-protector-strong
	$<$<NOT:$<CONFIG:Release>>:-fno-omit-frame-pointer>)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	add_compile_options(-Wduplicated-cond -Wlogical-op)
else()
	add_compile_options(-Wcomma -Wunreachable-code -Wno-gnu-zero-variadic-macro-arguments
		-Wno-gnu-statement-expression -Wno-gnu-folding-constant)
endif()
# A release has no frame pointers: they cost 3 % of a request (profile with --call-graph dwarf).
# -Wpedantic stays for what it finds; these two GNU extensions we use on purpose.
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")
set(CMAKE_C_FLAGS_RELEASE "-O3 -g -DNDEBUG_HOT")

if(SLUICE_SANITIZE)
	add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all)
	string(REPLACE "fuzzer-no-link," "" link_sanitize "${SLUICE_SANITIZE}")
	add_link_options(-fsanitize=${link_sanitize})
else()
	# Hardened release: checked by test/scenario/test_090_hardening.py (see SECURITY.md).
	# clang 14's own jump tables trap where the hardware's landing pads are asked for beside them.
	add_compile_options(-D_FORTIFY_SOURCE=3 -fcf-protection$<$<BOOL:${SLUICE_CFI}>:=return>
		-fstack-clash-protection)
	add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
	if(SLUICE_CFI)
		# clang's, over the whole program at link time; only its linker does that.
		add_compile_options(-fsanitize=cfi -fvisibility=hidden -flto=thin)
		add_link_options(-fsanitize=cfi -flto=thin -fuse-ld=lld)
	endif()
	set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
		# gcc would clear a few hundred bytes by "rep stos", which is slow to start.
		add_compile_options(-mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign)
	endif()
endif()
