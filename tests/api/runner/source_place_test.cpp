#include "api/runner/source_place.hpp"

#include <gtest/gtest.h>

namespace triphammer::api {
namespace {

store::RepositoryRow a_repository(std::int64_t id, const std::string& name) {
    store::RepositoryRow row;
    row.id = model::RepositoryId{id};
    row.full_name = name;
    row.workflow_access = "owner";
    return row;
}

SourceOwner an_owner(bool from_fork = false) {
    return {a_repository(1, "acme/app"), std::string(40, 'a'), "refs/heads/main", from_fork};
}

}  // namespace

TEST(SourceWanted, IsTheRunsCommitAloneWhereNothingIsSaid) {
    const auto wanted = read_source_wanted("").value();

    EXPECT_TRUE(wanted.repository.empty() && wanted.commit.empty() && wanted.ref.empty());
    EXPECT_EQ(wanted.depth, 1);
    EXPECT_FALSE(wanted.tags);
}

TEST(SourceWanted, IsReadFromItsFields) {
    const auto wanted =
        read_source_wanted(R"({"repository":"acme/lib","ref":"refs/tags/v1","depth":0,"tags":true})"
        )
            .value();

    EXPECT_EQ(wanted.repository, "acme/lib");
    EXPECT_EQ(wanted.ref, "refs/tags/v1");
    EXPECT_EQ(wanted.depth, 0);
    EXPECT_TRUE(wanted.tags);
    EXPECT_EQ(read_source_wanted(R"({"module":"https://h/x"})").value().module, "https://h/x");
}

TEST(SourceWanted, NamesAFieldThatIsNotKnown) {
    for (const auto* body :
         {R"({"url":"x"})", R"({"depth":"1"})", R"({"tags":1})", R"({"ref":1})"}) {
        EXPECT_EQ(read_source_wanted(body).error().code, Code::invalid) << body;
    }
    EXPECT_EQ(read_source_wanted("[]").error().code, Code::invalid);
}

TEST(SourceWanted, TakesWhatIsThereForOneCommitAlone) {
    const std::string have = R"("have":")" + std::string(40, 'b') + R"(")";

    EXPECT_EQ(read_source_wanted("{" + have + "}")->have, std::string(40, 'b'));
    EXPECT_FALSE(read_source_wanted("{" + have + R"(,"depth":0})"));
    EXPECT_FALSE(read_source_wanted("{" + have + R"(,"tags":true})"));
    EXPECT_FALSE(read_source_wanted(R"({"have":"main"})"));
}

TEST(MayRead, IsWhatRepoAccessSays) {
    auto kin = a_repository(2, "ACME/lib");
    auto other = a_repository(3, "tools/lib");

    EXPECT_TRUE(may_read(an_owner(), kin));
    EXPECT_FALSE(may_read(an_owner(), other));
    kin.workflow_access = "none";
    other.workflow_access = "everyone";
    EXPECT_FALSE(may_read(an_owner(), kin));
    EXPECT_TRUE(may_read(an_owner(), other));
}

TEST(MayRead, LetsAForksCodeReadOnlyWhatEveryoneMay) {
    auto kin = a_repository(2, "acme/lib");

    EXPECT_FALSE(may_read(an_owner(true), kin));
    kin.workflow_access = "everyone";
    EXPECT_TRUE(may_read(an_owner(true), kin));
    EXPECT_TRUE(may_read(an_owner(true), an_owner().repository));
}

}  // namespace triphammer::api
