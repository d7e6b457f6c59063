#include "github/installations.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::github {

using nlohmann::json;

namespace {

constexpr int kPageSize = 100;
constexpr int kMostPages = 50;  // of installations
constexpr std::uint64_t kListLimit = 8ULL << 20U;

std::string page_of(const char* path, int page) {
    return std::string{path} + "?per_page=" + std::to_string(kPageSize) +
           "&page=" + std::to_string(page);
}

Result<json> read_list(const Result<ApiAnswer>& answer, const std::string& what) {
    if (!answer) return with_context(what, answer.error());
    auto body = json::parse(answer->body, nullptr, false);
    if (answer->status != 200) {
        const auto said = body.is_object() ? body.value("message", json{}) : json{};
        return Error{
            answer->status >= 500 || answer->wait_until ? Code::unavailable : Code::refused,
            what + ": GitHub answered " + std::to_string(answer->status) +
                (said.is_string() ? " (" + said.get<std::string>() + ")" : "")};
    }
    if (body.is_discarded()) return Error{Code::protocol, what + ": the answer is no JSON"};
    return Result<json>{boost::system::in_place_value, std::move(body)};
}

std::string string_in(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : "";
}

bool flag_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

Place read_place(const json& item) {
    Place out;
    out.id = std::to_string(item["id"].get<std::int64_t>());
    if (item.contains("account")) out.account = string_in(item["account"], "login");
    out.page = string_in(item, "html_url");
    out.has_all = string_in(item, "repository_selection") == "all";
    out.is_suspended = !string_in(item, "suspended_at").empty();
    const auto permissions = item.value("permissions", json::object());
    for (const auto& [name, access] : permissions.items()) {
        if (access.is_string()) out.permissions[name] = access.get<std::string>();
    }
    return out;
}

bool has_id(const json& item) {
    return item.is_object() && item.contains("id") && item["id"].is_number_integer();
}

}  // namespace

Task<Result<std::vector<Place>>> list_places(App& app) {
    std::vector<Place> out;
    for (int page = 1; page <= kMostPages; ++page) {
        auto asking = app.get(page_of("/app/installations", page), "", kListLimit);
        const auto answer = co_await std::move(asking);
        const auto items = read_list(answer, "the App's installations");
        if (!items) co_return items.error();
        for (const auto& item : *items) {
            if (has_id(item)) out.push_back(read_place(item));
        }
        if (items->size() < kPageSize) break;
    }
    co_return out;
}

Task<Result<GivenPage>> list_given(
    App& app, const ApiSettings& api, const Clock& clock, std::string installation, int page
) {
    auto borrowing = app.borrow_for(std::move(installation), {{"metadata", "read"}});
    auto token = co_await std::move(borrowing);
    if (!token) co_return token.error();
    auto settings = api;
    settings.token = std::move(*token);
    settings.body_limit = kListLimit;
    const Client client{std::move(settings), clock};
    auto asking = client.get(page_of("/installation/repositories", page));
    const auto answer = co_await std::move(asking);
    const auto body = read_list(answer, "the installation's repositories");
    if (!body) co_return body.error();
    GivenPage out;
    const auto items = body->is_object() ? body->value("repositories", json::array()) : json{};
    for (const auto& item : items) {
        if (!has_id(item)) continue;
        GivenRepository one;
        one.id = item["id"].get<std::int64_t>();
        one.full_name = string_in(item, "full_name");
        one.is_private = flag_in(item, "private");
        one.is_archived = flag_in(item, "archived");
        out.items.push_back(std::move(one));
    }
    if (body->is_object()) out.total = body->value("total_count", std::int64_t{0});
    if (items.size() == kPageSize) out.next = page + 1;
    co_return out;
}

}  // namespace triphammer::github
