#include "cli/restore_command.hpp"

#include "app/restore.hpp"
#include "cli/admin.hpp"

namespace triphammer::cli {

int restore(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    if (words.empty()) return complain("missing: FILE (see --help)", kUsage);
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    if (auto owner = become_owner(config->data); !owner) return complain(owner.error(), kFailed);
    const bool only_looks = invocation.arguments.has("check");
    const auto how = only_looks ? app::Restoring::check_only : app::Restoring::in_place;
    const auto done = app::restore(*config, words[0], how);
    if (!done) return complain(done.error().message, static_cast<int>(done.error().status));
    print(
        only_looks ? "It is whole, and this release can use it.\n"
                   : "Restored. What was there is triphammer.db.replaced, beside the database.\n"
    );
    return kDone;
}

}  // namespace triphammer::cli
