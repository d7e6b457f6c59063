#pragma once

#include "base/result.hpp"

#include <utility>

namespace triphammer::aws {

/// JSON turns into anything that asks, so a Result of it has to be told that this is the value.
template <class Json>
Result<Json> value_of(Json value) {
    return Result<Json>{boost::system::in_place_value, std::move(value)};
}

}  // namespace triphammer::aws
