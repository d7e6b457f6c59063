#include "api/openapi.hpp"

#include "api/routes.hpp"
#include "base/text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <set>

namespace triphammer::api {
namespace {

using nlohmann::json;

json document() {
    return json::parse(openapi_text("1.2.3"));
}

json operation_of(const json& paths, const Route& route) {
    return paths.at(std::string{route.pattern}).at(to_lower(http::name_of(route.method)));
}

TEST(OpenApi, SaysOfEveryRouteWhatItAnswers) {
    const auto paths = document().at("paths");
    for (const auto& route : routes()) {
        if (route.access == Access::runner) continue;
        const auto operation = operation_of(paths, route);
        const auto name =
            std::string{http::name_of(route.method)} + " " + std::string{route.pattern};
        EXPECT_NE(operation.at("summary"), "") << name << ": operations.json does not have it";
        bool succeeds = false;
        for (const auto& answer : operation.at("responses").items()) succeeds |= answer.key() < "3";
        EXPECT_TRUE(succeeds) << name;
    }
}

TEST(OpenApi, HasOnlyOperationsThatAreRoutes) {
    std::ifstream file{TRIPHAMMER_SOURCE_DIR "/server/api/openapi/operations.json"};
    std::set<std::string> described;
    const auto operations = json::parse(file);
    for (const auto& operation : operations.items()) described.insert(operation.key());
    std::set<std::string> wanted;
    for (const auto& route : routes()) {
        if (route.access == Access::runner) continue;
        wanted.insert(std::string{http::name_of(route.method)} + " " + std::string{route.pattern});
    }
    EXPECT_EQ(described, wanted);
}

TEST(OpenApi, NamesOnlySchemasThatItHas) {
    const auto whole = document();
    const auto& schemas = whole.at("components").at("schemas");
    const std::string prefix = "#/components/schemas/";
    std::function<void(const json&)> look = [&](const json& tree) {
        if (tree.is_object() && tree.contains("$ref")) {
            const auto name = tree.at("$ref").get<std::string>().substr(prefix.size());
            EXPECT_TRUE(schemas.contains(name)) << name;
        }
        if (tree.is_structured()) {
            for (const auto& part : tree) look(part);
        }
    };
    look(whole);
    EXPECT_GT(schemas.size(), 100U);
}

TEST(OpenApi, WantsCredentialsWhereTheRouteDoes) {
    const auto paths = document().at("paths");
    EXPECT_TRUE(paths.at("/healthz").at("get").contains("security"));
    EXPECT_FALSE(paths.at("/api/v1/runs").at("get").contains("security"));
    EXPECT_TRUE(paths.at("/api/v1/runs").at("get").at("responses").contains("401"));
}

}  // namespace
}  // namespace triphammer::api
