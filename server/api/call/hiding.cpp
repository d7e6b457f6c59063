#include "api/call/hiding.hpp"

#include "access/stored_values.hpp"
#include "base/log.hpp"

namespace triphammer::api {

Hiding::Hiding(
    store::Connection& connection, const access::Sealer& sealer, model::RepositoryId repository
) {
    const auto secrets = access::list_values(connection, sealer, repository);
    is_blind_ = !secrets;
    if (is_blind_) {
        log::error("a stored secret does not open", {{"error", secrets.error().message}});
        return;
    }
    for (const auto& secret : *secrets) (void)table_.add(secret);  // short ones are refused
}

std::string Hiding::hide(std::string_view text) const {
    if (is_blind_) return text.empty() ? "" : "***";
    return table_.mask(text);
}

}  // namespace triphammer::api
