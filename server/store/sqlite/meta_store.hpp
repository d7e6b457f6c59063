#pragma once
// Facts about the server itself, and the counters that pages and metrics show.

#include "store/sqlite/transaction.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::store {

std::optional<std::string> find_meta(Connection& db, std::string_view key);
void put_meta(Transaction& tx, std::string_view key, std::string_view value);

/// `name` is jobs.<state>, runs.<state>, deliveries.<outcome>, …
void add_to_counter(Transaction& tx, std::string_view name, std::int64_t by);
/// The thing left one state for another: both counters of `noun` follow. An empty `from`: it is
/// new.
void count_move(Transaction& tx, std::string_view noun, std::string_view from, std::string_view to);
std::int64_t counter(Connection& db, std::string_view name);
std::map<std::string, std::int64_t> list_counters(Connection& db);

}  // namespace triphammer::store
