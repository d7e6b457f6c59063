#include "launcher/start_line.hpp"

#include "launcher/json_fields.hpp"

namespace triphammer::launcher {

std::string to_line(const StartLine& line) {
    const nlohmann::json out{
        {"fence", line.fence},
        {"token", line.token.reveal()},
        {"endpoint", line.endpoint},
        {"server_id", line.server_id},
        {"folder", line.folder},
        {"run", line.run},
        {"cgroup", line.cgroup},
        {"docker_host", line.docker_host},
        {"pool", line.pool},
        {"hidden", line.hidden}};
    return out.dump() + "\n";
}

Result<StartLine> parse_start_line(std::string_view text) {
    const auto object = parse_object(text);
    StartLine out;
    std::string token;
    Fields fields{object};
    fields.number("fence", out.fence);
    fields.text("token", token);
    fields.text("endpoint", out.endpoint);
    fields.text("server_id", out.server_id);
    fields.text("folder", out.folder);
    fields.text("run", out.run);
    fields.text("cgroup", out.cgroup);
    fields.text("docker_host", out.docker_host);
    fields.text("pool", out.pool);
    fields.texts("hidden", out.hidden);
    if (auto ok = fields.finish(); !ok) return ok.error();
    out.token = Secret{std::move(token)};
    return out;
}

}  // namespace triphammer::launcher
