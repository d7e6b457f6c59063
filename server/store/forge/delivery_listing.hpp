#pragma once
// Deliveries as people look for them (store/sqlite/page.hpp).

#include "store/forge/delivery_store.hpp"
#include "store/sqlite/page.hpp"

#include <optional>
#include <string>

namespace triphammer::store {

struct DeliveryQuery {
    model::RepositoryId repository = {};
    Among among = {};
    std::string outcome = {};
    std::string event = {};
};

struct ListedDelivery {
    DeliveryRow delivery;
    std::string repository;  // OWNER/NAME; empty: none known
};

Listed<ListedDelivery> list_deliveries(
    Connection& db, const DeliveryQuery& query, const ListPage& page
);
std::optional<TimePoint> last_delivery_at(Connection& db, model::RepositoryId repository);
/// When a ping came to the door from outside (`fetched`: or out of the forge's log), of the newest
/// thousand deliveries.
std::optional<TimePoint> last_ping_at(Connection& db, model::RepositoryId repository, bool fetched);

}  // namespace triphammer::store
