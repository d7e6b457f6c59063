#pragma once

#include "access/secrets.hpp"

namespace triphammer::access {

/// The secrets of the server and of the repository with all its environments: what must not be
/// shown. An entry that does not open is an error of the whole.
Result<std::vector<Secret>> list_values(
    store::Connection& connection, const Sealer& sealer, model::RepositoryId repository
);

}  // namespace triphammer::access
