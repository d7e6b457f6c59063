#include "runner/actions/setup_wanted.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

std::string in_file(std::string_view tool, std::string_view file, std::string_view text) {
    const auto found = version_in_file(tool, file, text);
    return found ? *found : "error: " + found.error().message;
}

TEST(VersionInFile, ReadsTheFilesOfEachTool) {
    EXPECT_EQ(in_file("python", ".python-version", "# mine\n3.11\n"), "3.11");
    EXPECT_EQ(
        in_file("python", "pyproject.toml", "[project]\nrequires-python = \">=3.9\"\n"), ">=3.9"
    );
    EXPECT_EQ(in_file("node", ".nvmrc", "lts/iron\n"), "lts/iron");
    EXPECT_EQ(in_file("node", "web/package.json", R"({"engines":{"node":">=18"}})"), ">=18");
    EXPECT_EQ(
        in_file("node", "package.json", R"({"engines":{"node":"1"},"volta":{"node":"20.1.0"}})"),
        "20.1.0"
    );
    EXPECT_EQ(in_file("go", "go.mod", "module a\n\ngo 1.22\n"), "1.22");
    EXPECT_EQ(in_file("go", "go.mod", "go 1.21\ntoolchain go1.22.3\n"), "1.22.3");
    EXPECT_EQ(in_file("go", ".tool-versions", "nodejs 20.1\ngolang 1.21.0 # old\n"), "1.21.0");
    EXPECT_EQ(in_file("node", ".tool-versions", "nodejs 20.1\n"), "20.1");
    EXPECT_EQ(in_file("java", ".java-version", "17\n"), "17");
}

TEST(VersionInFile, ReadsWhatElseTheActionsDocument) {
    EXPECT_EQ(in_file("python", ".python-version", "3.12\n\n3.11 \n"), "3.12\n3.11");
    EXPECT_EQ(
        in_file(
            "python",
            "pyproject.toml",
            "[tool.poetry.dependencies]\npython-x = \"1\"\npython = \"^3.9\"\n"
        ),
        "^3.9"
    );
    EXPECT_EQ(in_file("python", "Pipfile", "[requires]\npython_version = \"3.10\"\n"), "3.10");
    EXPECT_EQ(
        in_file(
            "node",
            "package.json",
            R"({"devEngines":{"runtime":[{"name":"bun"},{"name":"node","version":"22.x"}]},"engines":{"node":"1"}})"
        ),
        "22.x"
    );
    EXPECT_EQ(in_file("java", ".tool-versions", "java temurin-17.0.7+7\n"), "17.0.7");
    EXPECT_EQ(in_file("java", ".sdkmanrc", "# env\njava=21.0.5-tem\n"), "21.0.5");
    EXPECT_EQ(in_file("java", ".java-version", "openjdk64-11.0.2\n"), "11.0.2");
}

TEST(VersionInFile, SaysWhereThereIsNone) {
    EXPECT_EQ(
        in_file("node", "package.json", "{}"), "error: package.json names no version of node"
    );
    EXPECT_EQ(in_file("go", "go.mod", "module a\n"), "error: go.mod names no version of go");
}

TEST(VersionInFile, IsTheOldestThatWillDoInTheFilesOfGo) {
    EXPECT_TRUE(names_least_version("tools/go.mod"));
    EXPECT_TRUE(names_least_version("go.work"));
    EXPECT_FALSE(names_least_version(".go-version"));
    EXPECT_FALSE(names_least_version("package.json"));
}

TEST(RangeOfAlias, KnowsTheNamesOfReleases) {
    EXPECT_EQ(range_of_alias("lts/Hydrogen"), "18");
    EXPECT_EQ(range_of_alias("lts/*"), "*");
    EXPECT_EQ(range_of_alias("stable"), "*");
    EXPECT_EQ(range_of_alias("20.x"), "20.x");
}

}  // namespace
}  // namespace triphammer::runner
