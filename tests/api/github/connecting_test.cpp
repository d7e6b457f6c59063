#include "api/github/connecting.hpp"

#include <gmock/gmock.h>

namespace triphammer::api {

using ::testing::HasSubstr;

TEST(Advise, TellsWhoeverAnswersInOurPlaceApart) {
    const std::string url = "https://ci.example.com/webhooks/github/x";

    EXPECT_THAT(advise(200, "OK", url), HasSubstr("another one answers there"));
    EXPECT_THAT(advise(401, "", url), HasSubstr("another secret"));
    EXPECT_THAT(advise(404, "", url), HasSubstr("pass /webhooks/github/ on"));
    EXPECT_THAT(advise(301, "", url), HasSubstr("does not follow"));
    EXPECT_THAT(advise(502, "Bad Gateway", url), HasSubstr("502 (Bad Gateway)"));
    EXPECT_THAT(advise(0, "timed out", url), HasSubstr("nobody at " + url + " so far (timed out)"));
}

}  // namespace triphammer::api
