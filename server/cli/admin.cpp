#include "cli/admin.hpp"

#include "app/offline.hpp"
#include "app/run_here.hpp"
#include "http/client.hpp"

#include <nlohmann/json.hpp>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::cli {

namespace {

using nlohmann::json;

http::Method method_of(const std::string& name) {
    if (name == "POST") return http::Method::post;
    if (name == "PUT") return http::Method::put;
    if (name == "DELETE") return http::Method::delete_;
    return http::Method::get;
}

}  // namespace

Result<AdminAnswer> send_to_daemon(const app::Config& config, const AdminCall& call) {
    http::Call request{method_of(call.method), call.target};
    request.body = call.body;
    request.body_limit = call.most_bytes;
    request.headers.set("Content-Type", "application/json");
    const http::Client client{http::unix_endpoint(config.data / "admin.sock")};
    auto answer = app::run_here(client.send(std::move(request)));
    if (!answer) return answer.error();
    return AdminAnswer{answer->status, std::move(answer->body)};
}

Result<> become_owner(const std::filesystem::path& data) {
    struct stat info {};

    if (::stat(data.c_str(), &info) != 0 || info.st_uid == ::geteuid()) return {};
    if (::geteuid() == 0 && ::setgroups(0, nullptr) == 0 && ::setgid(info.st_gid) == 0 &&
        ::setuid(info.st_uid) == 0) {
        return {};
    }
    return refused(
        data.string() + " belongs to user " + std::to_string(info.st_uid) +
        "; run the command as that user or as root (sudo)"
    );
}

Result<AdminAnswer> send(const app::Config& config, const AdminCall& call) {
    auto answer = send_to_daemon(config, call);
    if (answer || answer.error().code != Code::unavailable) return answer;
    if (auto owner = become_owner(config.data); !owner) return owner.error();
    auto offline = app::call_offline(config, call.method, call.target, call.body);
    if (!offline) return offline.error();
    return AdminAnswer{offline->status, std::move(offline->body)};
}

std::string message_of(const AdminAnswer& answer) {
    const auto body = json::parse(answer.body, nullptr, false);
    if (body.is_object() && body.contains("error"))
        return body["error"].value("message", answer.body);
    return "the server answered " + std::to_string(answer.status);
}

}  // namespace triphammer::cli
