#pragma once
// Which log a request means, and its file in pieces.

#include "api/call/call.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "logs/log_store.hpp"
#include "model/ids.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <string>

namespace triphammer::api {

struct Services;

/// The attempt that path (run, job) and query (`attempt`; the newest) name, in the caller's reach.
/// Code::not_found, Code::refused, Code::invalid.
Result<model::Fence> find_shown_attempt(store::Connection& db, const Call& call);

/// One step's log as text for people (logs/plain_text.hpp).
http::Response make_plain_log(Services& services, logs::LogId id);

/// Up to 256 KiB from there; empty at the end.
Result<std::string> read_piece(int fd, std::uint64_t offset);

}  // namespace triphammer::api
