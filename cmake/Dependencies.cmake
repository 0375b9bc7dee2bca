# Everything comes from Debian 12's packages: deploy/packages.txt.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(utf8cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(pqxx REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(jwt REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(marisa REQUIRED IMPORTED_TARGET marisa)
pkg_check_modules(opencc REQUIRED IMPORTED_TARGET opencc)
pkg_check_modules(libxml2 REQUIRED IMPORTED_TARGET libxml-2.0)

# Debian's S2 and LIBLINEAR have no package files.
add_library(s2 INTERFACE)
find_library(S2_LIBRARY s2 REQUIRED)
target_link_libraries(s2 INTERFACE ${S2_LIBRARY} OpenSSL::Crypto absl::base
  absl::strings absl::status absl::statusor absl::flat_hash_map
  absl::flat_hash_set absl::btree absl::hash)
add_library(liblinear INTERFACE)
find_library(LIBLINEAR_LIBRARY linear REQUIRED)
target_link_libraries(liblinear INTERFACE ${LIBLINEAR_LIBRARY})

if(NOT WANGGE_LIBS_ONLY)
  find_package(gRPC CONFIG REQUIRED)
endif()
