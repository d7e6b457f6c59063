#include "runner/terraform/choices.hpp"

#include "base/shell_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace triphammer::runner {

namespace {

constexpr std::string_view kArguments = "TF_CLI_ARGS";

/// Of these the plan itself tells (variables, targets, destroy), or they change nothing of it.
constexpr std::array<std::string_view, 17> kHarmless{
    "lock",
    "lock-timeout",
    "parallelism",
    "compact-warnings",
    "var",
    "var-file",
    "target",
    "exclude",
    "replace",
    "refresh",
    "destroy",
    "upgrade",
    "get",
    "lockfile",
    "no-color",
    "concise",
    "deprecation"};

/// Of the backends http, s3, azurerm, gcs, pg, consul, kubernetes, oss, cos, remote and cloud; the
/// last four say where providers come from and what OpenTofu encrypts.
constexpr std::array<std::string_view, 48> kPlaces{
    "TF_HTTP_ADDRESS",
    "TF_HTTP_LOCK_ADDRESS",
    "TF_HTTP_LOCK_METHOD",
    "TF_HTTP_UNLOCK_ADDRESS",
    "TF_HTTP_UNLOCK_METHOD",
    "TF_HTTP_UPDATE_METHOD",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_S3_ENDPOINT",
    "AWS_DYNAMODB_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "ARM_ENVIRONMENT",
    "ARM_ENDPOINT",
    "ARM_METADATA_HOST",
    "ARM_METADATA_HOSTNAME",
    "ARM_SUBSCRIPTION_ID",
    "ARM_TENANT_ID",
    "GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT",
    "GOOGLE_STORAGE_CUSTOM_ENDPOINT",
    "PG_CONN_STR",
    "PG_SCHEMA_NAME",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "CONSUL_HTTP_ADDR",
    "KUBE_HOST",
    "KUBE_NAMESPACE",
    "KUBE_CONFIG_PATH",
    "KUBE_CONFIG_PATHS",
    "KUBE_CTX",
    "KUBE_CTX_CLUSTER",
    "ALICLOUD_REGION",
    "ALICLOUD_OSS_ENDPOINT",
    "OSS_ENDPOINT",
    "TENCENTCLOUD_REGION",
    "TENCENTCLOUD_DOMAIN",
    "TF_CLOUD_HOSTNAME",
    "TF_CLOUD_ORGANIZATION",
    "TF_CLOUD_PROJECT",
    "TF_CLI_CONFIG_FILE",
    "TERRAFORM_CONFIG",
    "TF_REATTACH_PROVIDERS",
    "TF_ENCRYPTION"};

template <typename List>
bool is_among(const List& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_set(const Environment& given, const char* name) {
    const auto* value = given.find(name);
    return value != nullptr && !value->empty();
}

/// "backend-config" of "-backend-config=x"; empty for what is no option.
std::string_view option_of(std::string_view word) {
    const auto begin = word.find_first_not_of('-');
    if (begin == 0) return {};
    if (begin == word.npos) return word;
    return word.substr(begin, word.find('=') - begin);
}

std::string instead_of(std::string_view option) {
    if (option.starts_with("backend")) return "write terraform.backend instead";
    if (option == "chdir") return "write terraform.directory instead";
    if (option.starts_with("state")) return "the state is the backend's: write terraform.backend";
    return "the plan's hash does not know it: leave it out";
}

Result<> check_arguments(const std::string& name, const std::string& value) {
    const auto words = split_words(value);
    if (!words) return with_context(name, words.error());
    for (const auto& word : *words) {
        const auto option = option_of(word);
        if (option.empty() || is_among(kHarmless, option)) continue;
        return invalid(name + ": " + word + ": " + instead_of(option));
    }
    return {};
}

}  // namespace

Result<> check_choices(const Environment& given) {
    if (is_set(given, "TF_WORKSPACE")) {
        return invalid(
            "TF_WORKSPACE is '" + *given.find("TF_WORKSPACE") +
            "': write terraform.workspace instead, which the plan's hash and the lock know"
        );
    }
    if (is_set(given, "TF_DATA_DIR")) {
        return invalid(
            "TF_DATA_DIR is '" + *given.find("TF_DATA_DIR") +
            "': leave it out. Which backend a folder has is read in its .terraform"
        );
    }
    for (const auto& line : given.lines()) {
        const auto equals = line.find('=');
        const auto name = line.substr(0, equals);
        if (name != kArguments && !name.starts_with(std::string{kArguments} + "_")) continue;
        if (auto good = check_arguments(name, line.substr(equals + 1)); !good) return good;
    }
    return {};
}

std::map<std::string, std::string> list_choices(const Environment& given) {
    std::map<std::string, std::string> out;
    for (const auto name : kPlaces) {
        const auto* value = given.find(name);
        if (value != nullptr && !value->empty()) out.emplace(name, *value);
    }
    return out;
}

}  // namespace triphammer::runner
