#include "report/told.hpp"

#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::report {

using nlohmann::json;

std::string remote_id_of(const json& object) {
    const auto id = object.is_object() ? object.value("id", json{}) : json{};
    return id.is_number_integer() ? std::to_string(id.get<std::int64_t>()) : std::string{};
}

std::string body_of(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

github::ApiAnswer nothing_to_do() {
    github::ApiAnswer answer;
    answer.status = 200;
    return answer;
}

Task<Result<>> keep(store::Database& database, store::ToldObject object) {
    auto work = [&](store::Transaction& tx) -> Result<> {
        store::keep_told_object(tx, object);
        return {};
    };
    auto writing = database.write(work);
    co_return co_await std::move(writing);
}

}  // namespace triphammer::report
