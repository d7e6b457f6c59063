#pragma once
// What GitHub is to be told as a check run, and which of its check runs that is.

#include "report/check_text.hpp"
#include "store/forge/check_run_store.hpp"
#include "store/outbox_store.hpp"

#include <string>
#include <string_view>

namespace triphammer::report {

struct CheckSettings {
    std::string server_id;   // of the data directory: whose check runs they are
    std::string public_url;  // without a slash at its end
};

struct CheckDraft {
    CheckOutput output;
    store::CheckRunRow row;  // id 0: one has to be begun
    bool is_status = false;  // the context began as a commit status on that commit, and stays one
};

/// As everything is now. Code::invalid for a message of another form.
Result<CheckDraft> draft_check(
    store::Connection& db,
    const store::MessageRow& message,
    const CheckSettings& settings,
    const std::string& app
);

/// "triphammer:SERVER:17".
std::string make_external_id(const std::string& server_id, std::int64_t row);

}  // namespace triphammer::report
