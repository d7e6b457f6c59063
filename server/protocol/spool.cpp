#include "protocol/spool.hpp"

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
    if (const auto chunk = parse_log(frame)) {
        auto& end = summary_.log_ends[chunk->step];
        end = std::max(end, chunk->offset + chunk->bytes.size());
        broken_ = summary_.has_end;
        return;
    }
    auto record = parse_record(frame);
    // Nothing stands behind the end, and nothing but records and logs stands in a spool.
    broken_ = !record || summary_.has_end || (summary_.whole_bytes > 0) != bool(summary_.started);
    if (broken_) return;
    if (auto* started = std::get_if<Started>(&*record)) summary_.started = std::move(*started);
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
