# SPDX-License-Identifier: Apache-2.0

# caraway_layer(NAME SOURCES a.c b.c LINKS other_layer PkgConfig::X)
# One static library per layer. Includes are written from the top of the tree: #include "common/base/log.h".
function(caraway_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS})
endfunction()

# caraway_program(NAME SOURCES main.c LINKS layers [INSTALL_DIR dir])
function(caraway_program name)
  cmake_parse_arguments(ARG "" "INSTALL_DIR" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  if(NOT ARG_INSTALL_DIR)
    set(ARG_INSTALL_DIR ${CMAKE_INSTALL_BINDIR})
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${ARG_INSTALL_DIR})
endfunction()

# caraway_test(NAME TIER unit SOURCES test_x.c LINKS layer [TIMEOUT s]): a GLib test program run by ctest.
function(caraway_test name)
  cmake_parse_arguments(ARG "" "TIER;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  target_compile_definitions(${name} PRIVATE TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}"
    TEST_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name} --tap)
  caraway_test_properties(${name} TIER ${ARG_TIER} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# caraway_script_test(NAME TIER vm SCRIPT file.py [ARGS …] [TIMEOUT s] [STACK]): a Python driver run by ctest. STACK: it
# works on the running stack with a real guest that tests/vm/stack_fixture.py starts; CARAWAY_STACK names its JSON file.
function(caraway_script_test name)
  cmake_parse_arguments(ARG "STACK" "TIER;TIMEOUT;SCRIPT" "ARGS" ${ARGN})
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT} ${ARG_ARGS})
  caraway_test_properties(${name} TIER ${ARG_TIER} TIMEOUT ${ARG_TIMEOUT})
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "CARAWAY_BUILD=${CMAKE_BINARY_DIR}"
    "CARAWAY_SOURCE=${CMAKE_SOURCE_DIR}" "PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
  if(ARG_STACK)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "CARAWAY_STACK=${CMAKE_BINARY_DIR}/stack/stack.json")
    set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED stack RESOURCE_LOCK stack)
  endif()
endfunction()

function(caraway_test_properties name)
  cmake_parse_arguments(ARG "" "TIER;TIMEOUT" "" ${ARGN})
  # Only a hang waits for it; a machine that does other things besides may take three times as long as an idle one.
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 200)
  endif()
  math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_TIER} TIMEOUT ${ARG_TIMEOUT})
  # intercept_tls_get_addr: with GnuTLS in a second thread the leak checker's look at thread-local storage crashes
  # (GCC 12 with glibc 2.36); leaks are still found without it.
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "G_DEBUG=fatal-warnings"
    "ASAN_OPTIONS=intercept_tls_get_addr=0"
    "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0")
endfunction()

# caraway_fuzzer(NAME SOURCES fuzz_x.c LINKS layer CORPUS dir): with the preset `fuzz` a libFuzzer binary; always an
# ordinary test that runs the corpus once through the same entry point.
function(caraway_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LINKS" ${ARGN})
  if(CARAWAY_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus_main.c)
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  add_test(NAME ${name} COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
  caraway_test_properties(${name} TIER fuzz)
endfunction()

# caraway_postgres(NAME …): these tests use the PostgreSQL cluster that tests/support/postgres_server.py starts once;
# CARAWAY_POSTGRES names the folder of its socket.
function(caraway_postgres)
  string(SHA256 hash "${CMAKE_BINARY_DIR}")
  string(SUBSTRING ${hash} 0 10 hash)
  foreach(name ${ARGN})
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "CARAWAY_POSTGRES=/tmp/caraway-pg-${hash}")
    set_property(TEST ${name} APPEND PROPERTY FIXTURES_REQUIRED postgres)
  endforeach()
endfunction()
