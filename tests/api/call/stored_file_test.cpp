#include "api/call/stored_file.hpp"

#include <gtest/gtest.h>

using triphammer::api::Call;
using triphammer::api::send_file;

namespace {

triphammer::http::Response ask(const char* range, std::uint64_t size) {
    Call call;
    call.request.headers.set("Range", range);
    return send_file(call, {nullptr, 0, size}, "text/plain");
}

/// "status: first + length"
std::string sent(const char* range, std::uint64_t size = 10) {
    const auto response = ask(range, size);
    const auto* body = std::get_if<triphammer::http::FileBody>(&response.body);
    if (body == nullptr) return std::to_string(response.status);
    return std::to_string(response.status) + ": " + std::to_string(body->offset) + " + " +
           std::to_string(body->length);
}

}  // namespace

TEST(StoredFile, SendsTheBytesThatAreAskedFor) {
    EXPECT_EQ(sent("bytes=2-5"), "206: 2 + 4");
    EXPECT_EQ(sent("bytes=2-"), "206: 2 + 8");
    EXPECT_EQ(sent("bytes=-4"), "206: 6 + 4");
    EXPECT_EQ(sent("bytes=5-99"), "206: 5 + 5");
    EXPECT_EQ(sent("bytes=-99"), "206: 0 + 10");
    EXPECT_EQ(ask("bytes=2-5", 10).headers.find("Content-Range"), "bytes 2-5/10");
}

TEST(StoredFile, RefusesWhatBeginsBehindItsEnd) {
    EXPECT_EQ(sent("bytes=10-"), "416");
    EXPECT_EQ(sent("bytes=0-", 0), "416");
}

/// RFC 9110, section 14.2: what makes no sense is passed over.
TEST(StoredFile, SendsAllWhereItUnderstandsNone) {
    for (const auto* range :
         {"bytes=5-2",
          "bytes=",
          "bytes=-",
          "bytes=a-b",
          "bytes=0-1,3-4",
          "lines=1-2",
          "bytes=-0"}) {
        EXPECT_EQ(sent(range), "200: 0 + 10") << range;
    }
}
