#include "store/forge/hook_position_store.hpp"

namespace triphammer::store {

std::optional<HookPosition> find_hook_position(Connection& db, std::string_view hook) {
    auto query = db.prepare("SELECT since, read_until FROM hook_positions WHERE hook = ?");
    return query.bind(hook).find_row([](Statement& row) {
        HookPosition position;
        row.read(position.since, position.read_until);
        return position;
    });
}

void begin_hook_position(Transaction& tx, std::string_view hook, TimePoint since) {
    auto put = tx.prepare(
        "INSERT INTO hook_positions (hook, since, read_until) VALUES (?1, ?2, ?2) "
        "ON CONFLICT (hook) DO UPDATE SET since = ?2, read_until = ?2"
    );
    put.bind(hook, since).run();
}

void move_hook_position(Transaction& tx, std::string_view hook, TimePoint read_until) {
    auto move =
        tx.prepare("UPDATE hook_positions SET read_until = ?1 WHERE hook = ?2 AND read_until < ?1");
    move.bind(read_until, hook).run();
}

std::vector<std::string> list_unknown_deliveries(
    Connection& db, std::string_view hook, const std::vector<std::string>& guids
) {
    std::vector<std::string> out;
    for (const auto& guid : guids) {
        auto query = db.prepare(
            "SELECT 1 FROM deliveries WHERE guid = ? AND hook = ? AND outcome <> 'refused' LIMIT 1"
        );
        if (!query.bind(guid, hook).find<std::int64_t>()) out.push_back(guid);
    }
    return out;
}

}  // namespace triphammer::store
