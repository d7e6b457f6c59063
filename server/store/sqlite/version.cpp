#include "store/sqlite/version.hpp"

#include <sqlite3.h>

namespace triphammer::store {

std::string sqlite_version() {
    return ::sqlite3_libversion();
}

}  // namespace triphammer::store
