#include "runner/deploy/container/switch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

docker::PortBinding port(std::uint16_t host, std::uint16_t container) {
    docker::PortBinding out;
    out.host_port = host;
    out.container_port = container;
    return out;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST(SwitchConfig, SendsEveryPortToTheUpstreamAndSaysWhoServes) {
    const auto config = switch_config(
        {port(8080, 80), port(8443, 443)}, {"c0ffee", "th-d1-2"}, Milliseconds{30'000}
    );

    EXPECT_EQ(count(config, "listen 80;"), 1U);
    EXPECT_EQ(count(config, "listen 443;"), 1U);
    EXPECT_EQ(count(config, "set $serving th-d1-2;"), 2U);
    EXPECT_EQ(count(config, "return 200 \"c0ffee\\n\""), 2U);
    EXPECT_EQ(count(config, "worker_shutdown_timeout 30s;"), 1U);
    EXPECT_EQ(count(config, "keepalive_timeout 0;"), 1U);
}

TEST(SwitchConfig, ListensOnceForTwoPublishedPorts) {
    const auto config = switch_config({port(80, 80), port(8080, 80)}, {}, Milliseconds{0});

    EXPECT_EQ(count(config, "listen 80;"), 1U);
}

TEST(SwitchConfig, AnswersUnavailableWhileNobodyServes) {
    const auto config = switch_config({port(80, 80)}, {}, Milliseconds{0});

    EXPECT_EQ(count(config, "return 503;"), 1U);
    EXPECT_EQ(count(config, "proxy_pass"), 0U);
}

TEST(SwitchTitles, AreNoneWhereNginxItselfIsNotShown) {
    const auto titles = read_titles(
        "nginx: master process nginx -g daemon off;\n\nnginx: worker process\n"
        "nginx: worker process is shutting down\n"
    );

    ASSERT_TRUE(titles);
    EXPECT_EQ(std::count(titles->begin(), titles->end(), "nginx: worker process"), 1);
    EXPECT_FALSE(read_titles(""));
    EXPECT_FALSE(read_titles("cat: can't open '/proc/1/cmdline': Permission denied\n"));
}

TEST(SwitchWorkers, CountThoseThatTakeRequestsWhateverTheirTitleIsYet) {
    const std::string master = "nginx: master process nginx -g daemon off;";
    const std::string worker = "nginx: worker process";
    const std::string leaving = "nginx: worker process is shutting down";

    const auto settled = count_workers({master, worker, worker, "sh -c true"});
    const auto begun = count_workers({master, worker, master, leaving, worker});

    EXPECT_EQ(settled.accepting, 2);
    EXPECT_EQ(settled.leaving, 0);
    EXPECT_EQ(begun.accepting, 3) << "two new ones, of which one has no title yet, and an old one";
    EXPECT_EQ(begun.leaving, 1);
}
