// The expected signatures are AWS's own: its Signature Version 4 test suite and the example of its
// documentation ("Examples of the complete Signature Version 4 signing process").
#include "aws/signer.hpp"

#include "base/digest.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

namespace {

const Credentials kExample{"AKIDEXAMPLE", Secret{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}, {}};

std::string signature_of(
    http::Call call,
    const std::string& host = "example.amazonaws.com",
    std::string service = "service"
) {
    sign(
        call,
        host,
        kExample,
        {"us-east-1", std::move(service)},
        *parse_rfc3339("2015-08-30T12:36:00Z")
    );
    const std::string header{*call.headers.find("Authorization")};
    return header.substr(header.find("Signature=") + 10);
}

http::Call get(std::string target) {
    return {http::Method::get, std::move(target)};
}

}  // namespace

TEST(Signer, SignsTheSuitesPlainRequests) {
    EXPECT_EQ(
        signature_of(get("/")), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
    EXPECT_EQ(
        signature_of({http::Method::post, "/"}),
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    );
}

TEST(Signer, SortsQueriesAndFoldsHeadersAsTheSuite) {
    EXPECT_EQ(
        signature_of(get("/?Param2=value2&Param1=value1")),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    );
    auto blanks = get("/");
    blanks.headers.add("My-Header1", " value1");
    blanks.headers.add("My-Header2", " \"a   b   c\"");
    EXPECT_EQ(
        signature_of(blanks), "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
    );
}

TEST(Signer, SignsABodyAsTheSuite) {
    http::Call call{http::Method::post, "/"};
    call.headers.add("Content-Type", "application/x-www-form-urlencoded");
    call.body = "Param1=value1";
    EXPECT_EQ(
        signature_of(call), "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    );
}

TEST(Signer, GivesTheSignatureOfTheDocumentation) {
    auto call = get("/?Action=ListUsers&Version=2010-05-08");
    call.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    EXPECT_EQ(
        signature_of(call, "iam.amazonaws.com", "iam"),
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
}

TEST(Signer, MakesPathsCanonical) {
    const auto path_of = [](std::string target) {
        const auto text = make_canonical_request(get(std::move(target)), "h").text;
        return text.substr(4, text.find('\n', 4) - 4);
    };
    EXPECT_EQ(path_of("/a/./b//../c/"), "/a/c/");
    EXPECT_EQ(path_of("/example%20space"), "/example%2520space");
    EXPECT_EQ(path_of("/.."), "/");
}

TEST(Signer, SendsTheTokenOfASession) {
    auto call = get("/");
    const Credentials session{"AKID", Secret{"secret"}, Secret{"token"}};
    sign(call, "h", session, {"eu-west-1", "ecs"}, *parse_rfc3339("2026-11-21T00:00:00Z"));

    EXPECT_EQ(*call.headers.find("X-Amz-Security-Token"), "token");
    EXPECT_NE(
        call.headers.find("Authorization")
            ->find("SignedHeaders=host;x-amz-date;x-amz-security-token"),
        std::string_view::npos
    );
}

}  // namespace triphammer::aws
