#include "runner/aws/configure_credentials.hpp"

#include "aws/sts.hpp"
#include "base/deadline.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostTagBytes = 256;
constexpr int kUsualSeconds = 3600;
constexpr int kLeastSeconds = 900;
constexpr int kMostSeconds = 43200;
constexpr int kMostAttempts = 12;

struct Inputs {
    std::string region;
    std::optional<aws::Credentials> keys;
    aws::RoleWish role;  // its `role` empty: none
    std::string token_file;
    bool masks_account = false;
    bool exports = true;
    bool outputs = false;
    bool unsets = false;
    bool keeps_existing = false;
    int attempts = kMostAttempts;
    int seconds = 0;  // the action's own limit; 0: none
    std::vector<std::string> accounts;
};

/// Takes what is there into `to`, or says in `problem` what is wrong with it; the first one stays.
template <class T>
void take(Result<T> from, T& to, std::optional<Error>& problem) {
    if (from) {
        to = *from;
    } else if (!problem) {
        problem = from.error();
    }
}

Result<std::vector<std::pair<std::string, std::string>>> tags_of(const ActionIo& io) {
    std::vector<std::pair<std::string, std::string>> out{
        {"GitHub", "Actions"},
        {"Repository", io.variable("GITHUB_REPOSITORY")},
        {"Workflow", tag_value(io.variable("GITHUB_WORKFLOW"))},
        {"Action", io.variable("GITHUB_ACTION")},
        {"Actor", tag_value(io.variable("GITHUB_ACTOR"))},
        {"Commit", io.variable("GITHUB_SHA")}};
    if (auto ref = io.variable("GITHUB_REF"); !ref.empty()) out.emplace_back("Branch", ref);
    const auto more = io.input("custom-tags");
    if (more.empty()) return out;
    const auto given = nlohmann::json::parse(more, nullptr, false);
    if (!given.is_object()) return invalid("custom-tags: it is no JSON object");
    for (const auto& [key, value] : given.items()) {
        out.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return out;
}

Result<aws::RoleWish> read_role(const ActionIo& io) {
    aws::RoleWish out;
    std::optional<Error> problem;
    bool skips_tags = false;
    out.role = io.input("role-to-assume");
    out.session = io.input("role-session-name");
    if (out.session.empty()) out.session = "GitHubActions";
    out.external_id = io.input("role-external-id");
    out.policy = io.input("inline-session-policy");
    out.policies = io.lines("managed-session-policies");
    out.transitive_tags = io.items("transitive-tag-keys");
    take(
        io.number("role-duration-seconds", kUsualSeconds, kLeastSeconds, kMostSeconds),
        out.seconds,
        problem
    );
    take(io.flag("role-skip-session-tagging", false), skips_tags, problem);
    if (!skips_tags) take(tags_of(io), out.tags, problem);
    if (problem) return *problem;
    return out;
}

Result<Inputs> read_inputs(const ActionIo& io) {
    Inputs out;
    std::optional<Error> problem;
    bool is_once = false;
    take(io.flag("disable-retry", false), is_once, problem);
    take(io.flag("mask-aws-account-id", false), out.masks_account, problem);
    take(io.flag("output-env-credentials", true), out.exports, problem);
    take(io.flag("output-credentials", false), out.outputs, problem);
    take(io.flag("unset-current-credentials", false), out.unsets, problem);
    take(io.flag("use-existing-credentials", false), out.keeps_existing, problem);
    take(io.number("retry-max-attempts", kMostAttempts, 1, 100), out.attempts, problem);
    take(io.number("action-timeout-s", 0, 0, 86'400), out.seconds, problem);
    take(read_role(io), out.role, problem);
    if (problem) return *problem;
    if (is_once) out.attempts = 1;
    out.region = io.input("aws-region");
    out.token_file = io.input("web-identity-token-file");
    out.accounts = io.items("allowed-account-ids");
    aws::Credentials keys;
    keys.access_key = io.input("aws-access-key-id");
    keys.secret_key = Secret{io.input("aws-secret-access-key")};
    keys.session_token = Secret{io.input("aws-session-token")};
    if (!keys.access_key.empty()) out.keys = std::move(keys);
    return out;
}

Result<> check(const Inputs& inputs) {
    if (inputs.region.empty()) return invalid("the input aws-region is missing");
    if (inputs.keys && inputs.keys->secret_key.empty()) {
        return invalid("aws-secret-access-key must be given with aws-access-key-id");
    }
    if (!inputs.token_file.empty() && inputs.role.role.empty()) {
        return invalid("role-to-assume must be given with web-identity-token-file");
    }
    return {};
}

class Configuring {
  public:
    Configuring(AwsCall call, Inputs inputs) : call_{call}, inputs_{std::move(inputs)} {}

    Task<Result<>> run() {
        if (inputs_.keeps_existing) {
            auto looking = has_existing();
            if (co_await std::move(looking)) co_return Result<>{};
        }
        if (inputs_.exports) export_region();
        if (inputs_.unsets) forget();
        auto starting = start();
        auto done = co_await std::move(starting);
        if (!done || inputs_.role.role.empty()) co_return done;
        auto assuming = assume();
        co_return co_await std::move(assuming);
    }

  private:
    /// What the role is assumed with; or what is configured, where there is none.
    Task<Result<>> start() {
        if (inputs_.keys) {
            hand_out(*inputs_.keys);
        } else if (!inputs_.token_file.empty()) {
            co_return Result<>{};
        } else {
            if (!inputs_.unsets) inputs_.keys = find_given_credentials(call_);
            if (!inputs_.keys) co_return invalid(without_credentials());
        }
        auto identifying = identify(*inputs_.keys);
        co_return co_await std::move(identifying);
    }

    std::string without_credentials() const {
        if (inputs_.role.role.empty()) {
            return "there are no credentials: give aws-access-key-id and aws-secret-access-key "
                   "(secrets), or web-identity-token-file with role-to-assume";
        }
        return "role-to-assume alone means GitHub's OIDC token, which exists on GitHub's own "
               "runners only: give also aws-access-key-id and aws-secret-access-key (secrets), or "
               "web-identity-token-file, or role-chaining with keys in the environment";
    }

    Task<bool> has_existing() {
        const auto keys = find_given_credentials(call_);
        if (!keys) co_return false;
        auto identifying = identify(*keys);
        const auto known = co_await std::move(identifying);
        if (known) call_.io.say("The credentials that are there are valid; they stay");
        co_return known.has_value();
    }

    /// Who has `keys`, and whether that is allowed.
    Task<Result<>> identify(aws::Credentials keys) {
        const auto sts = make_client_with(call_, aws::kSts, inputs_.region, std::move(keys));
        if (!sts) co_return sts.error();
        auto asking = aws::get_identity(*sts);
        auto identity = co_await std::move(asking);
        if (!identity) co_return identity.error();
        account_ = identity->account;
        if (inputs_.masks_account) call_.io.mask(account_);
        const auto& allowed = inputs_.accounts;
        if (!allowed.empty() &&
            std::find(allowed.begin(), allowed.end(), account_) == allowed.end()) {
            co_return Error{
                Code::refused,
                "the credentials are of account " + account_ +
                    ", which allowed-account-ids does not name"};
        }
        call_.io.set_output("aws-account-id", account_);
        call_.io.set_output("authenticated-arn", identity->arn);
        call_.io.say("These are the credentials of " + identity->arn);
        co_return Result<>{};
    }

    Task<Result<>> assume() {
        auto wish = inputs_.role;
        if (!wish.role.starts_with("arn:")) {
            if (account_.empty()) {
                co_return invalid("role-to-assume must be a whole ARN where a token is used");
            }
            wish.role = "arn:" + std::string{aws::partition_of(inputs_.region)} +
                        ":iam::" + account_ + ":role/" + wish.role;
        }
        auto asking = ask(std::move(wish));
        auto assumed = co_await std::move(asking);
        if (!assumed) co_return assumed.error();
        hand_out(assumed->credentials);
        if (inputs_.outputs) call_.io.set_output("aws-expiration", assumed->expiration);
        call_.io.say("Assumed the role as " + assumed->role_id);
        auto identifying = identify(assumed->credentials);
        co_return co_await std::move(identifying);
    }

    Task<Result<aws::AssumedRole>> ask(aws::RoleWish wish) {
        std::optional<aws::Credentials> none;
        const bool has_token = !inputs_.keys;
        auto client =
            make_client_with(call_, aws::kSts, inputs_.region, has_token ? none : inputs_.keys);
        if (!client) co_return client.error();
        auto settings = client->settings();
        settings.attempts = inputs_.attempts;
        const aws::Client sts{std::move(settings), call_.clock, call_.random};
        if (!has_token) {
            auto asking = aws::assume_role(sts, std::move(wish));
            co_return co_await std::move(asking);
        }
        const auto token = read_small(inputs_.token_file);
        if (!token) co_return with_context("web-identity-token-file", token.error());
        Secret secret{std::string{trim(*token)}};
        auto asking = aws::assume_role_with_token(sts, std::move(wish), std::move(secret));
        co_return co_await std::move(asking);
    }

    /// For later steps; hidden in the log first.
    void hand_out(const aws::Credentials& keys) {
        auto& io = call_.io;
        const auto& secret = keys.secret_key.reveal();
        const auto& token = keys.session_token.reveal();
        for (const auto& value : {keys.access_key, secret, token}) io.mask(value);
        if (inputs_.exports) {
            io.set_variable("AWS_ACCESS_KEY_ID", keys.access_key);
            io.set_variable("AWS_SECRET_ACCESS_KEY", secret);
            const bool is_stale = token.empty() && !io.variable("AWS_SESSION_TOKEN").empty();
            if (is_stale || !token.empty()) io.set_variable("AWS_SESSION_TOKEN", token);
        }
        if (!inputs_.outputs) return;
        io.set_output("aws-access-key-id", keys.access_key);
        io.set_output("aws-secret-access-key", secret);
        io.set_output("aws-session-token", token);
    }

    void export_region() {
        for (const auto* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
            call_.io.set_variable(name, inputs_.region);
    }

    void forget() {
        for (const auto* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
            call_.io.set_variable(name, "");
    }

    AwsCall call_;
    Inputs inputs_;
    std::string account_;
};

}  // namespace

Task<Result<>> configure_credentials(AwsCall call) {
    auto inputs = read_inputs(call.io);
    if (!inputs) co_return inputs.error();
    if (auto fine = check(*inputs); !fine) co_return fine;
    const auto seconds = inputs->seconds;
    Configuring work{call, std::move(*inputs)};
    auto running = work.run();
    if (seconds == 0) co_return co_await std::move(running);
    auto in_time = with_deadline(std::move(running), std::chrono::seconds{seconds});
    co_return co_await std::move(in_time);
}

std::string tag_value(std::string_view text) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.:/=+-@";
    std::string out;
    for (const char c : cut_utf8(text, kMostTagBytes)) {
        const bool is_ascii =
            static_cast<unsigned char>(c) < 0x80;  // letters of all languages pass
        out += is_ascii && kAllowed.find(c) == std::string_view::npos ? '*' : c;
    }
    return out;
}

}  // namespace triphammer::runner
