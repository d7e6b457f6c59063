#include "docker/engine.hpp"
#include "docker/engine_connection.hpp"

#include <set>
#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr std::chrono::minutes kSlow{2};  // start and remove on a busy disk

std::string container_path(const std::string& id, std::string_view rest) {
    return "/containers/" + encode_path(id) + std::string{rest};
}

ContainerSummary parse_summary(const json& entry) {
    ContainerSummary out;
    out.id = entry.value("Id", std::string{});
    const auto names = entry.value("Names", std::vector<std::string>{});
    if (!names.empty()) out.name = names.front().substr(names.front().starts_with('/') ? 1 : 0);
    out.state = entry.value("State", std::string{});
    if (entry.contains("Labels") && entry["Labels"].is_object()) {
        out.labels = entry["Labels"].get<Labels>();
    }
    return out;
}

/// The last column of `ps`: what runs.
std::vector<std::string> parse_titles(const json& top) {
    std::vector<std::string> out;
    for (const auto& row : top.value("Processes", std::vector<std::vector<std::string>>{})) {
        if (!row.empty()) out.push_back(row.back());
    }
    return out;
}

/// Names of those that the container may write.
std::set<std::string> parse_writable_volumes(const json& inspect) {
    std::set<std::string> out;
    for (const auto& mount : inspect.value("Mounts", json::array())) {
        const bool is_writable = mount.value("RW", false);
        if (mount.value("Type", "") == "volume" && is_writable) out.insert(mount.value("Name", ""));
    }
    return out;
}

/// Bytes; a volume whose size the engine does not know has -1.
Result<std::uint64_t> sum_volumes(const json& usage, const std::set<std::string>& names) {
    std::uint64_t sum = 0;
    for (const auto& volume : usage.value("Volumes", json::array())) {
        if (!names.contains(volume.value("Name", ""))) continue;
        const auto bytes = volume.value("UsageData", json::object()).value("Size", -1LL);
        if (bytes < 0) return Error{Code::protocol, "the engine gives no size of a volume"};
        sum += static_cast<std::uint64_t>(bytes);
    }
    return sum;
}

}  // namespace

Task<Result<std::string>> Engine::create_container(ContainerSpec spec) {
    auto call = connection_->request_json(
        "/containers/create" + encode_query({{"name", spec.name}}), create_body(spec)
    );
    call.deadline = kSlow;
    auto sent = connection_->send_for_json(std::move(call), "create the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return answer->body.value("Id", std::string{});
}

Task<Result<>> Engine::start_container(std::string id) {
    auto call = connection_->request(http::Method::post, container_path(id, "/start"));
    call.deadline = kSlow;
    auto sent = connection_->send(std::move(call), "start the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<>> Engine::stop_container(std::string id, std::chrono::seconds grace) {
    const auto query = encode_query({{"t", std::to_string(grace.count())}});
    auto call = connection_->request(http::Method::post, container_path(id, "/stop" + query));
    call.deadline = grace + kSlow;
    call.idle_deadline = call.deadline;
    auto sent = connection_->send(std::move(call), "stop the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<>> Engine::kill_container(std::string id, std::string signal) {
    const auto query = encode_query({{"signal", signal}});
    auto call = connection_->request(http::Method::post, container_path(id, "/kill" + query));
    auto sent = connection_->send(std::move(call), "signal the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<int>> Engine::wait_container(std::string id) {
    auto call = connection_->request(http::Method::post, container_path(id, "/wait"));
    call.deadline = std::chrono::milliseconds{0};
    call.idle_deadline = std::chrono::milliseconds{0};
    auto sent = connection_->send_for_json(std::move(call), "wait for the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    const auto failure = answer->body.find("Error");
    if (failure != answer->body.end() && failure->is_object()) {
        co_return Error{Code::io, "wait for the container: " + failure->value("Message", "failed")};
    }
    co_return answer->body.value("StatusCode", -1);
}

Task<Result<ContainerInfo>> Engine::inspect_container(std::string id) {
    auto call = connection_->request(http::Method::get, container_path(id, "/json"));
    auto sent = connection_->send_for_json(std::move(call), "inspect the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return parse_container(answer->body);
}

Task<Result<std::uint64_t>> Engine::measure_container(std::string id) {
    auto call = connection_->request(http::Method::get, container_path(id, "/json?size=1"));
    auto sent = connection_->send_for_json(std::move(call), "measure the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    const auto bytes = answer->body.value("SizeRw", 0LL);  // left out where it is 0
    if (bytes < 0) {
        co_return Error{Code::protocol, "measure the container: the engine gives no size"};
    }
    const auto volumes = parse_writable_volumes(answer->body);
    if (volumes.empty()) co_return static_cast<std::uint64_t>(bytes);
    auto call_usage = connection_->request(http::Method::get, "/system/df?type=volume");
    call_usage.deadline = kSlow;
    auto asking = connection_->send_for_json(std::move(call_usage), "measure the volumes");
    const auto usage = co_await std::move(asking);
    if (!usage) co_return usage.error();
    const auto in_volumes = sum_volumes(usage->body, volumes);
    if (!in_volumes) co_return in_volumes.error();
    co_return static_cast<std::uint64_t>(bytes) + *in_volumes;
}

Task<Result<>> Engine::remove_container(std::string id) {
    auto call = connection_->request(http::Method::delete_, container_path(id, "?force=1&v=1"));
    call.deadline = kSlow;
    auto sent = connection_->send(std::move(call), "remove the container");
    auto answer = co_await std::move(sent);
    co_return fine_when(answer, Code::not_found);
}

Task<Result<>> Engine::rename_container(std::string id, std::string to) {
    const auto query = encode_query({{"name", to}});
    auto call = connection_->request(http::Method::post, container_path(id, "/rename" + query));
    auto sent = connection_->send(std::move(call), "rename the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<>> Engine::set_restart_policy(std::string id, std::string policy) {
    const json body{{"RestartPolicy", {{"Name", policy}}}};
    auto call = connection_->request_json(container_path(id, "/update"), body);
    auto sent = connection_->send(std::move(call), "set the restart policy");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<std::vector<ContainerSummary>>> Engine::list_containers(Labels labels) {
    return list_filtered(label_filter(labels));
}

Task<Result<std::vector<ContainerSummary>>> Engine::list_users_of_volumes(
    std::vector<std::string> volumes
) {
    return list_filtered(json{{"volume", volumes}}.dump());
}

Task<Result<std::vector<ContainerSummary>>> Engine::list_filtered(std::string filter) {
    const auto query = encode_query({{"all", "1"}, {"filters", filter}});
    auto call = connection_->request(http::Method::get, "/containers/json" + query);
    call.body_limit = kListLimit;
    auto sent = connection_->send_for_json(std::move(call), "list containers");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    std::vector<ContainerSummary> out;
    for (const auto& entry : answer->body) out.push_back(parse_summary(entry));
    co_return out;
}

Task<Result<std::vector<std::string>>> Engine::processes(std::string id) {
    auto call = connection_->request(http::Method::get, container_path(id, "/top"));
    auto sent = connection_->send_for_json(std::move(call), "list the container's processes");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return parse_titles(answer->body);
}

Task<Result<>> Engine::put_archive(std::string id, std::string folder, ByteSource& tar) {
    const auto query = encode_query({{"path", folder}});
    auto call = connection_->request(http::Method::put, container_path(id, "/archive" + query));
    call.headers.set("Content-Type", "application/x-tar");
    call.upload = upload_of(tar);
    call.deadline = std::chrono::milliseconds{0};
    call.idle_deadline = kSlow;
    auto sent = connection_->send(std::move(call), "put files into the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<std::string>> Engine::get_archive(
    std::string id, std::string path, std::uint64_t max_bytes
) {
    const auto query = encode_query({{"path", path}});
    auto call = connection_->request(http::Method::get, container_path(id, "/archive" + query));
    call.body_limit = max_bytes;
    call.deadline = std::chrono::milliseconds{0};
    call.idle_deadline = kSlow;
    auto sent = connection_->send(std::move(call), "get files from the container");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

Task<Result<>> Engine::download_archive(std::string id, std::string path, ByteSink take) {
    const char* what = "get files from the container";
    const auto query = encode_query({{"path", path}});
    auto call = connection_->request(http::Method::get, container_path(id, "/archive" + query));
    call.deadline = std::chrono::milliseconds{0};
    call.idle_deadline = kSlow;
    auto downloading = connection_->client.download(std::move(call), std::move(take));
    const auto answer = co_await std::move(downloading);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    co_return Result<>{};
}

}  // namespace triphammer::docker
