#include "cli/restore_command.hpp"

#include "app/restore.hpp"
#include "cli/admin.hpp"

namespace triphammer::cli {

namespace {

int tell(const app::StartResult<>& done, const char* well) {
    if (!done) return complain(done.error().message, static_cast<int>(done.error().status));
    print(well);
    return kDone;
}

}  // namespace

int restore(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    if (words.empty()) return complain("missing: FILE (see --help)", kUsage);
    if (invocation.arguments.has("check")) {
        const auto whole = app::check_backup(words[0]);
        return tell(whole, "It is whole, and this release can use it.\n");
    }
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    if (auto owner = become_owner(config->data); !owner) return complain(owner.error(), kFailed);
    const auto done = app::restore(*config, words[0]);
    return tell(done, "Restored. What was there is triphammer.db.replaced, beside the database.\n");
}

}  // namespace triphammer::cli
