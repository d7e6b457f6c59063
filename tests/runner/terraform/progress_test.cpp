#include "runner/terraform/progress.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::runner;
using nlohmann::json;

namespace {

std::string event(const char* type, const char* address, const char* action) {
    const json out{
        {"@message", std::string{address} + ": " + type},
        {"type", type},
        {"hook", {{"resource", {{"addr", address}}}, {"action", action}}}};
    return out.dump() + "\n";
}

std::string error(const char* summary, const char* detail) {
    const json out{
        {"@message", std::string{"Error: "} + summary},
        {"type", "diagnostic"},
        {"diagnostic", {{"severity", "error"}, {"summary", summary}, {"detail", detail}}}};
    return out.dump() + "\n";
}

const ResourceChanges kPlanned{
    {"a", ChangeAction::destroy},
    {"b", ChangeAction::replace},
    {"c", ChangeAction::update},
    {"d", ChangeAction::create},
    {"e", ChangeAction::create}};

}  // namespace

TEST(ApplyProgress, TellsWhatWasDoneAndWhatWasNot) {
    ApplyProgress progress{kPlanned};

    auto log = progress.feed(event("apply_start", "a", "delete"));
    log += progress.feed(event("apply_complete", "a", "delete"));
    log +=
        progress.feed(event("apply_start", "b", "delete") + event("apply_complete", "b", "delete"));
    log +=
        progress.feed(event("apply_start", "d", "create") + event("apply_errored", "d", "create"));
    log += progress.feed(error("quota", "d is one too many"));
    log += progress.feed("plain words\n");

    EXPECT_EQ(
        progress.describe(),
        "partially applied: 1 of 5 changes. Done: destroy a. Failed: create d. Interrupted: "
        "replace "
        "b. Not begun: update c, create e."
    );
    EXPECT_FALSE(progress.is_complete());
    EXPECT_EQ(progress.error(), "quota");
    EXPECT_EQ(progress.details(), "Error: quota\nd is one too many\n");
    EXPECT_TRUE(log.starts_with("a: apply_start\na: apply_complete\n")) << log;
    EXPECT_TRUE(log.ends_with("d is one too many\nplain words\n")) << log;
}

TEST(ApplyProgress, ALineThatComesInPiecesIsOne) {
    ApplyProgress progress{{{"a", ChangeAction::create}}};
    const auto line = event("apply_complete", "a", "create");

    EXPECT_EQ(progress.feed(line.substr(0, 20)), "");
    EXPECT_EQ(progress.feed(line.substr(20)), "a: apply_complete\n");
    EXPECT_TRUE(progress.is_complete());
}

TEST(ApplyProgress, HostileLinesDoNoHarm) {
    ApplyProgress progress{kPlanned};

    progress.feed(
        "{\"type\": 1, \"hook\": [], \"@message\": {}}\n[]\n{\"type\": \"apply_complete\"}\n"
    );
    progress.feed(std::string(3U << 20U, 'x'));

    EXPECT_EQ(progress.describe(), "nothing was applied");
}

TEST(TerraformLock, NamesItsHolderAndItsAge) {
    constexpr const char* kSaid = R"(
╷
│ Error: Error acquiring the state lock
│
│ Error message: HTTP remote state already locked
│ Lock Info:
│   ID:        7e2a
│   Path:      infra
│   Operation: OperationTypeApply
│   Who:       ada@laptop
│   Version:   1.11.4
│   Created:   2026-11-21 08:00:00.123 +0000 UTC
│   Info:
╵
)";
    const auto now = from_unix_ms(1'795'255'200'000);  // 2026-11-21T10:00:00Z

    EXPECT_EQ(
        describe_lock(kSaid, now),
        "the state is locked by ada@laptop (OperationTypeApply) since 2026-11-21T08:00:00.000Z, "
        "2 h ago: wait until it is free, or, where nobody works there any more, free it with "
        "`force-unlock 7e2a`"
    );
    EXPECT_EQ(
        describe_lock(
            "Error: Error acquiring the state lock\n\n"
            "Error message: HTTP remote state already locked: ID=a-holder\nLock Info:\n"
            "  ID:        our-own\n  Who:       runner@here\n"
            "  Created:   2026-11-21 09:59:59 +0000 UTC\n",
            now
        ),
        "the state is locked: wait until it is free, or, where nobody works there any more, free "
        "it "
        "with `force-unlock a-holder`"
    );
    EXPECT_EQ(describe_lock("Error: something else", now), std::nullopt);
    EXPECT_EQ(
        describe_lock("Error acquiring the state lock\nCreated: yesterday\n", now),
        "the state is locked: wait until it is free"
    );
    EXPECT_EQ(first_error(kSaid), "Error acquiring the state lock");
    EXPECT_EQ(first_error("all is well"), "");
}
