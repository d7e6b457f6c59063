#include "launch/left_spool.hpp"

#include "base/file.hpp"
#include "protocol/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace triphammer::launch {

bool has_whole_end(const std::filesystem::path& spool, const std::string& nonce) {
    const auto file = open_file(spool, O_RDONLY);
    if (!file) return false;
    protocol::SpoolScanner scanner;
    std::string buffer(256 * 1024, '\0');
    for (;;) {
        const auto count = ::read(file->get(), buffer.data(), buffer.size());
        if (count <= 0) break;
        scanner.feed({buffer.data(), static_cast<std::size_t>(count)});
    }
    const auto& summary = scanner.summary();
    return summary.has_end && summary.started && summary.started->nonce == nonce;
}

}  // namespace triphammer::launch
