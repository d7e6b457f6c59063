#include "workflow/schema/places.hpp"

#include "base/text.hpp"

namespace triphammer::workflow {

bool Place::allows(std::string_view context) const {
    return (mask & context_bit(context)) != 0;
}

unsigned context_bit(std::string_view name) {
    for (std::size_t i = 0; i < kContextNames.size(); ++i) {
        if (equal_ignoring_case(kContextNames[i], name)) return 1U << i;
    }
    return 0;
}

}  // namespace triphammer::workflow
