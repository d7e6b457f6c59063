#pragma once
// Which channel hears of which change of a run or deployment.

#include "report/channel_settings.hpp"
#include "store/sqlite/change_store.hpp"

#include <vector>

namespace triphammer::report {

/// What a channel's rows of the outbox are called.
std::string channel_key(const std::string& name);

/// The outbox's rows for what this change is to each channel; mostly none. `channels` by name.
void notify_of(
    store::Transaction& tx,
    const store::ChangeRow& change,
    const std::vector<ChannelSettings>& channels
);

}  // namespace triphammer::report
