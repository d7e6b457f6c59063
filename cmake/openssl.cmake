# OpenSSL as most programs want it (shared, so that a system update mends them too), and as the static
# runner needs it: decided by the property TRIPHAMMER_STATIC of the program that is linked.
find_library(CRYPTO_ARCHIVE libcrypto.a REQUIRED)
find_library(SSL_ARCHIVE libssl.a REQUIRED)
set(static "$<BOOL:$<TARGET_PROPERTY:TRIPHAMMER_STATIC>>")

# As targets, so that they are linked in this order.
add_library(triphammer_crypto_archive STATIC IMPORTED GLOBAL)
set_target_properties(triphammer_crypto_archive PROPERTIES IMPORTED_LOCATION "${CRYPTO_ARCHIVE}")
add_library(triphammer_ssl_archive STATIC IMPORTED GLOBAL)
set_target_properties(triphammer_ssl_archive PROPERTIES
  IMPORTED_LOCATION "${SSL_ARCHIVE}" INTERFACE_LINK_LIBRARIES triphammer_crypto_archive)

add_library(triphammer_crypto INTERFACE)
target_link_libraries(triphammer_crypto INTERFACE "$<IF:${static},triphammer_crypto_archive,OpenSSL::Crypto>")
add_library(triphammer_ssl INTERFACE)
target_link_libraries(triphammer_ssl INTERFACE
  "$<IF:${static},triphammer_ssl_archive,OpenSSL::SSL>" triphammer_crypto)
