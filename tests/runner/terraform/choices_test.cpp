#include "runner/terraform/choices.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::runner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

namespace {

Environment chosen_by(const char* name, const char* value) {
    Environment out;
    out.set("PATH", "/usr/bin");
    out.set(name, value);
    return out;
}

std::string choice_refused(const char* name, const char* value) {
    const auto checked = check_choices(chosen_by(name, value));
    return checked ? "" : checked.error().message;
}

}  // namespace

TEST(TerraformChoices, OfAnotherBackendStateOrFolderAreRefused) {
    EXPECT_THAT(choice_refused("TF_WORKSPACE", "other"), HasSubstr("terraform.workspace"));
    EXPECT_THAT(choice_refused("TF_DATA_DIR", "/tmp/data"), HasSubstr("leave it out"));
    EXPECT_THAT(
        choice_refused("TF_CLI_ARGS_init", "-backend-config=address=http://b"),
        HasSubstr("terraform.backend")
    );
    EXPECT_THAT(
        choice_refused("TF_CLI_ARGS_init", "--backend-config other.hcl"), HasSubstr("backend")
    );
    EXPECT_THAT(
        choice_refused("TF_CLI_ARGS", "'-chdir=../other'"), HasSubstr("terraform.directory")
    );
    EXPECT_THAT(choice_refused("TF_CLI_ARGS_apply", "-state=/tmp/s"), HasSubstr("the backend's"));
    EXPECT_THAT(
        choice_refused("TF_CLI_ARGS_plan", "-lock=true -out=/tmp/p"), HasSubstr("leave it out")
    );
    EXPECT_THAT(choice_refused("TF_CLI_ARGS_plan", "-"), HasSubstr("leave it out"));
}

TEST(TerraformChoices, OfWhatThePlanItselfTellsAreLeft) {
    EXPECT_EQ(choice_refused("TF_CLI_ARGS_plan", "-lock-timeout=5m -destroy -var 'a=-b c'"), "");
    EXPECT_EQ(choice_refused("TF_CLI_ARGS", "-parallelism=3"), "");
    EXPECT_EQ(choice_refused("TF_WORKSPACE", ""), "");
    EXPECT_EQ(choice_refused("TF_CLI_ARGUMENTS", "-state=x"), "");  // another name
}

TEST(TerraformChoices, OfTheEnvironmentAreListedWithoutKeys) {
    auto given = chosen_by("TF_HTTP_ADDRESS", "http://state.example.com/");
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
