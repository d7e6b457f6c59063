# OpenSSL as most programs want it (shared, so that a system update mends them too), and as the static
# runner needs it: decided by the property TRIPHAMMER_STATIC of the program that is linked.
find_library(CRYPTO_ARCHIVE libcrypto.a REQUIRED)
find_library(SSL_ARCHIVE libssl.a REQUIRED)
set(static "$<BOOL:$<TARGET_PROPERTY:TRIPHAMMER_STATIC>>")

add_library(triphammer_crypto INTERFACE)
target_link_libraries(triphammer_crypto INTERFACE "$<IF:${static},${CRYPTO_ARCHIVE},OpenSSL::Crypto>")
add_library(triphammer_ssl INTERFACE)
target_link_libraries(triphammer_ssl INTERFACE
  "$<IF:${static},${SSL_ARCHIVE},OpenSSL::SSL>" triphammer_crypto)
