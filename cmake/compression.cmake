# As OpenSSL: shared for the daemon, archives for the static runner, which packs and unpacks artifacts.
find_library(ZLIB_ARCHIVE libz.a REQUIRED)
find_library(ZSTD_ARCHIVE libzstd.a REQUIRED)

add_library(triphammer_zlib INTERFACE)
target_link_libraries(triphammer_zlib INTERFACE "$<IF:${static},${ZLIB_ARCHIVE},ZLIB::ZLIB>")
add_library(triphammer_zstd INTERFACE)
target_link_libraries(triphammer_zstd INTERFACE "$<IF:${static},${ZSTD_ARCHIVE},PkgConfig::ZSTD>")
