#pragma once
// The program that packs and unpacks: the runner's own file, started once more where the job's
// steps run, with their rights and their view of the files. So a link that a step has planted leads
// it nowhere that the step could not go itself.
//
//   triphammer-runner archive pack|unpack JSON

#include "archive/codec.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace triphammer::archive {

struct PackRequest {
    std::string paths;  // the `path` input
    std::string workspace;
    std::string home;
    /// Part of a name → folder, for caches: links stay links, folders and times are kept. Without
    /// roots, for artifacts: files only, links are followed, names begin at the folder that all
    /// paths share.
    std::map<std::string, std::string> roots;
    bool hidden = true;
    Method method = Method::deflate;
    int level = 6;
};

struct Packed {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;  // unpacked
};

struct UnpackRequest {
    std::string archive;  // removed at the end
    /// As above; "" for artifacts.
    std::map<std::string, std::string> roots;
    bool is_cache = false;
    std::uint64_t most_bytes = 0;
};

std::string to_text(const PackRequest& request);
std::string to_text(const UnpackRequest& request);
/// What an end frame says.
Result<Packed> parse_packed(std::string_view text);

/// main() of the program: `arguments` behind "archive". 0, or 1 after a failure frame.
int run_archiver(int count, const char* const* arguments, int output);

}  // namespace triphammer::archive
