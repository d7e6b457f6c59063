#include "archive/wire.hpp"

#include "archive/zip_format.hpp"
#include "base/file.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::archive {

namespace {

constexpr std::size_t kHeadBytes = 5;

Code code_of(const std::string& name) {
    for (const auto code :
         {Code::invalid,
          Code::not_found,
          Code::refused,
          Code::too_large,
          Code::disk_full,
          Code::io,
          Code::protocol}) {
        if (name == name_of(code)) return code;
    }
    return Code::io;
}

}  // namespace

Result<> write_frame(int fd, char type, std::string_view payload) {
    std::string frame(1, type);
    zip::put(frame, static_cast<std::uint32_t>(payload.size()));
    frame += payload;
    return write_all(fd, frame);
}

Result<> FrameReader::feed(std::string_view bytes, const Take& take) {
    kept_ += bytes;
    std::string_view left = kept_;
    while (left.size() >= kHeadBytes) {
        const char type = left.front();
        const auto length = zip::get<std::uint32_t>(left, 1);
        const bool known = type == kData || type == kMessage || type == kEnd || type == kFailure;
        if (!known || length > kMostFrameBytes) {
            return Error{Code::protocol, "the archiver said: " + std::string{left.substr(0, 200)}};
        }
        if (left.size() - kHeadBytes < length) break;
        if (auto taken = take(type, left.substr(kHeadBytes, length)); !taken) return taken;
        left.remove_prefix(kHeadBytes + length);
    }
    kept_.erase(0, kept_.size() - left.size());
    return {};
}

std::string failure_text(const Error& error) {
    const nlohmann::json out{{"code", name_of(error.code)}, {"message", error.message}};
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Error parse_failure(std::string_view text) {
    const auto in = nlohmann::json::parse(text, nullptr, false);
    if (!in.is_object() || !in.contains("message") || !in["message"].is_string()) {
        return Error{Code::protocol, "the archiver failed and does not say why"};
    }
    const auto code = in.contains("code") && in["code"].is_string() ? in["code"].get<std::string>()
                                                                    : std::string{};
    return Error{code_of(code), in["message"].get<std::string>()};
}

}  // namespace triphammer::archive
