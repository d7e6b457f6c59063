#include "runner/session/pack_reader.hpp"

#include "base/text.hpp"

#include <charconv>

namespace triphammer::runner {

namespace {

constexpr std::size_t kLengthDigits = 4;
constexpr std::size_t kLongestHead = 64U << 10U;
constexpr std::string_view kRef = "ref ";
constexpr std::string_view kShallow = "shallow ";

Error broken(const std::string& what) {
    return {Code::protocol, "the source from the daemon is broken: " + what};
}

}  // namespace

Result<std::string_view> PackReader::feed(std::string_view bytes) {
    if (in_pack_) return bytes;
    head_ += bytes;
    while (!in_pack_) {
        auto taken = take_line();
        if (!taken) return taken.error();
        if (!*taken) return std::string_view{};
    }
    rest_ = std::move(head_);
    return std::string_view{rest_};
}

/// False: more bytes are needed.
Result<bool> PackReader::take_line() {
    if (head_.size() < kLengthDigits) return false;
    std::size_t length = 0;
    const char* end = head_.data() + kLengthDigits;
    const auto read = std::from_chars(head_.data(), end, length, 16);
    if (read.ec != std::errc{} || read.ptr != end) return broken("no length");
    if (length == 0) {
        head_.erase(0, kLengthDigits);
        return true;
    }
    if (length <= kLengthDigits || length > kLongestHead) return broken("a length out of bounds");
    if (head_.size() < length) return false;
    const std::string line{
        trim(std::string_view{head_}.substr(kLengthDigits, length - kLengthDigits))};
    head_.erase(0, length);
    in_pack_ = line == "NAK" || line.starts_with("ACK ");
    if (in_pack_) return true;
    if (line.starts_with(kRef)) {
        if (auto taken = take_ref(std::string_view{line}.substr(kRef.size())); !taken) {
            return taken.error();
        }
        return true;
    }
    if (!line.starts_with(kShallow)) return broken("an unexpected line");
    shallow_.push_back(line.substr(kShallow.size()));
    return true;
}

/// "<id> <name>"
Result<> PackReader::take_ref(std::string_view line) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return broken("a ref without a name");
    refs_.emplace(line.substr(space + 1), line.substr(0, space));
    return {};
}

}  // namespace triphammer::runner
