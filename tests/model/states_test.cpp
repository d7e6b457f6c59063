#include "model/states.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace triphammer::model;

namespace {

std::string read_schema() {
    std::ifstream file{TRIPHAMMER_SOURCE_DIR "/migrations/0001_create_tables.sql"};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The names inside the first CHECK (column IN (…)) of a table.
std::set<std::string> names_in(
    const std::string& schema, const std::string& table, const std::string& column
) {
    const auto start = schema.find("CREATE TABLE " + table + " (");
    const auto check = schema.find("CHECK (" + column + " IN (", start);
    const auto end = schema.find("))", check);
    const std::string list = schema.substr(check, end - check);
    const std::regex quoted{"'([a-z_]+)'"};
    std::set<std::string> names;
    for (std::sregex_iterator at{list.begin(), list.end(), quoted}, none; at != none; ++at) {
        names.insert((*at)[1]);
    }
    return names;
}

template <class State>
std::set<std::string> names_of(int count) {
    std::set<std::string> names;
    for (int i = 0; i < count; ++i) names.insert(std::string{name_of(static_cast<State>(i))});
    return names;
}

}  // namespace

TEST(States, TheSchemaKnowsTheSameNames) {
    const auto schema = read_schema();

    EXPECT_EQ(names_in(schema, "runs", "state"), names_of<RunState>(6));
    EXPECT_EQ(names_in(schema, "jobs", "state"), names_of<JobState>(9));
    EXPECT_EQ(names_in(schema, "jobs", "kind"), names_of<JobKind>(5));
    EXPECT_EQ(names_in(schema, "attempts", "state"), names_of<AttemptState>(4));
    EXPECT_EQ(names_in(schema, "steps", "state"), names_of<StepState>(7));
    EXPECT_EQ(names_in(schema, "deliveries", "outcome"), names_of<DeliveryOutcome>(6));
    EXPECT_EQ(names_in(schema, "deployments", "state"), names_of<DeploymentState>(6));
}

TEST(States, EveryNameReadsBack) {
    for (int i = 0; i < 9; ++i) {
        const auto state = static_cast<JobState>(i);
        EXPECT_EQ(parse_state<JobState>(name_of(state)), state);
    }
    EXPECT_FALSE(parse_state<JobState>("runing"));
}
