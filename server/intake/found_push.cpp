#include "intake/found_push.hpp"

#include "base/digest.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::intake {

namespace {

using nlohmann::json;

constexpr const char* kNoCommit = "0000000000000000000000000000000000000000";

json member(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : json{};
}

/// Its changed files are not known: path filters ask git.
json head_commit(const FoundPush& push, const json& commit) {
    const auto inner = member(commit, "commit");
    return {
        {"id", push.sha},
        {"message", member(inner, "message")},
        {"timestamp", member(member(inner, "committer"), "date")},
        {"author", member(inner, "author")}};
}

}  // namespace

github::DeliveryText make_delivery(
    const FoundPush& push, const json& repository, const json& commit
) {
    const bool is_new = push.before.empty();
    const auto author = member(commit, "author");
    const json payload{
        {"ref", push.ref},
        {"before", is_new ? kNoCommit : push.before},
        {"after", push.sha},
        {"created", is_new},
        {"deleted", false},
        {"forced", false},
        {"commits", json::array()},
        {"head_commit", head_commit(push, commit)},
        {"repository", repository},
        {"pusher", {{"name", member(author, "login")}}},
        {"sender", {{"login", member(author, "login")}, {"id", member(author, "id")}}}};
    github::DeliveryText out;
    const auto seen = std::to_string(to_unix_ms(push.before_seen_at));
    out.guid = "found-" + sha256_hex(
                              push.ref + ' ' + push.before + ' ' + push.sha + ' ' + seen + ' ' +
                              member(repository, "id").dump()
                          )
                              .substr(0, 32);
    out.event = "push";
    out.payload = payload.dump(-1, ' ', false, json::error_handler_t::replace);
    out.is_found = true;
    return out;
}

}  // namespace triphammer::intake
