#pragma once
// Puts a filtered, keyset-paged SELECT together (store/sqlite/page.hpp).

#include "store/sqlite/connection.hpp"
#include "store/sqlite/page.hpp"

#include <string>
#include <variant>
#include <vector>

namespace triphammer::store {

/// Conditions of one list: `use` for what its index answers, `sift` for the rest.
class Window {
  public:
    /// `table` with its alias; `id` the column that it is paged by.
    Window(std::string table, std::string id) : table_{std::move(table)}, id_{std::move(id)} {}

    using Value = std::variant<std::int64_t, std::string>;

    /// `condition` with one `?`. An empty text or 0: not filtered. Values are bound, so that the
    /// number of prepared statements is that of the filters' combinations.
    void use(const std::string& condition, const Value& value);
    void sift(const std::string& condition, const Value& value);
    /// Only rows whose `column` is one of them.
    void sift_among(const std::string& column, const Among& repositories);

    template <class ReadRow>
    auto list(Connection& db, const std::string& columns, const ListPage& page, ReadRow read_row)
        const {
        using Row = std::decay_t<decltype(read_row(std::declval<Statement&>()))>;
        const auto floor = find_floor(db, page);
        auto select = prepare(db, columns, page, floor);
        Listed<Row> listed;
        std::int64_t last = 0;
        while (select.step()) {
            if (listed.rows.size() == static_cast<std::size_t>(page.limit)) {
                listed.next = last;
                return listed;
            }
            select.read(last);
            listed.rows.push_back(read_row(select));
        }
        listed.next = floor;
        return listed;
    }

  private:
    struct Condition {
        std::string sql;
        Value value;
    };

    /// The lowest id that this page looks at; 0: no limit.
    std::int64_t find_floor(Connection& db, const ListPage& page) const;
    Statement prepare(
        Connection& db, const std::string& columns, const ListPage& page, std::int64_t floor
    ) const;
    std::string where_used() const;
    static void bind(Statement& statement, const std::vector<Condition>& conditions);

    std::string table_;
    std::string id_;
    std::vector<Condition> used_;
    std::vector<Condition> sifted_;
};

}  // namespace triphammer::store
