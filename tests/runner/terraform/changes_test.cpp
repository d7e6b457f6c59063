#include "runner/terraform/changes.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::runner;
using nlohmann::json;

namespace {

json change(const std::string& address, const json& actions) {
    return {{"address", address}, {"change", {{"actions", actions}, {"before", 1}, {"after", 2}}}};
}

json plan_of(const json& changes) {
    return {
        {"format_version", "1.2"},
        {"timestamp", "2026-11-22T14:54:37Z"},
        {"variables", {{"colour", {{"value", "blue"}}}}},
        {"prior_state", {{"serial", 4}}},
        {"resource_changes", changes},
        {"output_changes", json::object()},
        {"configuration", {{"root_module", {{"variables", {{"colour", json::object()}}}}}}}};
}

std::string essence_of(const json& plan) {
    return read_plan(plan.dump()).value().essence;
}

}  // namespace

TEST(TerraformChanges, ActionsHaveTheirNamesAndTheirOrder) {
    const auto plan = plan_of(
        {change("a.create", {"create"}),
         change("a.idle", {"no-op"}),
         change("a.read", {"read"}),
         change("a.update", {"update"}),
         change("a.forget", {"forget"}),
         change("b.replace", {"create", "delete"}),
         change("a.replace", {"delete", "create"}),
         change("a.destroy", {"delete"})}
    );

    const auto read = read_plan(plan.dump());

    ASSERT_TRUE(read);
    EXPECT_EQ(
        list_changes(read->changes),
        "- destroy a.destroy\n± replace a.replace\n± replace b.replace\n. forget a.forget\n"
        "~ update a.update\n+ create a.create\n"
    );
    EXPECT_EQ(
        summarize(read->changes),
        "1 to create, 1 to update, 1 to forget, 2 to replace, 1 to destroy"
    );
    EXPECT_EQ(read->variables, std::vector<std::string>{"colour"});
    EXPECT_EQ(summarize({}), "no changes");
}

TEST(TerraformChanges, WhatWouldDoTheSameIsTheSame) {
    const auto one = plan_of({change("a", {"create"}), change("b", {"update"})});
    auto other =
        plan_of({change("idle", {"no-op"}), change("b", {"update"}), change("a", {"create"})});
    other["timestamp"] = "later";
    other["prior_state"]["serial"] = 5;
    other["resource_drift"] = json::array({change("b", {"update"})});

    EXPECT_EQ(essence_of(one), essence_of(other));
}

TEST(TerraformChanges, WhatWouldDoAnotherThingIsAnother) {
    const auto usual = plan_of(json::array({change("a", {"create"})}));
    const std::pair<const char*, json> others[] = {
        {"/resource_changes/0/address", "b"},
        {"/resource_changes/0/change/actions", {"delete"}},
        {"/resource_changes/0/change/after", 3},
        {"/variables/colour/value", "green"},
        {"/output_changes/ip", {{"actions", {"create"}}}},
        {"/configuration/root_module/resources", {"a provisioner"}},
        {"/what_comes_later", 1},
    };
    for (const auto& [place, value] : others) {
        auto other = usual;
        other[json::json_pointer{place}] = value;
        EXPECT_NE(essence_of(usual), essence_of(other)) << place;
    }
    auto taken = plan_of(json::array({change("a", {"no-op"})}));
    taken["resource_changes"][0]["change"]["importing"] = {{"id", "1"}};
    EXPECT_NE(essence_of(taken), essence_of(plan_of(json::array())));
}

TEST(TerraformChanges, WhatIsDestroyedIsNeverLeftOut) {
    ResourceChanges changes(250, {"a.new", ChangeAction::create});
    changes.insert(changes.begin(), 250, {"a.old", ChangeAction::destroy});

    const auto text = list_changes(changes);

    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 251);
    EXPECT_TRUE(text.ends_with("… and 250 more to update or create\n")) << text;
}

TEST(TerraformChanges, ValuesSayWhatIsAnotherAfter) {
    const json replaced{
        {"actions", {"delete", "create"}},
        {"before",
         {{"size", 1}, {"name", "same"}, {"id", "i-1"}, {"password", "old"}, {"tags", {{"a", 1}}}}},
        {"after",
         {{"size", 2},
          {"name", "same"},
          {"password", "new"},
          {"tags", {{"a", 1}, {"b", "two\nlines"}}}}},
        {"after_unknown", {{"id", true}}},
        {"before_sensitive", {{"password", true}}},
        {"after_sensitive", {{"password", true}, {"tags", json::object()}}},
        {"replace_paths", json::array({json::array({"size"})})}};
    const auto plan = plan_of(json::array({{{"address", "a.b"}, {"change", replaced}}}));

    const auto read = read_plan(plan.dump());

    ASSERT_TRUE(read);
    EXPECT_EQ(
        list_values(read->changes),
        "± replace a.b\n"
        "    id: \"i-1\" → (known after apply)\n"
        "    password: (sensitive) → (sensitive)\n"
        "    size: 1 → 2  # forces replacement\n"
        "    tags: {\"a\":1} → {\"a\":1,\"b\":\"two\\nlines\"}\n"
    );
}

TEST(TerraformChanges, WhatIsNewHasItsValuesAndWhatGoesHasNone) {
    const json created{
        {"actions", json::array({"create"})},
        {"before", nullptr},
        {"after", {{"size", 2}, {"none", nullptr}}},
        {"after_unknown", {{"id", true}}},
        {"after_sensitive", true}};
    const json destroyed{
        {"actions", json::array({"delete"})}, {"before", {{"size", 2}}}, {"after", nullptr}};
    const auto plan = plan_of(json::array(
        {{{"address", "new"}, {"change", created}}, {{"address", "old"}, {"change", destroyed}}}
    ));

    const auto read = read_plan(plan.dump());

    ASSERT_TRUE(read);
    EXPECT_EQ(
        list_values(read->changes),
        "+ create new\n    id: (known after apply)\n    size: (sensitive)\n"
    );
}

TEST(TerraformChanges, ValuesAreBounded) {
    json after;
    for (int n = 0; n < 50; ++n) after["a" + std::to_string(n)] = std::string(5000, 'x');
    const json created{{"actions", json::array({"create"})}, {"before", nullptr}, {"after", after}};
    auto entries = json::array();
    for (int n = 0; n < 100; ++n)
        entries.push_back({{"address", "r." + std::to_string(n)}, {"change", created}});

    const auto read = read_plan(plan_of(entries).dump());

    ASSERT_TRUE(read);
    const auto text = list_values(read->changes);
    EXPECT_LE(text.size(), 64U << 10U);
    EXPECT_NE(text.find("    … and 20 more\n"), std::string::npos);
    EXPECT_EQ(text.find(std::string(121, 'x')), std::string::npos);
}

TEST(TerraformChanges, WhatIsTooLargeLeavesRoomForWhatIsBehindIt) {
    json large;
    for (int n = 0; n < 30; ++n) large[std::string(4000, 'n') + std::to_string(n)] = n;
    auto entries = json::array();
    for (const auto* address : {"a.first", "b.large", "c.last"}) {
        const json after = address == std::string{"b.large"} ? large : json{{"size", 1}};
        const json change{
            {"actions", json::array({"create"})}, {"before", nullptr}, {"after", after}};
        entries.push_back({{"address", address}, {"change", change}});
    }

    const auto read = read_plan(plan_of(entries).dump());

    ASSERT_TRUE(read);
    EXPECT_EQ(
        list_values(read->changes), "+ create a.first\n    size: 1\n+ create c.last\n    size: 1\n"
    );
}

TEST(TerraformChanges, AnythingElseIsNoPlan) {
    for (const auto* text : {"", "[]", "{}", R"({"format_version": "1.2"})", "null"}) {
        const auto read = read_plan(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, Code::protocol);
    }
    EXPECT_TRUE(read_plan(R"({"format_version": 1, "configuration": 2, "resource_changes": 3})"));
    EXPECT_TRUE(read_plan(
        R"({"format_version": 1, "configuration": {}, "resource_changes": [1, {"change": []}]})"
    ));
}
