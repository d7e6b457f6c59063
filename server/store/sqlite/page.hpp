#pragma once
// Lists for people, newest first, paged by id. A page costs the same at 2,000 and at 1,000,000
// rows: what no index answers is looked for in a window of kWindow rows, after which the page ends
// early and says where to go on.

#include "model/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace triphammer::store {

inline constexpr std::int64_t kWindow = 1000;

struct ListPage {
    std::int64_t before = 0;  // ids below this one; 0: from the newest on
    int limit = 50;
};

template <class Row>
struct Listed {
    std::vector<Row> rows;
    std::int64_t next = 0;  // `before` of the next page; 0: there is none
};

/// The repositories that somebody may see; nothing: all, and what belongs to none.
using Among = std::optional<std::vector<model::RepositoryId>>;

inline bool is_among(const Among& among, model::RepositoryId repository) {
    return !among || std::find(among->begin(), among->end(), repository) != among->end();
}

}  // namespace triphammer::store
