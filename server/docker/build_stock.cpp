#include "docker/build_stock.hpp"

#include "docker/engine_address.hpp"
#include "docker/engine_connection.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr std::string_view kPrefix = "sha256:";

const json& member_of(const json& object, const char* name) {
    static const json kNothing;
    if (!object.is_object()) return kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

Error is_no_answer(const char* what) {
    return {Code::protocol, std::string{what} + ": the engine's answer is not as its API says"};
}

}  // namespace

Result<BuildStock> BuildStock::at(const std::string& address, const std::string& api) {
    auto endpoint = engine_endpoint(address);
    if (!endpoint) return endpoint.error();
    return BuildStock{std::move(*endpoint), "/v" + api};
}

Task<Result<std::string>> BuildStock::get(std::string path, const char* what) const {
    http::Call call{http::Method::get, prefix_ + path};
    call.body_limit = kListLimit;
    auto sending = client_.send(std::move(call));
    auto answer = co_await std::move(sending);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    co_return std::move(answer->body);
}

Task<Result<std::set<std::string>>> BuildStock::list_ids() {
    constexpr const char* kWhat = "list the layers";
    auto getting = get("/images/json" + encode_query({{"all", "1"}}), kWhat);
    const auto text = co_await std::move(getting);
    if (!text) co_return text.error();
    const auto list = json::parse(*text, nullptr, false);
    if (!list.is_array()) co_return is_no_answer(kWhat);
    std::set<std::string> out;
    for (const auto& image : list) {
        const auto& id = member_of(image, "Id");
        if (id.is_string()) out.insert(id.get<std::string>());
    }
    co_return out;
}

Task<Result<std::vector<std::string>>> BuildStock::triggers_of(std::string image) {
    constexpr const char* kWhat = "inspect the base image";
    auto getting = get("/images/" + encode_path(image) + "/json", kWhat);
    const auto text = co_await std::move(getting);
    if (!text) co_return text.error();
    const auto inspect = json::parse(*text, nullptr, false);
    if (!inspect.is_object()) co_return is_no_answer(kWhat);
    std::vector<std::string> out;
    const auto& triggers = member_of(member_of(inspect, "Config"), "OnBuild");
    for (const auto& [index, trigger] : triggers.items()) {
        if (trigger.is_string()) out.push_back(trigger.get<std::string>());
    }
    co_return out;
}

std::vector<std::string> made_since(
    const std::set<std::string>& before,
    const std::set<std::string>& now,
    const std::vector<std::string>& named
) {
    std::vector<std::string> out;
    for (const auto& name : named) {
        const auto start = std::string{kPrefix} + name;
        const auto found = now.lower_bound(start);
        const bool is_there = found != now.end() && found->starts_with(start);
        if (!is_there || before.contains(*found)) continue;
        if (std::find(out.begin(), out.end(), *found) == out.end()) out.push_back(*found);
    }
    return out;
}

}  // namespace triphammer::docker
