#include "doctor/survey.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/spawn.hpp"
#include "base/text.hpp"
#include "docker/engine.hpp"
#include "execution/sandbox.hpp"
#include "http/client.hpp"

#include <nlohmann/json.hpp>

#include <pwd.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

namespace triphammer::doctor {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kEngineLimit{3};
constexpr std::chrono::seconds kReportLimit{15};
constexpr std::size_t kMostReport = 256U << 10U;

/// The first line that `program --version` prints; empty where there is no such program.
std::string version_of(const std::string& program) {
    auto pipe = make_pipe();
    if (!pipe) return {};
    const auto* path = std::getenv("PATH");
    SpawnRequest request;
    request.arguments = {program, "--version"};
    request.environment = {
        std::string{"PATH="} + (path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path)};
    request.output = pipe->second.get();
    auto child = SystemSpawner{}.spawn(request);
    pipe->second.close();
    if (!child) return {};
    std::array<char, 256> text{};
    const auto got = ::read(pipe->first.get(), text.data(), text.size());
    if (!child->wait().ok() || got <= 0) return {};
    const std::string_view all{text.data(), static_cast<std::size_t>(got)};
    return std::string{trim(all.substr(0, all.find('\n')))};
}

std::optional<std::int64_t> number_in(const char* path) {
    const auto text = read_file(path, 64);
    return text ? parse_integer(trim(*text)) : std::nullopt;
}

/// Of the group that attempts' groups are made in; the launcher says it (launcher/doctor_door.cpp).
void look_at_cgroups(Machine& out) {
    std::error_code failure;
    out.has_cgroups = false;
    for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        const auto known = std::filesystem::path{root} / "cgroup.controllers";
        out.has_cgroups = out.has_cgroups || std::filesystem::exists(known, failure);
    }
    if (const auto* group = std::getenv("TRIPHAMMER_LAUNCHER_CGROUP")) out.group = group;
    const auto all = read_file(std::filesystem::path{out.group} / "cgroup.controllers", 4096);
    out.has_group = all.has_value();
    if (!all) return;
    for (const auto name : split(trim(*all), ' ')) {
        if (!name.empty()) out.controllers.emplace_back(name);
    }
}

void look_at_system(Machine& out) {
    utsname names{};
    if (::uname(&names) == 0) out.kernel = names.release;
    const auto* user = ::getpwuid(::geteuid());
    out.user = user == nullptr ? std::to_string(::geteuid()) : user->pw_name;
    out.is_root = ::geteuid() == 0;
    out.in_container =
        ::access("/.dockerenv", F_OK) == 0 || ::access("/run/.containerenv", F_OK) == 0;
    out.user_namespaces = number_in("/proc/sys/user/max_user_namespaces");
    out.may_unshare = number_in("/proc/sys/kernel/unprivileged_userns_clone").value_or(1) != 0;

    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) out.open_files = files.rlim_max;
    out.processors = std::max(1U, std::thread::hardware_concurrency());

    struct sysinfo memory {};

    if (::sysinfo(&memory) == 0) {
        out.memory_bytes = static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit;
    }
}

/// Nothing: the address is to be tried.
std::optional<EngineState> look_at_socket(const std::string& docker_host) {
    constexpr std::string_view kUnix = "unix://";
    if (!docker_host.starts_with(kUnix)) return {};
    const auto path = docker_host.substr(kUnix.size());
    if (::access(path.c_str(), F_OK) != 0) return EngineState::absent;
    if (::access(path.c_str(), W_OK) != 0) return EngineState::denied;
    return {};
}

http::Endpoint endpoint_of(const std::string& docker_host) {
    constexpr std::string_view kUnix = "unix://";
    if (docker_host.starts_with(kUnix))
        return http::unix_endpoint(docker_host.substr(kUnix.size()));
    const auto url = http::parse_url("http://" + docker_host.substr(docker_host.find("//") + 2));
    return url ? http::endpoint_of(*url) : http::Endpoint{};
}

Task<> read_engine_info(const std::string& docker_host, EngineFacts& out) {
    const http::Client client{endpoint_of(docker_host)};
    http::Call call{http::Method::get, "/info"};
    call.deadline = kEngineLimit;
    auto asking = client.send(std::move(call));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return;
    const auto info = json::parse(answer->body, nullptr, false);
    if (!info.is_object()) co_return;
    if (info.contains("MemoryLimit") && info["MemoryLimit"].is_boolean()) {
        out.limits_memory = info["MemoryLimit"].get<bool>();
    }
    const auto root = info.find("DockerRootDir");
    const bool is_here = docker_host.starts_with("unix://");
    if (!is_here || root == info.end() || !root->is_string()) co_return;
    out.root = root->get<std::string>();
    if (::access(out.root.c_str(), F_OK) == 0) out.room = measure_room(out.root);
}

ImageFacts::Place place_after(const Error& error) {
    const bool is_gone = error.code == Code::not_found ||
                         error.message.find("manifest unknown") != std::string::npos;
    return is_gone ? ImageFacts::Place::nowhere : ImageFacts::Place::unknown;
}

/// Without the credentials of whoever pushed it.
Task<ImageFacts> find_image(docker::Engine& engine, std::string name) {
    ImageFacts out{name, ImageFacts::Place::engine, ""};
    auto inspecting = engine.inspect_image(name);
    const auto info = co_await std::move(inspecting);
    if (info) co_return out;
    const auto reference = docker::parse_reference(name);
    out.place = place_after(info.error());
    out.words = info.error().message;
    if (!reference) co_return out;  // the engine's own name of an image
    auto limited = with_deadline(engine.registry_digest(*reference, {}), kEngineLimit);
    const auto digest = co_await std::move(limited);
    out.place = digest ? ImageFacts::Place::registry : place_after(digest.error());
    out.words = digest ? "" : digest.error().message;
    co_return out;
}

Task<> ask_engine(const MachineQuestion& question, EngineFacts& out) {
    if (const auto known = look_at_socket(question.docker_host)) {
        out.state = *known;
        co_return;
    }
    auto limited = with_deadline(docker::Engine::connect(question.docker_host), kEngineLimit);
    const auto engine = co_await std::move(limited);
    if (!engine) {
        out.state = engine.error().code == Code::invalid ? EngineState::old : EngineState::silent;
        out.words = engine.error().message;
        co_return;
    }
    out.state = EngineState::answers;
    out.version = (*engine)->version().engine;
    auto inspecting = (*engine)->inspect_image(question.switch_image);
    const auto image = co_await std::move(inspecting);
    out.has_switch_image = image || image.error().code != Code::not_found;
    for (const auto& name : question.images) {
        auto finding = find_image(**engine, name);
        out.images.push_back(co_await std::move(finding));
    }
    auto reading = read_engine_info(question.docker_host, out);
    co_await std::move(reading);
}

bool is_list_of_texts(const json& value) {
    return value.is_array() &&
           std::all_of(value.begin(), value.end(), [](const json& one) { return one.is_string(); });
}

Task<Result<std::string>> read_report(http::Stream& stream, std::string question) {
    auto writing = stream.write(question);
    const auto written = co_await std::move(writing);
    if (!written) co_return written.error();
    std::string out;
    std::array<char, 4096> piece{};
    while (out.size() < kMostReport) {
        auto reading = stream.read_some(piece);
        const auto got = co_await std::move(reading);
        if (!got) co_return got.error();
        if (*got == 0) break;
        out.append(piece.data(), *got);
    }
    co_return out;
}

}  // namespace

Task<Machine> survey(MachineQuestion question) {
    Machine out;
    // First of all: as long as there is one thread.
    if (const auto sandbox = execution::Sandbox::check(); !sandbox) {
        out.sandbox_failure = sandbox.error().message;
    }
    look_at_system(out);
    look_at_cgroups(out);
    out.room = measure_room(question.run);
    out.git = version_of("git");
    out.node = version_of("node");
    auto asking = ask_engine(question, out.engine);
    co_await std::move(asking);
    co_return out;
}

std::string to_line(const MachineQuestion& question) {
    json out{
        {"run", question.run.string()},
        {"docker_host", question.docker_host},
        {"switch_image", question.switch_image},
        {"workers", question.workers},
        {"has_host_label", question.has_host_label}};
    // A launcher of an older release knows no images, and is asked about them at night alone.
    if (!question.images.empty()) out["images"] = question.images;
    return out.dump() + "\n";
}

Result<MachineQuestion> parse_question(std::string_view line) {
    const Error broken{Code::protocol, "that is no question to a doctor"};
    const auto object = json::parse(line, nullptr, false);
    if (!object.is_object()) return broken;
    MachineQuestion out;
    for (const auto& [name, value] : object.items()) {
        if (name == "run" && value.is_string()) {
            out.run = value.get<std::string>();
        } else if (name == "docker_host" && value.is_string()) {
            out.docker_host = value.get<std::string>();
        } else if (name == "switch_image" && value.is_string()) {
            out.switch_image = value.get<std::string>();
        } else if (name == "workers" && value.is_number_integer()) {
            out.workers = value.get<std::int64_t>();
        } else if (name == "has_host_label" && value.is_boolean()) {
            out.has_host_label = value.get<bool>();
        } else if (name == "images" && is_list_of_texts(value)) {
            out.images = value.get<std::vector<std::string>>();
        } else {
            return broken;
        }
    }
    return out;
}

Task<Result<Report>> ask_launcher(std::filesystem::path socket, MachineQuestion question) {
    auto connecting = http::connect(http::unix_endpoint(std::move(socket)));
    auto stream = co_await std::move(connecting);
    if (!stream) co_return stream.error();
    auto limited = with_deadline(read_report(**stream, to_line(question)), kReportLimit);
    const auto text = co_await std::move(limited);
    if (!text) co_return text.error();
    co_return parse_report(*text);
}

}  // namespace triphammer::doctor
