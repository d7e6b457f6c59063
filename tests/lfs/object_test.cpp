#include "lfs/object.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::lfs {
namespace {

const Object kObject{std::string(64, 'a'), 5};
const Hosts kHosts{{"git.example.com", "objects.example.com"}, {}};

std::string answer(const std::string& rest) {
    return R"({"objects":[{"oid":")" + kObject.oid + R"(","size":5,)" + rest + "}]}";
}

std::string download_from(const std::string& href, const std::string& header = "{}") {
    return answer(R"("actions":{"download":{"href":")" + href + R"(","header":)" + header + "}}");
}

Code code_of(const std::string& body) {
    return read_batch_answer(body, kObject, kHosts).error().code;
}

}  // namespace

TEST(LfsUrl, IsBelowTheRepositorysOwn) {
    const auto url = make_batch_url("https://git.example.com/a/b", kHosts).value();

    EXPECT_EQ(http::to_text(url), "https://git.example.com/a/b.git/info/lfs/objects/batch");
    EXPECT_EQ(make_batch_url("https://git.example.com/a/b.git/", kHosts).value(), url);
}

TEST(LfsUrl, IsOnAHostOfTheListAndOverHttps) {
    EXPECT_TRUE(check_url("https://objects.example.com/x?y=z", kHosts));
    for (const auto* url :
         {"https://other.example.com/x",
          "https://git.example.com:8443/x",
          "http://git.example.com/x",
          "http://169.254.169.254/x"}) {
        EXPECT_EQ(check_url(url, kHosts).error().code, Code::refused) << url;
    }
    for (const auto* url : {"file:///etc/passwd", "https://me@git.example.com/x", "", "x"}) {
        EXPECT_EQ(check_url(url, kHosts).error().code, Code::invalid) << url;
    }
    const Hosts here{{"127.0.0.1:80", "h"}, {"127.0.0.1", "h"}};
    EXPECT_FALSE(check_url("http://h/x", here));
}

TEST(LfsAnswer, NamesWhereTheObjectIs) {
    const auto body =
        download_from("https://objects.example.com/o?s=1", R"({"X-Key":"k","host":"evil"})");

    const auto found = read_batch_answer(body, kObject, kHosts).value();

    EXPECT_EQ(found.url.target, "/o?s=1");
    EXPECT_EQ(found.headers.find("X-Key").value_or(""), "k");
    EXPECT_FALSE(found.headers.find("Host"));
}

TEST(LfsAnswer, IsNotBelievedWhereItLeadsElsewhereOrIsOfSomethingElse) {
    EXPECT_EQ(code_of(download_from("https://evil.example.com/o")), Code::refused);
    EXPECT_EQ(code_of(answer(R"("error":{"code":404,"message":"no"})")), Code::not_found);
    const auto good = std::string{"https://git.example.com/o"};
    for (const auto& body :
         {std::string{"{"},
          std::string{R"({"objects":[]})"},
          std::string{R"({"objects":[1]})"},
          answer(R"("actions":{})"),
          answer(R"("actions":{"download":{"href":1}})"),
          download_from(good, R"({"X":"a\nb"})"),
          download_from(good, R"({"X Y":"a"})"),
          download_from(good, R"({"X":1})"),
          download_from(good, "1")}) {
        EXPECT_EQ(code_of(body), Code::protocol) << body;
    }
    const Object other{std::string(64, 'b'), 5};
    EXPECT_EQ(read_batch_answer(download_from(good), other, kHosts).error().code, Code::protocol);
}

TEST(LfsId, IsASha256) {
    EXPECT_TRUE(is_oid(kObject.oid));
    EXPECT_FALSE(is_oid(std::string(63, 'a')));
    EXPECT_FALSE(is_oid("../" + std::string(61, 'a')));
}

}  // namespace triphammer::lfs
