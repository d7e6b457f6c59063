#include "runner/deploy/container/switch.hpp"

#include "base/deadline.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "runner/deploy/container/switch_container.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kFolder = "/etc/nginx";
constexpr const char* kConfig = "nginx.conf";
constexpr const char* kNextConfig = "triphammer-next.conf";
/// Of its argument. What nginx runs with is replaced as a whole, and only by what it takes.
constexpr const char* kInstall =
    "cd /etc/nginx && printf %s \"$1\" >triphammer-next.conf && "
    "nginx -t -q -c /etc/nginx/triphammer-next.conf && mv -f triphammer-next.conf nginx.conf";
constexpr const char* kStatusPath = "/.triphammer/switch";
constexpr Milliseconds kFirstPause{10};  // nginx takes a configuration over within some of them
constexpr Milliseconds kBetweenLooks{100};
constexpr std::chrono::milliseconds kOneLook{2'000};
constexpr int kLooks = 100;        // 10 s for nginx to take a configuration over
constexpr int kAnswersInARow = 3;  // of the new one, on connections of their own
constexpr int kWorkers = 2;
constexpr const char* kLeads = "nginx";
constexpr int kLabelVersion = 1;  // of the configuration's form
constexpr const char* kMasterTitle = "nginx: master process";
/// Each title ends with a NUL, which no terminal would show.
constexpr const char* kTitles = "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'";

/// What an engine and a shell say of a command that is not there.
bool is_no_shell(const docker::ExecOutcome& outcome) {
    return outcome.exit_status == 126 || outcome.exit_status == 127;
}

/// The next pause between two looks.
Milliseconds longer(Milliseconds pause) {
    return std::min(pause * 2, kBetweenLooks);
}

Result<> judge_test(const docker::ExecOutcome& outcome) {
    if (outcome.exit_status == 0) return {};
    return Error{Code::internal, "nginx refuses the configuration: " + outcome.output};
}

std::string server_block(const docker::PortBinding& port, const Upstream& upstream) {
    const auto listen = std::to_string(port.container_port);
    const auto target = "http://$serving:" + listen;
    std::string out = "  server {\n    listen " + listen + ";\n";
    out += "    location = " + std::string{kStatusPath} +
           " { default_type text/plain; return 200 \"" + upstream.container + "\\n\"; }\n";
    if (upstream.name.empty()) return out + "    location / { return 503; }\n  }\n";
    out += "    location / {\n";
    out += "      set $serving " + upstream.name + ";\n";
    out += "      proxy_pass " + target + ";\n";
    out += "    }\n  }\n";
    return out;
}

}  // namespace

std::string switch_config(
    const std::vector<docker::PortBinding>& ports, const Upstream& upstream, Milliseconds drain
) {
    const auto seconds = std::max<std::int64_t>(drain.count() / 1000, 1);
    std::string out =
        "# Written by Triphammer with every deployment.\n"
        "worker_processes " +
        std::to_string(kWorkers) +
        ";\n"
        "pid /run/nginx.pid;\n"
        "error_log /dev/stderr warn;\n"
        "worker_shutdown_timeout " +
        std::to_string(seconds) +
        "s;\n"
        "events { worker_connections 4096; }\n"
        "http {\n"
        "  access_log off;\n"
        "  server_tokens off;\n"
        // A kept connection would be closed by the switch at the very moment in which its client
        // sends the next request: that request would be lost.
        "  keepalive_timeout 0;\n"
        "  client_max_body_size 0;\n"
        // The engine's own name service: a container that starts again may have another address.
        "  resolver 127.0.0.11 valid=5s ipv6=off;\n"
        "  map $http_upgrade $connection_header { default upgrade; '' ''; }\n"
        "  proxy_http_version 1.1;\n"
        "  proxy_connect_timeout 5s;\n"
        "  proxy_read_timeout 1h;\n"
        "  proxy_send_timeout 1h;\n"
        "  proxy_set_header Host $http_host;\n"
        "  proxy_set_header X-Real-IP $remote_addr;\n"
        "  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
        "  proxy_set_header X-Forwarded-Proto $scheme;\n"
        "  proxy_set_header Upgrade $http_upgrade;\n"
        "  proxy_set_header Connection $connection_header;\n";
    std::vector<std::uint16_t> done;
    for (const auto& port : ports) {
        const bool is_known = std::count(done.begin(), done.end(), port.container_port) > 0;
        if (!is_known) out += server_block(port, upstream);
        done.push_back(port.container_port);
    }
    return out + "}\n";
}

std::optional<std::vector<std::string>> read_titles(std::string_view list) {
    if (list.find(kMasterTitle) == list.npos) return {};
    std::vector<std::string> out;
    for (const auto line : split(list, '\n')) out.emplace_back(line);
    return out;
}

Workers count_workers(const std::vector<std::string>& titles) {
    Workers out{-1, 0};  // the master itself takes none
    for (const auto& title : titles) {
        if (title.find("nginx: ") == std::string::npos) continue;
        const bool is_leaving = title.find("shutting down") != std::string::npos;
        ++(is_leaving ? out.leaving : out.accepting);
    }
    return out;
}

docker::ContainerSpec Switch::spec(std::string image) const {
    docker::ContainerSpec spec;
    spec.name = names_.switch_container();
    spec.image = std::move(image);
    spec.entrypoint = {"nginx"};
    spec.command = {"-g", "daemon off;"};
    spec.labels = names_.service_labels(kSwitchRole);
    spec.labels["triphammer.form"] = std::to_string(kLabelVersion);
    spec.network = names_.network();
    spec.ports = plan_.ports;
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = {"CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID", "NET_BIND_SERVICE"};
    spec.restart = "unless-stopped";
    return spec;
}

Task<Result<std::string>> Switch::create(std::string image) {
    auto creating = engine_.create_container(spec(std::move(image)));
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    auto writing = write_config(kConfig, switch_config(plan_.ports, {}, plan_.drain));
    auto written = co_await std::move(writing);
    Result<> started;
    if (written) {
        auto starting = engine_.start_container(*created);
        started = co_await std::move(starting);
    }
    if (written && started) co_return *created;
    auto removing = engine_.remove_container(*created);
    co_await std::move(removing);
    co_return with_context("the switch", written ? started.error() : written.error());
}

Task<Result<>> Switch::check() {
    co_return Result<>{};
}

Task<Result<std::string>> Switch::ensure(std::string image) {
    auto keeping = keep_switch(engine_, names_, kLeads, plan_.ports);
    auto kept = co_await std::move(keeping);
    if (!kept || !kept->empty()) co_return kept;
    auto creating = create(std::move(image));
    co_return co_await std::move(creating);
}

Task<Result<std::string>> Switch::find() {
    return find_switch(engine_, names_, kLeads);
}

Task<Result<>> Switch::write_config(const char* name, std::string text) {
    docker::TarBuilder tar;
    tar.add_file(name, text);
    docker::TextSource source{tar.finish()};
    auto putting = engine_.put_archive(names_.switch_container(), kFolder, source);
    co_return co_await std::move(putting);
}

Task<Result<>> Switch::test_config(std::string text) {
    auto writing = write_config(kNextConfig, std::move(text));
    auto written = co_await std::move(writing);
    if (!written) co_return written;
    std::vector<std::string> command{
        "nginx", "-t", "-q", "-c", std::string{kFolder} + "/" + kNextConfig};
    auto executing = engine_.exec(names_.switch_container(), std::move(command));
    auto outcome = co_await std::move(executing);
    if (!outcome) co_return outcome.error();
    co_return judge_test(*outcome);
}

/// By one command in the container: for each file that an engine puts there it starts itself anew,
/// which is most of what a switch costs. Nothing: the image has no shell.
Task<std::optional<Result<>>> Switch::install_by_shell(std::string text) {
    std::vector<std::string> command{"sh", "-c", kInstall, "sh", std::move(text)};
    auto executing = engine_.exec(names_.switch_container(), std::move(command));
    auto outcome = co_await std::move(executing);
    if (!outcome || is_no_shell(*outcome)) co_return std::nullopt;
    co_return judge_test(*outcome);
}

/// The configuration is where nginx looks for it, and nginx has found it good.
Task<Result<>> Switch::install(std::string text) {
    auto installing = install_by_shell(text);
    auto installed = co_await std::move(installing);
    if (installed) co_return *installed;
    auto testing = test_config(text);
    auto tested = co_await std::move(testing);
    if (!tested) co_return tested;
    auto writing = write_config(kConfig, std::move(text));
    co_return co_await std::move(writing);
}

Task<Result<>> Switch::move_to(Upstream upstream) {
    auto installing = install(switch_config(plan_.ports, upstream, plan_.drain));
    auto installed = co_await std::move(installing);
    if (!installed) co_return with_context("the switch", installed.error());
    auto signalling = engine_.kill_container(names_.switch_container(), "HUP");
    auto signalled = co_await std::move(signalling);
    if (!signalled) co_return with_context("the switch", signalled.error());
    auto awaiting = wait_taken_over(std::move(upstream));
    co_return co_await std::move(awaiting);
}

/// New answers alone do not prove it: an old worker that a busy machine has not let hear of its end
/// still takes every second request.
Task<Result<>> Switch::wait_taken_over(Upstream upstream) {
    std::string last = "nothing";
    int in_a_row = 0;
    auto pause = kFirstPause;
    for (int look = 0; look < kLooks; ++look) {
        auto reading = read_answer();
        auto answer = co_await std::move(reading);
        const bool is_new = answer && *answer == upstream.container;
        in_a_row = is_new ? in_a_row + 1 : 0;
        if (!is_new) last = answer ? "container " + *answer : answer.error().message;
        if (is_new && in_a_row < kAnswersInARow) continue;
        if (is_new) {
            auto counting = look_at_workers();
            const auto workers = co_await std::move(counting);
            if (workers && workers->accepting <= kWorkers) co_return Result<>{};
            last = workers ? "workers of before still accept" : workers.error().message;
        }
        co_await sleep_for(pause);
        pause = longer(pause);
    }
    co_return Error{Code::timed_out, "the switch did not take the new configuration over: " + last};
}

/// As the engine shows them; one whose machine has no `ps` for it cannot, and the container is
/// asked.
Task<Result<std::vector<std::string>>> Switch::list_titles() {
    auto listing = engine_.processes(names_.switch_container());
    auto titles = co_await std::move(listing);
    if (titles || titles.error().code == Code::not_found) co_return titles;
    std::vector<std::string> command{"sh", "-c", kTitles};
    auto executing = engine_.exec(names_.switch_container(), std::move(command));
    const auto outcome = co_await std::move(executing);
    if (!outcome || outcome->exit_status != 0) co_return titles.error();
    auto read = read_titles(outcome->output);
    if (!read) co_return titles.error();
    co_return std::move(*read);
}

Task<Result<Workers>> Switch::look_at_workers() {
    auto listing = list_titles();
    const auto titles = co_await std::move(listing);
    if (!titles) co_return titles.error();
    co_return count_workers(*titles);
}

Task<Result<Receivers>> Switch::read_back() {
    auto reading = read_answer();
    auto answer = co_await std::move(reading);
    if (!answer) co_return answer.error();
    Receivers out;
    if (!answer->empty()) out.push_back(std::move(*answer));
    co_return out;
}

/// Every port has to give the same answer.
Task<Result<std::string>> Switch::read_answer() {
    std::string answer;
    for (std::size_t i = 0; i < plan_.ports.size(); ++i) {
        auto asking = ask(plan_.ports[i]);
        auto one = co_await std::move(asking);
        if (!one) co_return one;
        if (i > 0 && *one != answer) co_return conflict("the switch's ports disagree");
        answer = std::move(*one);
    }
    co_return answer;
}

Task<Result<std::string>> Switch::ask(docker::PortBinding port) {
    http::Endpoint endpoint;
    const bool is_everywhere = port.host_address.empty() || port.host_address == "0.0.0.0";
    endpoint.host = is_everywhere ? plan_.public_host : port.host_address;
    endpoint.port = port.host_port;
    endpoint.authority = endpoint.host + ":" + std::to_string(endpoint.port);
    const http::Client client{endpoint};
    http::Call call{http::Method::get, kStatusPath};
    call.deadline = kOneLook;
    auto sending = client.send(std::move(call));
    auto answer = co_await std::move(sending);
    if (!answer) co_return with_context("the switch", answer.error());
    if (answer->status != 200) co_return not_found("what answers on the port is not our switch");
    co_return std::string{trim(answer->body)};
}

Task<> Switch::wait_drained(const Clock& clock) {
    const auto deadline = clock.instant() + plan_.drain;
    for (auto pause = kFirstPause; clock.instant() < deadline; pause = longer(pause)) {
        auto counting = look_at_workers();
        const auto workers = co_await std::move(counting);
        const bool is_gone = !workers && workers.error().code == Code::not_found;
        const bool is_settled = workers && workers->leaving == 0 && workers->accepting <= kWorkers;
        if (is_gone || is_settled) co_return;
        co_await sleep_for(pause);
    }
}

}  // namespace triphammer::runner
