# What each room may link. Debian puts every header into /usr/include, so tests/tidy, not CMake, keeps the includes apart.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(zip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(postgres REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(graphviz REQUIRED IMPORTED_TARGET libgvc libcgraph)
# the two plugins of Graphviz that are linked in: its renderer and its layout (api/drawing)
pkg_get_variable(graphviz_libdir libgvc libdir)
find_library(graphviz_core NAMES gvplugin_core PATHS ${graphviz_libdir}/graphviz REQUIRED)
find_library(graphviz_dot NAMES gvplugin_dot_layout PATHS ${graphviz_libdir}/graphviz REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)

# toml++ as a compiled library would differ between Debian releases; header-only is the same everywhere
add_library(pykala_toml INTERFACE)
add_library(tomlplusplus::tomlplusplus ALIAS pykala_toml)
target_compile_definitions(pykala_toml INTERFACE TOML_EXCEPTIONS=0)

add_library(pykala_storage_packages INTERFACE)
target_link_libraries(pykala_storage_packages INTERFACE
  SQLite::SQLite3 PkgConfig::postgres PkgConfig::sodium PkgConfig::zip PkgConfig::curl OpenSSL::Crypto Boost::json spdlog::spdlog Threads::Threads)

add_library(pykala_api_packages INTERFACE)
target_link_libraries(pykala_api_packages INTERFACE
  Boost::json Boost::url PkgConfig::graphviz ${graphviz_core} ${graphviz_dot} CLI11::CLI11 spdlog::spdlog date::date date::date-tz OpenSSL::SSL
  Threads::Threads)
