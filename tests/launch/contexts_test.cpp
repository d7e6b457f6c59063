#include "launch/contexts.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {
namespace {

using workflow::expression::Value;

store::RunRow run_of(const std::string& reference) {
    store::RunRow out;
    out.contexts_json = R"({"github":{"ref":")" + reference + R"("},"vars":{}})";
    return out;
}

std::string reference_in(const workflow::expression::Object& contexts) {
    return contexts.find("github")->member("ref").to_text();
}

TEST(PlannedContexts, AreThoseOfTheRunThatIsAsked) {
    PlannedContexts planned;

    EXPECT_EQ(reference_in(planned.read(run_of("one"))), "one");
    EXPECT_EQ(reference_in(planned.read(run_of("two"))), "two");
    EXPECT_EQ(reference_in(planned.read(run_of("two"))), "two");
    EXPECT_EQ(reference_in(planned.read(run_of("one"))), "one");
}

TEST(PlannedContexts, DoNotChangeWithWhatAJobAdds) {
    PlannedContexts planned;
    auto first = planned.read(run_of("one"));
    first.set("github", Value{});

    EXPECT_EQ(reference_in(planned.read(run_of("one"))), "one");
}

TEST(PlannedContexts, OfALongEventAreReadToo) {
    PlannedContexts planned;
    const std::string long_name(100'000, 'x');

    EXPECT_EQ(reference_in(planned.read(run_of(long_name))), long_name);
    EXPECT_EQ(reference_in(planned.read(run_of("one"))), "one");
}

}  // namespace
}  // namespace triphammer::launch
