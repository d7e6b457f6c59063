#include "runner/aws/ecr_login.hpp"

#include "aws/ecr.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace {

constexpr std::size_t kAccountDigits = 12;

bool is_account(const std::string& text) {
    return text.size() == kAccountDigits &&
           text.find_first_not_of("0123456789") == std::string::npos;
}

Task<Result<std::vector<aws::RegistryLogin>>> get_private(
    AwsCall call, std::vector<std::string> accounts
) {
    for (const auto& account : accounts) {
        if (is_account(account)) continue;
        co_return invalid(
            "registries: '" + account + "' is no account of 12 digits (in quotes where the first " +
            "is a 0)"
        );
    }
    const auto region = find_region(call);
    if (!region) co_return region.error();
    auto making = make_client(call, aws::kEcr, *region);
    const auto ecr = co_await std::move(making);
    if (!ecr) co_return ecr.error();
    auto asking = aws::get_logins(*ecr, std::move(accounts));
    co_return co_await std::move(asking);
}

Task<Result<std::vector<aws::RegistryLogin>>> get_public(AwsCall call) {
    auto making = make_client(call, aws::kEcrPublic, "us-east-1");
    const auto ecr = co_await std::move(making);
    if (!ecr) co_return ecr.error();
    auto asking = aws::get_public_login(*ecr);
    const auto login = co_await std::move(asking);
    if (!login) co_return login.error();
    co_return std::vector<aws::RegistryLogin>(1, *login);
}

void hand_out(ActionIo& io, const aws::RegistryLogin& login, bool masks) {
    if (masks) io.mask(login.password.reveal());
    io.set_output(login_output("docker_username_", login.registry), login.username);
    io.set_output(login_output("docker_password_", login.registry), login.password.reveal());
}

}  // namespace

Task<Result<>> log_in_to_ecr(AwsCall call) {
    auto& io = call.io;
    const auto type = io.input("registry-type");
    const bool is_public = type == "public";
    if (!is_public && !type.empty() && type != "private") {
        co_return invalid("registry-type: '" + type + "' is neither private nor public");
    }
    const auto masks = io.flag("mask-password", true);
    if (!masks) co_return masks.error();
    auto asking = is_public ? get_public(call) : get_private(call, io.items("registries"));
    const auto logins = co_await std::move(asking);
    if (!logins) co_return logins.error();
    std::vector<std::string> names;
    for (const auto& login : *logins) {
        hand_out(io, login, *masks);
        names.push_back(login.registry);
    }
    if (names.size() == 1) io.set_output("registry", names.front());
    io.set_state("registries", join(names, ","));
    co_return Result<>{};
}

std::string login_output(std::string_view what, std::string_view registry) {
    std::string out{what};
    for (const char c : registry) {
        const bool fits =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (fits) out += c;
        if (!fits && out.back() != '_') out += '_';  // one for each run of others
    }
    return out;
}

}  // namespace triphammer::runner
