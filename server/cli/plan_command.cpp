#include "base/file.hpp"
#include "cli/language_commands.hpp"
#include "cli/local_event.hpp"
#include "cli/local_plan.hpp"
#include "github/payload.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace triphammer::cli {

namespace {

constexpr int kDoesNotStart = 3;
constexpr std::uint64_t kMaxPayloadBytes = 32U << 20U;

}  // namespace

int plan_command(const Invocation& invocation) {
    const auto name = invocation.arguments.value("event");
    const auto payload = invocation.arguments.value("payload");
    if (invocation.arguments.words().size() != 1 || !name || !payload) {
        return complain("plan needs FILE --event NAME --payload FILE", kUsage);
    }
    if (auto known = check_event_name(*name); !known) return complain(known.error(), kUsage);
    const auto file =
        read_workflow_file(invocation.arguments.words()[0], invocation.arguments.values("allow"));
    if (!file) return complain(file.error(), kUsage);
    const auto body = read_file(*payload, kMaxPayloadBytes);
    if (!body) return complain(body.error(), kUsage);
    auto scanned = *body;  // the scanner pads it in place
    const auto event = github::scan_payload(*name, scanned);
    if (!event) return complain(with_context(*payload, event.error()), kUsage);
    const auto paint = Paint::for_output(invocation.environment);
    for (const auto& problem : file->read.problems)
        std::cerr << to_text(file->path, problem, Paint{false}) << '\n';
    if (!file->read.workflow) return kUsage;
    const auto allow = invocation.arguments.values("allow");
    const auto plan = make_local_plan({*file, *event, *body, find_root(file->path), allow});
    if (!plan) return complain(plan.error(), kUsage);
    const auto refusals = list_refusals(*plan, Paint{false});
    if (!refusals.empty()) {
        std::cerr << refusals;
        return kUsage;
    }
    const bool as_json = invocation.arguments.has("json");
    print(as_json ? to_json(*plan).dump(2) + "\n" : to_text(*plan, paint));
    return plan->runs.empty() ? kDoesNotStart : kDone;
}

}  // namespace triphammer::cli
