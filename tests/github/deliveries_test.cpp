#include "github/deliveries.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::github;

namespace {

ApiAnswer answer(std::string body, std::string link = "") {
    ApiAnswer out;
    out.status = 200;
    out.body = std::move(body);
    if (!link.empty()) out.headers.add("Link", std::move(link));
    return out;
}

}  // namespace

TEST(DeliveryPage, HoldsTheItemsAndTheCursorOfTheNext) {
    const auto page =
        read_delivery_page(
            answer(
                R"([{"id":12345678901,"guid":"g","delivered_at":"2026-11-22T04:00:00Z","event":"push"}])",
                R"(<https://h/deliveries?cursor=v0_x>; rel="prev", <https://h/deliveries?per_page=100&cursor=v1_%2B1>; rel="next")"
            )
        )
            .value();

    ASSERT_EQ(page.items.size(), 1U);
    EXPECT_EQ(page.items[0].id, 12'345'678'901);
    EXPECT_EQ(to_rfc3339(page.items[0].delivered_at), "2026-11-22T04:00:00.000Z");
    EXPECT_EQ(page.next, "v1_+1");
}

TEST(DeliveryPage, IsTheLastWithoutALinkToTheNext) {
    EXPECT_EQ(
        read_delivery_page(answer("[]", R"(<https://h/x?cursor=a>; rel="prev")")).value().next, ""
    );
    EXPECT_EQ(read_delivery_page(answer("[]", R"(; rel="next")")).value().next, "");
}

TEST(DeliveryPage, IsNoPageWhereWhatMattersIsMissing) {
    for (const auto* body :
         {"{}",
          "no",
          R"([{"id":1,"guid":"g"}])",
          R"([{"id":"1","guid":"g","delivered_at":"x"}])"}) {
        EXPECT_FALSE(read_delivery_page(answer(body))) << body;
    }
}

TEST(Delivery, IsThePayloadAsItWasSent) {
    const auto delivery =
        read_delivery(
            R"({"guid":"g","event":"push","request":{"headers":{},"payload":{"z":1,"a":"\u00e9","n":12345678901}}})"
        )
            .value();

    EXPECT_EQ(delivery.event, "push");
    EXPECT_EQ(delivery.payload, R"({"z":1,"a":"é","n":12345678901})");
}

TEST(Delivery, WithoutAPayloadIsGone) {
    const auto gone = read_delivery(R"({"guid":"g","event":"push","request":{"payload":null}})");

    EXPECT_EQ(gone.error().code, Code::not_found);
    EXPECT_EQ(read_delivery("<html>").error().code, Code::protocol);
}
