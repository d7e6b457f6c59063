#include "runner/deploy/compose/file.hpp"

#include "runner/deploy/compose/spec.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

const std::map<std::string, std::string> kValues{
    {"PASSWORD", "it's $ecret"}, {"EMPTY", ""}, {"PORT", "8080"}};

Result<ComposeProject> read(const std::string& text) {
    ComposeVariables variables{{}};
    return read_compose(text, {"compose.yaml", "web"}, variables);
}

std::string why_not(const std::string& text) {
    const auto project = read(text);
    return project ? "it was read" : project.error().message;
}

/// A file with these lines in the deployed service.
std::string with_web(const std::string& lines) {
    return "services:\n  web:\n    image: app\n    " + lines +
           "\n  db:\n    image: postgres:16\nvolumes:\n  data:\n";
}

std::string replaced(const std::string& text) {
    ComposeVariables variables{kValues};
    const auto out = interpolate(text, variables);
    return out ? *out : "error: " + out.error().message;
}

}  // namespace

TEST(ComposeVariablesInText, AreReplaced) {
    EXPECT_EQ(replaced("a $PORT b ${PORT}c $$PORT"), "a 8080 b 8080c $PORT");
    EXPECT_EQ(replaced("${NONE:-${PORT}}/${NONE-}/${EMPTY-x}/${EMPTY:-x}"), "8080///x");
    EXPECT_EQ(replaced("${PORT:+yes}${NONE:+no}${EMPTY:+no}${EMPTY+yes}"), "yesyes");
    EXPECT_EQ(replaced("${PASSWORD}"), "it's $ecret");
}

TEST(ComposeVariablesInText, AreNeverEmptyInSilence) {
    for (const char* bad :
         {"$NONE",
          "${NONE}",
          "${NONE:?say it}",
          "${EMPTY:?say it}",
          "${",
          "$",
          "$1",
          "${PORT!x}",
          "${a:-${b:-${c:-${d:-${e:-${f:-${g:-${h:-${i:-${j:-x}}}}}}}}}}"}) {
        EXPECT_EQ(replaced(bad).rfind("error: ", 0), 0U) << bad;
    }
    EXPECT_NE(replaced("${NONE:?say it}").find("say it"), std::string::npos);
}

TEST(ComposeFile, ReadsWhatItCarriesOut) {
    ComposeVariables variables{kValues};
    const auto project = read_compose(
        R"(
name: shop
x-common: &restart unless-stopped
services:
  web:
    build: .
    command: serve --all "two words"
    environment: { MODE: live, PASSWORD: }
    ports: ["${PORT}:80", { target: 443, published: 8443, host_ip: 127.0.0.1 }]
    depends_on: { db: { condition: service_healthy } }
    networks: { default: , outside: { aliases: [shop] } }
    restart: *restart
    stop_grace_period: 1m30s
    mem_limit: 64m
    cpus: "0.5"
  db:
    image: postgres:16
    volumes: ["data:/var/lib/postgresql/data", { type: tmpfs, target: /run }]
    healthcheck: { test: pg_isready, interval: 2s, retries: 5 }
    environment: ["PASSWORD=${PASSWORD}", "EMPTY"]
volumes: { data: , unused: }
networks: { outside: { external: true } }
)",
        {"compose.yaml", "web"},
        variables
    );
    ASSERT_TRUE(project) << project.error().message;

    EXPECT_EQ(project->name, "shop");
    ASSERT_EQ(project->services.size(), 2U);
    EXPECT_EQ(project->services[0].name, "db");  // web depends on it
    const auto& db = project->services[0].container;
    const auto& web = project->services[1];
    EXPECT_EQ(db.volumes, std::vector<std::string>{"shop_data:/var/lib/postgresql/data"});
    EXPECT_TRUE(db.tmpfs.contains("/run"));
    EXPECT_EQ(db.health->test, (std::vector<std::string>{"CMD-SHELL", "pg_isready"}));
    EXPECT_EQ(db.env[0].second, "it's $ecret");
    EXPECT_EQ(web.container.command, (std::vector<std::string>{"serve", "--all", "two words"}));
    EXPECT_EQ(
        web.container.env[1], (std::pair<std::string, std::string>{"PASSWORD", "it's $ecret"})
    );
    EXPECT_EQ(web.container.ports[0].host_port, 8080);
    EXPECT_EQ(web.container.ports[1].host_address, "127.0.0.1");
    EXPECT_EQ(web.container.ports[1].container_port, 443);
    EXPECT_TRUE(web.depends_on[0].wants_health);
    EXPECT_EQ(web.networks[0].name, "shop_default");
    EXPECT_EQ(web.networks[1].name, "outside");
    EXPECT_EQ(web.networks[1].aliases, (std::vector<std::string>{"web", "shop"}));
    EXPECT_EQ(web.restart, "unless-stopped");
    EXPECT_EQ(web.stop_grace, std::chrono::seconds{90});
    EXPECT_EQ(web.container.memory_bytes, 64 << 20);
    EXPECT_EQ(web.container.nano_cpus, 500'000'000);
    EXPECT_EQ(project->volumes.size(), 1U);  // what nobody uses is not made
    EXPECT_TRUE(project->networks[1].is_external);
}

TEST(ComposeFile, RefusesWhatWouldHandOutTheHost) {
    for (const char* lines :
         {"privileged: true",
          "network_mode: host",
          "pid: host",
          "cap_add: [SYS_ADMIN]",
          "devices: [/dev/sda]",
          "security_opt: [seccomp:unconfined]",
          "volumes: ['/etc:/etc']",
          "volumes: ['./a:/a']",
          "volumes: ['~/a:/a']",
          "volumes: ['data/../../etc:/a']",
          "volumes: [{ type: bind, source: /etc, target: /etc }]",
          "env_file: /etc/shadow"}) {
        const auto why = why_not(with_web(lines));
        EXPECT_EQ(why.rfind("compose.yaml:4:", 0), 0U) << lines << ": " << why;
    }
}

TEST(ComposeFile, NamesThePlaceAndWhatToWrite) {
    const std::pair<std::string, const char*> cases[] = {
        {with_web("ports: ['80']"), "compose.yaml:4:13: '80' is not a port"},
        {with_web("comand: x"), "did you mean 'command'?"},
        {with_web("container_name: web"), "'container_name' is refused"},
        {with_web("volumes: ['/data']"), "name a volume"},
        {with_web("volumes: ['other:/data']"), "'other' is not under volumes"},
        {with_web("networks: [other]"), "'other' is not under networks"},
        {with_web("depends_on: [cache]"), "'web' depends on 'cache', which is no service"},
        {with_web("depends_on: [web]"), "leads back to itself"},
        {with_web("depends_on: { db: { condition: service_completed_successfully } }"), "before"},
        {with_web("labels: { triphammer.server: x }"), "is a label of Triphammer's"},
        {with_web("restart: sometimes"), "restart is no, always"},
        {with_web("stop_grace_period: 10"), "a duration"},
        {with_web("mem_limit: much"), "a size"},
        {with_web("environment: [TOKEN]"), "'TOKEN' has no value"},
        {with_web("healthcheck: { test: [pg_isready] }"), "CMD-SHELL"},
        {"services: { wob: { image: a } }",
         "there is no service 'web', which deploy names, did you"},
        {"services: { web: { }, db: { build: . } }", "'build' is refused"},
        {"services: { web: { }, db: { } }", "'db' needs an image"},
        {"secrets: { a: { file: b } }\nservices: { web: }", "'secrets' is refused"},
        {"name: Not Good\nservices: { web: { } }", "compose.yaml:1:7: name: a project"},
        {"services: { web: { } }\nservices: { web: { } }", "compose.yaml:2:1"},
        {"services: { web: { image: a } }\nvolumes: { triphammer-supervisor-1: { external: true } "
         "}",
         "every job's container"},
        {with_web("networks: [host]") + "\nnetworks: { host: { external: true } }",
         "'host' is the engine's own network"},
        {with_web("networks: [a]") + "\nnetworks: { a: { external: true, name: host } }",
         "'host' is the engine's own network"},
        {"", "is empty"},
        {"services: [", "compose.yaml:1"},
    };
    for (const auto& [text, words] : cases) {
        const auto why = why_not(text);
        EXPECT_NE(why.find(words), std::string::npos) << text << "\n" << why;
    }
}

TEST(ComposeFile, UsesWhateverItIsGiven) {
    ComposeVariables variables{kValues};
    const auto project =
        read_compose("services: { web: { hostname: $PORT$EMPTY } }", {"c.yml", "web"}, variables);

    ASSERT_FALSE(project);
    EXPECT_EQ(
        project.error().message.rfind("PASSWORD of env or secrets is not used by c.yml", 0), 0U
    );
}

TEST(ComposeSpec, ChangesItsHashWithWhatTheEngineIsTold) {
    const auto plain = read(with_web("user: a")).value();
    const auto same = read(with_web("user: 'a'")).value();
    const auto other = read(with_web("user: b")).value();
    const auto slower = read(with_web("user: a\n    stop_grace_period: 1m")).value();

    const auto hash = hash_of_service(*plain.find("web"));
    EXPECT_EQ(hash, hash_of_service(*same.find("web")));
    EXPECT_NE(hash, hash_of_service(*other.find("web")));
    EXPECT_NE(hash, hash_of_service(*slower.find("web")));
}

TEST(ComposeSpec, LabelsSayWhoseTheContainerIsAndWhatItWas) {
    const auto project = read(with_web("restart: always\n    stop_grace_period: 1m")).value();
    DeployNames names;
    names.server_id = "0123456789";
    names.deployment = "7";
    names.service = "web";

    const auto spec = make_member_spec(project, *project.find("web"), names, 2);
    docker::ContainerSummary summary{"id", spec.name, "exited", spec.labels};
    const auto members = members_of({summary});

    EXPECT_EQ(spec.name, "th-01234567-d7-2-web");
    EXPECT_EQ(spec.restart, "");
    EXPECT_TRUE(names.is_ours(spec.labels));
    EXPECT_EQ(spec.labels.at(kProjectLabel), "web");
    EXPECT_EQ(members[0].service, "web");
    EXPECT_EQ(members[0].restart, "always");
    EXPECT_EQ(members[0].stop_grace, std::chrono::seconds{60});
    EXPECT_EQ(members[0].config, hash_of_service(*project.find("web")));
    EXPECT_FALSE(members[0].is_running);
}
