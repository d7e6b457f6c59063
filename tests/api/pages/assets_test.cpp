#include "api/pages/assets.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

using namespace triphammer::api;

namespace {

const std::string kArchive =
    "triphammer-assets 1\n"
    "/index.html\ttext/html; charset=utf-8\t0123456789abcdef0123456789abcdef99\t0\t0\t5\t0\t0\n"
    "/assets/a-1.js\ttext/javascript\tfedcba9876543210fedcba9876543210aa\t1\t5\t3\t8\t2\n"
    "\n"
    "shellabcGZ";

}  // namespace

TEST(Assets, AFileComesWithItsTypeItsHashAndBothForms) {
    const AssetArchive archive(kArchive);

    const auto* script = archive.find("/assets/a-1.js");

    ASSERT_NE(script, nullptr);
    EXPECT_EQ(script->content_type, "text/javascript");
    EXPECT_EQ(script->etag, "W/\"fedcba9876543210fedcba9876543210\"");
    EXPECT_TRUE(script->immutable);
    EXPECT_EQ(script->body, "abc");
    EXPECT_EQ(script->gzip, "GZ");
}

TEST(Assets, AFileWithoutAGzipFormHasAnEmptyOne) {
    const AssetArchive archive(kArchive);

    const auto* shell = archive.find("/index.html");

    ASSERT_NE(shell, nullptr);
    EXPECT_EQ(shell->body, "shell");
    EXPECT_EQ(shell->gzip, "");
    EXPECT_FALSE(shell->immutable);
}

TEST(Assets, WhatIsNotThereIsNotFound) {
    const AssetArchive archive(kArchive);

    EXPECT_EQ(archive.find("/assets/a-2.js"), nullptr);
    EXPECT_EQ(archive.find(""), nullptr);
    EXPECT_EQ(AssetArchive("").find("/index.html"), nullptr);
}

TEST(Assets, ABrokenArchiveIsABrokenBuild) {
    EXPECT_THROW(AssetArchive("something else\n\n"), std::logic_error);
    EXPECT_THROW(AssetArchive("triphammer-assets 1\n/a\tb\n\n"), std::logic_error);
    EXPECT_THROW(
        AssetArchive("triphammer-assets 1\n/a\tt\th\t0\t0\t4\t0\t0\n\nabc"), std::logic_error
    );
}

TEST(Assets, AnAddressOfTheServerIsNeverAnsweredWithTheShell) {
    EXPECT_FALSE(find_page("/api/v1/nothing"));
    EXPECT_FALSE(find_page("/assets/gone.js"));
    EXPECT_FALSE(find_page("/webhooks/github/x"));
}

TEST(Assets, AScreensAddressIsAnsweredWithTheShellWhereThereIsOne) {
    const auto shell = find_asset("/");
    const auto screen = find_page("/runs/12");

    EXPECT_EQ(shell.has_value(), screen.has_value());
    if (!shell) return;
    EXPECT_EQ(shell->body, screen->body);
}
