#pragma once
// Administration speaks the API: through the daemon's admin socket while it runs, else through the
// same handlers in this process, with the data directory locked meanwhile.

#include "app/config.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace triphammer::cli {

struct AdminCall {
    std::string method;                     // GET, POST, PUT, DELETE
    std::string target;                     // "/api/v1/tokens"
    std::string body;                       // JSON, or empty
    std::uint64_t most_bytes = 64U << 20U;  // of the answer
};

struct AdminAnswer {
    int status = 0;
    std::string body;

    bool ok() const { return status >= 200 && status < 300; }
};

/// Code::unavailable where no daemon answers.
Result<AdminAnswer> send_to_daemon(const app::Config& config, const AdminCall& call);

/// A data directory is its owner's: what root made in it, the daemon could not read. So root's
/// process becomes that user from here on. Code::refused for anybody else.
Result<> become_owner(const std::filesystem::path& data);

/// Code::refused when the data directory is another user's.
Result<AdminAnswer> send(const app::Config& config, const AdminCall& call);

/// The contract's error message of an answer that is not ok.
std::string message_of(const AdminAnswer& answer);

}  // namespace triphammer::cli
