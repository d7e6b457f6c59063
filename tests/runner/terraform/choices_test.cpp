#include "runner/terraform/choices.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::runner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

namespace {

Environment with(const char* name, const char* value) {
    Environment out;
    out.set("PATH", "/usr/bin");
    out.set(name, value);
    return out;
}

std::string refusal_of(const char* name, const char* value) {
    const auto checked = check_choices(with(name, value));
    return checked ? "" : checked.error().message;
}

}  // namespace

TEST(TerraformChoices, OfAnotherBackendStateOrFolderAreRefused) {
    EXPECT_THAT(refusal_of("TF_WORKSPACE", "other"), HasSubstr("terraform.workspace"));
    EXPECT_THAT(refusal_of("TF_DATA_DIR", "/tmp/data"), HasSubstr("leave it out"));
    EXPECT_THAT(
        refusal_of("TF_CLI_ARGS_init", "-backend-config=address=http://b"),
        HasSubstr("terraform.backend")
    );
    EXPECT_THAT(refusal_of("TF_CLI_ARGS_init", "--backend-config other.hcl"), HasSubstr("backend"));
    EXPECT_THAT(refusal_of("TF_CLI_ARGS", "'-chdir=../other'"), HasSubstr("terraform.directory"));
    EXPECT_THAT(refusal_of("TF_CLI_ARGS_apply", "-state=/tmp/s"), HasSubstr("the backend's"));
    EXPECT_THAT(
        refusal_of("TF_CLI_ARGS_plan", "-lock=true -out=/tmp/p"), HasSubstr("leave it out")
    );
    EXPECT_THAT(refusal_of("TF_CLI_ARGS_plan", "-"), HasSubstr("leave it out"));
}

TEST(TerraformChoices, OfWhatThePlanItselfTellsAreLeft) {
    EXPECT_EQ(refusal_of("TF_CLI_ARGS_plan", "-lock-timeout=5m -destroy -var 'a=-b c'"), "");
    EXPECT_EQ(refusal_of("TF_CLI_ARGS", "-parallelism=3"), "");
    EXPECT_EQ(refusal_of("TF_WORKSPACE", ""), "");
    EXPECT_EQ(refusal_of("TF_CLI_ARGUMENTS", "-state=x"), "");  // another name
}

TEST(TerraformChoices, OfTheEnvironmentAreListedWithoutKeys) {
    auto given = with("TF_HTTP_ADDRESS", "http://state.example.com/");
    given.set("AWS_REGION", "eu-west-1");
    given.set("AWS_SECRET_ACCESS_KEY", "a secret");
    given.set("TF_HTTP_PASSWORD", "a secret");
    given.set("PGHOST", "");

    EXPECT_THAT(
        list_choices(given),
        ElementsAre(
            Pair("AWS_REGION", "eu-west-1"), Pair("TF_HTTP_ADDRESS", "http://state.example.com/")
        )
    );
}
