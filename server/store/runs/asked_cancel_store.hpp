#pragma once
// Cancels that runners have to hear of: asked for in `jobs`, while an attempt is open.

#include "model/ids.hpp"
#include "store/sqlite/connection.hpp"

#include <string>
#include <vector>

namespace triphammer::store {

struct AskedCancel {
    model::Fence fence;
    std::string reason;
};

std::vector<AskedCancel> list_asked_cancels(Connection& db);

}  // namespace triphammer::store
