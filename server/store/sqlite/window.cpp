#include "store/sqlite/window.hpp"

#include <limits>

namespace triphammer::store {

namespace {

bool is_empty(const Window::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return text->empty();
    return std::get<std::int64_t>(value) == 0;
}

std::int64_t first_after(const ListPage& page) {
    return page.before > 0 ? page.before : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void Window::use(const std::string& condition, const Value& value) {
    if (!is_empty(value)) used_.push_back({condition, value});
}

void Window::sift(const std::string& condition, const Value& value) {
    if (!is_empty(value)) sifted_.push_back({condition, value});
}

void Window::sift_among(const std::string& column, const Among& repositories) {
    if (!repositories) return;
    std::string list;
    for (const auto id : *repositories) list += (list.empty() ? "" : ",") + model::to_text(id);
    sift("+" + column + " IN (SELECT value FROM json_each(?))", '[' + list + ']');
}

std::string Window::where_used() const {
    std::string where = " WHERE " + id_ + " < ?";
    for (const auto& condition : used_) where += " AND " + condition.sql;
    return where;
}

void Window::bind(Statement& statement, const std::vector<Condition>& conditions) {
    for (const auto& condition : conditions) {
        std::visit([&](const auto& value) { statement.bind(value); }, condition.value);
    }
}

std::int64_t Window::find_floor(Connection& db, const ListPage& page) const {
    if (sifted_.empty()) return 0;
    auto query = db.prepare(
        "SELECT " + id_ + " FROM " + table_ + where_used() + " ORDER BY " + id_ +
        " DESC LIMIT 1 OFFSET ?"
    );
    query.bind(first_after(page));
    bind(query, used_);
    return query.bind(kWindow - 1).find<std::int64_t>().value_or(0);
}

/// One row more than the page holds, which says that there is another page. The id comes first.
Statement Window::prepare(
    Connection& db, const std::string& columns, const ListPage& page, std::int64_t floor
) const {
    auto sql = "SELECT " + id_ + ", " + columns + " FROM " + table_ + where_used();
    for (const auto& condition : sifted_) sql += " AND " + condition.sql;
    sql += " AND " + id_ + " >= ? ORDER BY " + id_ + " DESC LIMIT ?";
    auto statement = db.prepare(sql);
    statement.bind(first_after(page));
    bind(statement, used_);
    bind(statement, sifted_);
    statement.bind(floor, page.limit + 1);
    return statement;
}

}  // namespace triphammer::store
