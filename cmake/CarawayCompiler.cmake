# SPDX-License-Identifier: Apache-2.0
# Language level, warnings as errors, hardening and sanitizers for every target.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(CARAWAY_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(CARAWAY_FUZZ "Build the fuzzers with libFuzzer (needs clang)" OFF)

add_compile_definitions(_GNU_SOURCE G_LOG_USE_STRUCTURED
  GLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 GLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74
  CARAWAY_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wundef -Wvla -Wformat=2 -Wno-unused-parameter -Wno-missing-field-initializers
  -fstack-protector-strong -fno-strict-aliasing
  # The same source gives the same program wherever it is checked out: images are cached by what is in them.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)

if(CMAKE_C_COMPILER_ID MATCHES Clang)
  # Clang takes a g_autoptr that only cleans up for unused (GCC looks for us), and a text that goes on over two lines
  # of an array for a forgotten comma.
  add_compile_options(-Wno-unused-variable -Wno-string-concatenation)
endif()

if(CARAWAY_SANITIZE OR CARAWAY_FUZZ)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
  if(CARAWAY_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link) # coverage in every layer, the driver only in the fuzzers
  endif()
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
