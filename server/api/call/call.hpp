#pragma once
// What every handler gets and gives. Handlers run on the logic thread, answer in the contract's
// shapes, and turn failures into {"error": {…}}.

#include "access/principal.hpp"
#include "base/task.hpp"
#include "http/message.hpp"

#include <string>
#include <vector>

namespace triphammer::api {

struct Services;

/// A request that was allowed in.
struct Call {
    http::Request request;
    access::Principal who;
    std::vector<std::string> parameters;         // what the pattern's {…} matched, decoded
    access::Role needed = access::Role::viewer;  // by the route

    const std::string& parameter(std::size_t index) const { return parameters.at(index); }
};

using Answer = Task<http::Response>;

}  // namespace triphammer::api
