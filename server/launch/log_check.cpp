#include "launch/log_check.hpp"

#include "logs/log_store.hpp"

namespace triphammer::launch {

Result<std::map<int, std::uint64_t>> lengths_of(
    logs::LogStore& logs, model::Fence fence, const std::vector<std::int64_t>& steps
) {
    std::map<int, std::uint64_t> out;
    for (const auto step : steps) {
        const auto length = logs.length({fence.value, step});
        if (!length) return length.error();
        out[static_cast<int>(step)] = *length;
    }
    return out;
}

Result<> verify_logs(
    logs::LogStore& logs, model::Fence fence, const std::vector<protocol::StepSum>& sums
) {
    for (const auto& sum : sums) {
        const logs::LogId id{fence.value, sum.number};
        if (sum.bytes == 0) continue;
        if (auto synced = logs.sync(id); !synced) return synced;
        const auto length = logs.length(id);
        if (!length) return length.error();
        const auto digest = logs.sha256(id);
        if (!digest) return digest.error();
        if (*length != sum.bytes || *digest != sum.sha256) {
            return conflict("the log of step " + std::to_string(sum.number) + " differs");
        }
    }
    return {};
}

void sync_soon(
    NamedThread& thread,
    logs::LogStore& logs,
    model::Fence fence,
    const std::vector<store::StepLog>& steps
) {
    for (const auto& step : steps) {
        if (step.bytes == 0) continue;
        const logs::LogId id{fence.value, step.number};
        thread.post([&logs, id] { (void)logs.sync(id); });
    }
}

}  // namespace triphammer::launch
