#include "workflow/schema/json_schema.hpp"

#include "base/file.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

const std::filesystem::path kFile =
    std::filesystem::path{TRIPHAMMER_SOURCE_DIR} / "docs/workflow.schema.json";

/// Each $ref with its target.
void expect_references(const nlohmann::json& node, const nlohmann::json& root) {
    for (const auto& [key, value] : node.items()) {
        if (key == "$ref") {
            const auto target = value.get<std::string>().substr(1);
            EXPECT_TRUE(root.contains(nlohmann::json::json_pointer{target})) << target;
        } else if (value.is_structured()) {
            expect_references(value, root);
        }
    }
}

}  // namespace

TEST(JsonSchema, HasKeysOfBothLanguages) {
    const auto schema = nlohmann::json::parse(json_schema_text());

    EXPECT_EQ(schema["required"], nlohmann::json({"on", "jobs"}));
    const auto& job = schema["definitions"]["job"]["properties"];
    for (const auto* key : {"needs", "strategy", "services", "deploy", "approve", "retry"}) {
        EXPECT_TRUE(job.contains(key)) << key;
    }
    EXPECT_EQ(schema["definitions"]["job"]["additionalProperties"], false);
    expect_references(schema, schema);
}

// TRIPHAMMER_WRITE_SCHEMA=1 writes the file anew.
TEST(JsonSchema, IsTheFileInTheDocumentation) {
    if (std::getenv("TRIPHAMMER_WRITE_SCHEMA") != nullptr)
        std::ofstream{kFile} << json_schema_text();

    const auto file = read_file(kFile, 1U << 20U);

    ASSERT_TRUE(file);
    EXPECT_TRUE(*file == json_schema_text())
        << "the tables changed: run test_workflow once with TRIPHAMMER_WRITE_SCHEMA=1";
}
