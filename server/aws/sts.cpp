#include "aws/sts.hpp"

#include "aws/texts.hpp"

namespace triphammer::aws {

namespace {

/// The texts of a success; a refusal is an error.
Result<Texts> texts_of(const Result<Reply>& reply, const char* operation) {
    if (!reply) return reply.error();
    if (reply->failure) return to_error(kSts, operation, *reply->failure);
    auto texts = read_texts(reply->body);
    if (!texts) return Error{Code::protocol, std::string{operation} + ": " + texts.error().message};
    return texts;
}

Result<AssumedRole> role_of(const Result<Reply>& reply, const char* operation) {
    const auto texts = texts_of(reply, operation);
    if (!texts) return texts.error();
    AssumedRole out;
    out.credentials.access_key = texts->find("Credentials/AccessKeyId");
    out.credentials.secret_key = Secret{texts->find("Credentials/SecretAccessKey")};
    out.credentials.session_token = Secret{texts->find("Credentials/SessionToken")};
    out.expiration = texts->find("Credentials/Expiration");
    out.role_id = texts->find("AssumedRoleUser/AssumedRoleId");
    if (out.credentials.access_key.empty() || out.credentials.secret_key.empty()) {
        return Error{Code::protocol, std::string{operation} + ": the answer has no credentials"};
    }
    return out;
}

void add_unless_empty(Client::Form& form, const char* name, const std::string& value) {
    if (!value.empty()) form.emplace_back(name, value);
}

}  // namespace

Client::Form make_form(const RoleWish& wish) {
    Client::Form form{
        {"RoleArn", wish.role},
        {"RoleSessionName", wish.session},
        {"DurationSeconds", std::to_string(wish.seconds)}};
    add_unless_empty(form, "ExternalId", wish.external_id);
    add_unless_empty(form, "Policy", wish.policy);
    int number = 0;
    for (const auto& arn : wish.policies) {
        form.emplace_back("PolicyArns.member." + std::to_string(++number) + ".arn", arn);
    }
    number = 0;
    for (const auto& [key, value] : wish.tags) {
        const auto member = "Tags.member." + std::to_string(++number);
        form.emplace_back(member + ".Key", key);
        form.emplace_back(member + ".Value", value);
    }
    number = 0;
    for (const auto& key : wish.transitive_tags) {
        form.emplace_back("TransitiveTagKeys.member." + std::to_string(++number), key);
    }
    return form;
}

Task<Result<Identity>> get_identity(const Client& sts) {
    auto sending = sts.send_form("GetCallerIdentity", {});
    const auto reply = co_await std::move(sending);
    const auto texts = texts_of(reply, "GetCallerIdentity");
    if (!texts) co_return texts.error();
    Identity out;
    out.account = texts->find("GetCallerIdentityResult/Account");
    out.arn = texts->find("GetCallerIdentityResult/Arn");
    if (out.account.empty())
        co_return Error{Code::protocol, "GetCallerIdentity: the answer names no account"};
    co_return out;
}

Task<Result<AssumedRole>> assume_role(const Client& sts, RoleWish wish) {
    auto sending = sts.send_form("AssumeRole", make_form(wish));
    const auto reply = co_await std::move(sending);
    co_return role_of(reply, "AssumeRole");
}

Task<Result<AssumedRole>> assume_role_with_token(const Client& sts, RoleWish wish, Secret token) {
    wish.tags.clear();
    wish.transitive_tags.clear();
    wish.external_id.clear();
    auto form = make_form(wish);
    form.emplace_back("WebIdentityToken", token.reveal());
    auto sending = sts.send_form("AssumeRoleWithWebIdentity", std::move(form));
    const auto reply = co_await std::move(sending);
    co_return role_of(reply, "AssumeRoleWithWebIdentity");
}

}  // namespace triphammer::aws
