#include "git/remote_refs.hpp"

#include "base/text.hpp"
#include "git/repository.hpp"

#include <map>

namespace triphammer::git {

namespace {

Task<Result<>> keep(std::string& out, std::string bytes) {
    out += bytes;
    co_return Result<>{};
}

/// "<id>\t<ref>" lines.
std::map<std::string, std::string> parse_refs(std::string_view text) {
    std::map<std::string, std::string> out;
    for (const auto line : split(text, '\n')) {
        const auto tab = line.find('\t');
        if (tab == line.npos || !is_object_id(line.substr(0, tab))) continue;
        out.emplace(line.substr(tab + 1), line.substr(0, tab));
    }
    return out;
}

}  // namespace

Task<Result<std::string>> find_remote_commit(Spawner& spawner, std::string url, std::string name) {
    const std::string names[] = {
        "refs/tags/" + name + "^{}", "refs/tags/" + name, "refs/heads/" + name};
    ChildRequest request;
    request.arguments = {"ls-remote", "--quiet", "--", url, names[0], names[1], names[2]};
    request.settings = {
        {"protocol.allow", "never"},
        {"protocol.https.allow", "always"},
        {"protocol.http.allow", "always"}};
    std::string text;
    const OnOutput take = [&text](std::string bytes) { return keep(text, std::move(bytes)); };
    auto asking = run_child(spawner, std::move(request), take);
    const auto end = co_await std::move(asking);
    if (!end) co_return end.error();
    if (!end->status.ok()) {
        co_return Error{Code::unavailable, "git ls-remote: " + std::string{trim(end->errors)}};
    }
    const auto refs = parse_refs(text);
    for (const auto& wanted : names) {
        const auto found = refs.find(wanted);
        if (found != refs.end()) co_return found->second;
    }
    co_return not_found(url + " has neither a tag nor a branch '" + name + "'");
}

}  // namespace triphammer::git
