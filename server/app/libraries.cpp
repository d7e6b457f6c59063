#include "app/libraries.hpp"

#include "git/version.hpp"
#include "store/sqlite/version.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>

namespace triphammer::app {

std::vector<std::string> library_versions() {
    return {
        "SQLite " + store::sqlite_version() + " (one connection owns writes and checkpoints)",
        "libgit2 " + git::libgit2_version(),
        std::string{OpenSSL_version(OPENSSL_VERSION)},
        "Boost " BOOST_LIB_VERSION,
    };
}

}  // namespace triphammer::app
