#pragma once
// What the targets share that make an object at GitHub and change it afterwards: comments, check
// runs, deployments.

#include "base/task.hpp"
#include "github/client.hpp"
#include "store/forge/told_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::store {
class Database;
}

namespace triphammer::report {

/// The number under `id`, as text; empty: there is none.
std::string remote_id_of(const nlohmann::json& object);

/// The body of a request; bytes that are no UTF-8 become U+FFFD.
std::string body_of(const nlohmann::json& value);

/// 200, where nothing had to be asked.
github::ApiAnswer nothing_to_do();

/// Writes down what is at GitHub now.
Task<Result<>> keep(store::Database& database, store::ToldObject object);

}  // namespace triphammer::report
