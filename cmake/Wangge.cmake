# What every target of ours has in common.
set(WANGGE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

# GCC 12 reports overflows, bounds and restrict faults inside std::string that do
# not exist (GCC bugs 105329, 105651).
add_library(wangge_options INTERFACE)
target_compile_options(wangge_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-array-bounds)
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # Options and conversions that only GCC knows, or sees otherwise.
  target_compile_options(wangge_options INTERFACE
    -Wno-unknown-warning-option -Wno-sign-conversion)
endif()
# Tests read the files that are shipped.
target_compile_definitions(wangge_options INTERFACE
  WANGGE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# gRPC asks for it; one setting for all keeps the precompiled header usable.
add_compile_options(-pthread)
if(WANGGE_SANITIZE)
  # -O1 keeps the tests quick, -g1 the build: lines in the reports, no variables.
  # One failure ends the process. Null pointers are AddressSanitizer's to report:
  # checking each access as well doubles the time to compile. GCC 12 gives false
  # maybe-uninitialized warnings under the sanitizers.
  add_compile_options(-fsanitize=${WANGGE_SANITIZE} -fno-omit-frame-pointer -O1
    -g1 -fno-sanitize=null,alignment -fno-sanitize-recover=all
    -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${WANGGE_SANITIZE})
endif()
if(WANGGE_FUZZ)
  # Without AddressSanitizer: Debian's Abseil and S2 were built without, and mix
  # badly with it under clang. The standard library checks its bounds instead.
  add_compile_options(-fsanitize=fuzzer-no-link -D_GLIBCXX_ASSERTIONS)
endif()

# The headers that nearly every file includes, compiled once.
function(wangge_precompile target)
  target_precompile_headers(${target} REUSE_FROM wangge_pch)
endfunction()

# wangge_library(NAME SOURCES a.cc … DEPS x …): libs/NAME or a service's core.
function(wangge_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(wangge_${name} STATIC ${ARG_SOURCES})
  target_include_directories(wangge_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/libs ${PROJECT_SOURCE_DIR})
  target_link_libraries(wangge_${name} PUBLIC ${ARG_DEPS}
    PRIVATE wangge_options wangge_pch)
  wangge_precompile(wangge_${name})
endfunction()

# wangge_program(NAME SOURCES main.cc … DEPS x …): an executable bin/NAME.
function(wangge_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} wangge_options wangge_pch)
  if(NOT WANGGE_SANITIZE)
    # Once a city is built, glibc's heap is full of holes that every larger
    # allocation walks through (docs/adr/0009-allocator.md). Nothing calls
    # jemalloc by name, so the linker must be told to keep it.
    target_link_libraries(${name} PRIVATE -Wl,--no-as-needed jemalloc
      -Wl,--as-needed)
  endif()
  wangge_precompile(${name})
endfunction()

# All programs of wangge_test: what the sanitizers' builds need.
add_custom_target(wangge_tests)

# wangge_test(NAME SOURCES a_test.cc … DEPS x … [LABEL unit]): one gtest program.
# LABEL pg needs a PostgreSQL server, told by WANGGE_TEST_DSN.
function(wangge_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  wangge_program(${name} SOURCES ${ARG_SOURCES}
    DEPS ${ARG_DEPS} wangge_testing GTest::gmock GTest::gtest_main)
  add_dependencies(wangge_tests ${name})
  add_test(NAME ${name} COMMAND ${name})
  # Ends what hangs, not what a busy machine slows down.
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600)
endfunction()

# wangge_embed_sql(TARGET DIR): makes TARGET a library with the statements of
# DIR/sql/*.sql and the migrations of DIR/migrations/*.sql, as <DIR>/sql.h.
function(wangge_embed_sql service)
  set(dir ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/generated/services/${service}/sql.h)
  file(GLOB inputs CONFIGURE_DEPENDS ${dir}/sql/*.sql ${dir}/migrations/*.sql)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DSERVICE=${service} -DDIR=${dir} -DOUT=${out}
      -P ${PROJECT_SOURCE_DIR}/cmake/EmbedSql.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/EmbedSql.cmake
    COMMENT "Embedding SQL of ${service}")
  add_custom_target(wangge_${service}_sql_header DEPENDS ${out})
  add_library(wangge_${service}_sql INTERFACE)
  add_dependencies(wangge_${service}_sql wangge_${service}_sql_header)
  target_include_directories(wangge_${service}_sql INTERFACE
    ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(wangge_${service}_sql INTERFACE wangge_db)
endfunction()

# wangge_embed_text(TARGET FILE HEADER NAMESPACE NAME): makes TARGET a library
# with the text of FILE as the constant NAMESPACE::NAME, in HEADER.
function(wangge_embed_text target file header namespace name)
  set(in ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set(out ${CMAKE_BINARY_DIR}/generated/${header})
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DFILE=${in} -DNAMESPACE=${namespace} -DNAME=${name}
      -DOUT=${out} -P ${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake
    DEPENDS ${in} ${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake
    COMMENT "Embedding ${file}")
  add_custom_target(${target}_header DEPENDS ${out})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_header)
  target_include_directories(${target} INTERFACE ${CMAKE_BINARY_DIR}/generated)
endfunction()
