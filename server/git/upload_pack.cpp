#include "git/upload_pack.hpp"

#include "base/text.hpp"
#include "git/repository.hpp"

#include <memory>

namespace triphammer::git {

namespace {

constexpr std::int64_t kAllDepths = 0x7fffffff;  // git's own word for it

std::string make_request_lines(const SourceWant& want) {
    const bool is_thin = !want.have.empty();
    auto lines = make_packet(
        "want " + want.sha + " shallow ofs-delta no-progress" + (is_thin ? " thin-pack" : "") + "\n"
    );
    for (const auto& id : want.besides) lines += make_packet("want " + id + "\n");
    if (is_thin) lines += make_packet("shallow " + want.have + "\n");
    if (want.depth > 0) lines += make_packet("deepen " + std::to_string(want.depth) + "\n");
    lines += "0000";
    if (is_thin) lines += make_packet("have " + want.have + "\n");
    return lines + make_packet("done\n");
}

Error explain(const ChildEnd& end) {
    const auto cause = std::string{trim(end.errors)};
    return {Code::io, "git upload-pack failed: " + std::string{cut_utf8(cause, 500)}};
}

/// A refusal comes on standard output too, as the only packet: it is ours to explain, not the
/// runner's to parse.
bool is_refusal(std::string_view bytes) {
    return bytes.size() >= 8 && bytes.substr(4, 4) == "ERR ";
}

struct Forwarding {
    OnOutput on_output;
    bool begun = false;
};

Task<Result<>> forward(std::shared_ptr<Forwarding> state, std::string bytes) {
    const bool refusal = !state->begun && is_refusal(bytes);
    state->begun = true;
    if (refusal) co_return not_found("the mirror does not have this commit");
    auto taken = state->on_output(std::move(bytes));
    co_return co_await std::move(taken);
}

}  // namespace

/// gitprotocol-common(5).
std::string make_packet(const std::string& line) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto size = line.size() + 4;
    std::string packet;
    for (const unsigned shift : {12U, 8U, 4U, 0U}) packet += kDigits[(size >> shift) & 15U];
    return packet + line;
}

Task<Result<>> send_source(
    Spawner& spawner, std::filesystem::path mirror, SourceWant want, OnOutput on_output
) {
    for (const auto& id : {want.sha, want.have.empty() ? want.sha : want.have}) {
        if (!is_object_id(id)) co_return invalid("'" + id + "' is no commit id");
    }
    ChildRequest request;
    request.arguments = {"upload-pack", "--stateless-rpc", mirror.string()};
    request.settings = {
        // The commit of an attempt need not be the tip of anything any more.
        {"uploadpack.allowAnySHA1InWant", "true"},
        {"pack.threads", "1"},
    };
    // What is shallow itself tells where it ends only when it is asked for a depth.
    if (want.depth == 0 && std::filesystem::exists(mirror / "shallow")) want.depth = kAllDepths;
    request.input = make_request_lines(want);
    request.limits.silence = request.limits.total;  // packing is silent; there is no host to doubt
    auto state = std::make_shared<Forwarding>();
    state->on_output = std::move(on_output);
    const OnOutput take = [state](std::string bytes) { return forward(state, std::move(bytes)); };
    auto running = run_child(spawner, std::move(request), take);
    auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (!end->status.ok()) co_return explain(*end);
    co_return Result<>{};
}

}  // namespace triphammer::git
