// The switch `kamal-proxy`. The proxy itself is not to be had for the tests: its Go module is
// refused by the module proxy, Debian has no package, and no registry of images is reached. So a
// stand-in that takes exactly the documented commands, strictly, and leads by nginx. With
// KAMAL_PROXY_IMAGE an image of the real one is tried alike.
#include "engine/deploy_fixture.hpp"

using namespace triphammer;
using model::DeploymentState;
using triphammer::testing::Deployments;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;

namespace {

constexpr const char* kImageOfKamal = "basecamp/kamal-proxy";
constexpr const char* kTagOfKamal = "v0.9.0";

/// Line by line; no single quotes.
const std::vector<std::string> kStandIn{
    "#!/bin/sh",
    "die() { echo \"Error: $*\" >&2; exit 1; }",
    "config() {",
    "  echo \"user root; worker_processes 1; pid /run/nginx.pid; error_log /dev/stderr;\"",
    "  echo \"events {} http { access_log off; keepalive_timeout 0; server { listen 80;\"",
    "  [ -z \"$1\" ] && echo \"location / { return 404; }\" || echo \"location / { proxy_pass "
    "http://$1; }\"",
    "  echo \"} }\"",
    "}",
    "lead() { config \"$1\" > /etc/nginx/nginx.conf && printf %s \"$1\" > /target && nginx -s "
    "reload; }",
    "case $1 in",
    "run) [ $# = 1 ] || die unknown option; config > /etc/nginx/nginx.conf; : > /target; exec "
    "nginx -g \"daemon off;\" ;;",
    "list) [ $# = 1 ] || die unknown option; [ -e /run/nginx.pid ] || die dial unix: no such file",
    "  printf \"\\033[3;94mService\\033[0m Host Target State TLS\\n\"",
    "  [ ! -s /target ] || printf \"\\033[1;34mapp\\033[0m   *   %s   running   no\\n\" \"$(cat "
    "/target)\" ;;",
    "remove) [ \"$2\" = app ] && [ $# = 2 ] && [ -s /target ] || die service not found; lead \"\" "
    ";;",
    "deploy) [ \"$2\" = app ] || die no service; shift 2",
    "  while [ $# -gt 0 ]; do case $1 in",
    "    --target) target=$2 ;; --health-check-path) path=$2 ;; --deploy-timeout) limit=${2%s} ;; "
    "--drain-timeout) : ${2%s} ;;",
    "    --health-check-port) : ;; *) die unknown flag: $1 ;; esac; shift 2; done",
    "  i=0; until wget -q -O /dev/null \"http://$target$path\"; do i=$((i + 1)); [ $i -lt $limit ] "
    "|| "
    "die target failed to become healthy; sleep 1; done",
    "  lead \"$target\" ;;",
    "*) die unknown command ;;",
    "esac"};

class ByKamal : public Deployments {
  protected:
    std::string make_stand_in() {
        std::string lines;
        for (const auto& line : kStandIn) lines += " '" + line + "'";
        return build(
            "FROM triphammer/nginx\nRUN printf '%s\\n'" + lines +
            " > /usr/bin/kamal-proxy && chmod 755 /usr/bin/kamal-proxy\n"
        );
    }

    void name_it(const std::string& image) {
        with_engine([&](docker::Engine& engine) {
            return must(engine.tag_image(image, kImageOfKamal, kTagOfKamal));
        });
    }

    void TearDown() override {
        Deployments::TearDown();
        with_engine([](docker::Engine& engine) -> Task<> {
            auto removing = engine.remove_image(std::string{kImageOfKamal} + ":" + kTagOfKamal);
            co_await std::move(removing);
        });
    }

    static Change by_kamal(const Change& more = {}) {
        return [more](RecordingSession& session) {
            session.document_.job.deploy->switch_by = "kamal-proxy";
            session.document_.job.deploy->drain = text("1s");
            if (more) more(session);
        };
    }

    void go_forth_and_back() {
        const auto image = make_image("two");
        const auto first = deploy(make_image("one"), by_kamal());
        const auto answer_one = ask();
        const auto back = deploy(image, by_kamal([](RecordingSession& session) {
                                     session.document_.job.deploy->verify.http =
                                         text("/only-on-mars");
                                     session.document_.job.deploy->verify.timeout = text("1s");
                                 }));
        const auto answer_back = ask();
        deploy(image, by_kamal([](RecordingSession& session) {
                   session.on_result = [&session](const protocol::EffectResult&) {
                       return session.intents_.back().kind != "switch";
                   };
               }));
        losses = 1;
        const auto second = attempt(image, by_kamal());

        EXPECT_EQ(first.deployment, DeploymentState::succeeded) << first.reason << log;
        EXPECT_EQ(answer_one, "one");
        EXPECT_EQ(back.deployment, DeploymentState::rolled_back) << back.reason;
        EXPECT_EQ(answer_back, "one");
        EXPECT_EQ(second.deployment, DeploymentState::succeeded) << second.reason;
        EXPECT_EQ(ask(), "two");
        EXPECT_EQ(
            kinds_of(intents), (std::vector<std::string>{"switch", "retire-previous"})
        );  // the first is only recorded: the proxy's list said that it was done
    }
};

}  // namespace

TEST_F(ByKamal, LeadTheNewVersionBackAndAfterALostRunnerByItsCommands) {
    name_it(make_stand_in());
    go_forth_and_back();
}

TEST_F(ByKamal, LeadByTheProxyItself) {
    const char* image = std::getenv("KAMAL_PROXY_IMAGE");
    if (image == nullptr)
        GTEST_SKIP() << "KAMAL_PROXY_IMAGE names no image of kamal-proxy on the engine";
    name_it(image);
    go_forth_and_back();
}
