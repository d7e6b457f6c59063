#include "protocol/spool.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::protocol {

void SpoolScanner::feed(std::string_view bytes) {
    if (broken_) return;
    decoder_.feed(bytes);
    for (;;) {
        const auto frame = decoder_.next();
        if (!frame) {
            broken_ = true;
            return;
        }
        if (!*frame) return;
        see(**frame);
        if (broken_) return;
        summary_.whole_bytes += (*frame)->bytes;
    }
}

void SpoolScanner::see(const Frame& frame) {
    if (std::exchange(summary_.has_end, false)) {
        broken_ = true;  // nothing stands behind the end
        return;
    }
    if (const auto chunk = parse_log(frame)) {
        auto& end = summary_.log_ends[chunk->step];
        end = std::max(end, chunk->offset + chunk->bytes.size());
        broken_ = !summary_.started;
        return;
    }
    auto record = parse_record(frame);
    auto* started = record ? std::get_if<Started>(&*record) : nullptr;
    const bool is_first = !summary_.started;
    broken_ = !record || is_first != (started != nullptr);
    if (broken_) return;
    if (is_first) summary_.started = std::move(*started);
    summary_.has_end =
        std::holds_alternative<End>(*record) || std::holds_alternative<Park>(*record);
}

bool is_covered(const Frame& frame, const std::map<int, std::uint64_t>& have) {
    if (frame.type != FrameType::log) return false;
    const auto chunk = parse_log(frame);
    if (!chunk) return false;
    const auto found = have.find(chunk->step);
    return found != have.end() && chunk->offset + chunk->bytes.size() <= found->second;
}

}  // namespace triphammer::protocol
