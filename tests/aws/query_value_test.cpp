#include "aws/query_value.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

using nlohmann::json;

TEST(QueryValues, AreListsWhereThereAreMembers) {
    const auto answer = read_query_answer(
        "<R xmlns='x'><Result><Rules><member><Arn> a&amp;b "
        "</Arn><Weight>0</Weight></member><member><Arn>c</Arn></member>"
        "</Rules><Empty/></Result></R>"
    );

    ASSERT_TRUE(answer);
    const auto want = json::parse(
        R"({"Result": {"Rules": [{"Arn": "a&b", "Weight": "0"}, {"Arn": "c"}], "Empty": ""}})"
    );
    EXPECT_EQ(*answer, want);
    EXPECT_EQ(read_query_answer("<a><b></a>").error().code, Code::invalid);
}

TEST(QueryValues, GoIntoAFormByTheirPlaces) {
    Client::Form form;
    add_to_form(
        form,
        "Actions",
        json::parse(R"([{"Type": "forward", "No": "", "Groups": [{"W": "5"}], "None": []}])")
    );

    const Client::Form want{
        {"Actions.member.1.Groups.member.1.W", "5"}, {"Actions.member.1.Type", "forward"}};
    EXPECT_EQ(form, want);
}

}  // namespace triphammer::aws
