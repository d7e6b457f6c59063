#include "app/setup_notice.hpp"

#include "access/setup.hpp"
#include "base/log.hpp"
#include "store/people/audit_store.hpp"
#include "store/people/token_store.hpp"
#include "store/sqlite/database.hpp"

#include <unistd.h>

#include <iostream>

namespace triphammer::app {

Task<> print_setup_notice(api::Services& services) {
    auto create = [&](store::Transaction& transaction) -> Result<Secret> {
        if (store::has_any_access(transaction)) return Secret{};
        store::append_audit(transaction, store::audit_server(), {"setup-link.create"});
        return access::create_setup_link(transaction, services.random, "server");
    };
    auto creating = services.database.write(create);
    const auto token = co_await std::move(creating);
    if (!token || token->empty()) co_return;
    const Secret link{services.base_url + "/setup?token=" + token->reveal()};
    const auto written = access::write_setup_link(services.data, link);
    if (!written)
        log::warning("the set-up link could not be written", {{"why", written.error().message}});
    // A link is a key: it goes to a person at a terminal, or to the file; never into a log.
    if (::isatty(STDERR_FILENO) != 0) {
        std::cerr << "\nOpen this link within 15 minutes to set up the server:\n  " << link.reveal()
                  << "\n\n";
    } else {
        log::info(
            "nobody has signed in yet; the set-up link is in the data directory",
            {{"file", "setup-link"}}
        );
    }
}

}  // namespace triphammer::app
