#include "runner/session/hash_files.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostFiles = 500'000;
constexpr std::uint64_t kMostBytes = 1ULL << 30U;

std::pair<std::string_view, std::string_view> first_part(std::string_view path) {
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return {path, {}};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

/// A pattern that names a folder means all that is in it.
bool matches_path_or_folder(std::string_view pattern, std::string_view path) {
    for (auto end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
        if (matches_path(pattern, path.substr(0, end))) return true;
    }
    return matches_path(pattern, path);
}

/// One pattern a line, relative to the workspace; lines with # are remarks.
std::vector<std::string> read_patterns(
    const std::vector<std::string>& texts, const std::array<std::string, 2>& workspaces
) {
    std::vector<std::string> out;
    for (const auto& text : texts) {
        for (auto line : split(text, '\n')) {
            line = trim(line);
            if (line.empty() || line[0] == '#') continue;
            const std::string_view mark = line[0] == '!' ? "!" : "";
            line.remove_prefix(mark.size());
            for (const auto& workspace : workspaces) {
                if (line.starts_with(workspace + "/")) line.remove_prefix(workspace.size() + 1);
            }
            if (line.ends_with('/')) line.remove_suffix(1);
            out.push_back(std::string{mark} + std::string{line});
        }
    }
    return out;
}

bool is_wanted(const std::vector<std::string>& patterns, const std::string& path) {
    bool wanted = false;
    for (const auto& pattern : patterns) {
        const bool excludes = !pattern.empty() && pattern[0] == '!';
        const auto text = std::string_view{pattern}.substr(excludes ? 1 : 0);
        if (matches_path_or_folder(text, path)) wanted = !excludes;
    }
    return wanted;
}

Result<std::vector<std::string>> list_wanted(
    const fs::path& root, const std::vector<std::string>& patterns
) {
    std::vector<std::string> out;
    std::error_code failure;
    std::size_t seen = 0;
    fs::recursive_directory_iterator at{
        root, fs::directory_options::skip_permission_denied, failure};
    for (; !failure && at != fs::recursive_directory_iterator{}; at.increment(failure)) {
        if (++seen > kMostFiles)
            return Error{Code::too_large, "hashFiles: more than 500,000 files"};
        if (at->path().filename() == ".git") at.disable_recursion_pending();
        if (at->symlink_status(failure).type() != fs::file_type::regular) continue;
        const auto path = at->path().lexically_relative(root).generic_string();
        if (is_wanted(patterns, path)) out.push_back(path);
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Adds the file's own digest to `all`; `left` is what may still be read.
Result<> add_file(const fs::path& path, Sha256Stream& all, std::uint64_t& left) {
    auto file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return file.error();
    Sha256Stream own;
    std::string buffer(256U << 10U, '\0');
    for (;;) {
        const auto count = ::read(file->get(), buffer.data(), buffer.size());
        if (count < 0) return from_errno("read " + path.string());
        if (count == 0) break;
        const auto size = static_cast<std::uint64_t>(count);
        if (size > left) return Error{Code::too_large, "hashFiles: more than 1 GiB"};
        left -= size;
        own.update({buffer.data(), size});
    }
    all.update(*from_hex(own.hex()));
    return {};
}

}  // namespace

Result<std::string> HashFiles::hash_files(const std::vector<std::string>& patterns) {
    if (is_hidden_) return files_are_hidden();
    const auto own = workspace_.string();
    const auto files =
        list_wanted(workspace_, read_patterns(patterns, {own, inside_.empty() ? own : inside_}));
    if (!files) return files.error();
    if (files->empty()) return std::string{};
    Sha256Stream all;
    std::uint64_t left = kMostBytes;
    for (const auto& file : *files) {
        if (auto added = add_file(workspace_ / file, all, left); !added) return added.error();
    }
    return all.hex();
}

Error files_are_hidden() {
    return invalid(
        "hashFiles: once a step has run in the container, only steps may ask; not the defaults of "
        "an action's inputs, pre-if and post-if"
    );
}

int run_hash_files(int count, char** arguments) {
    if (count < 1) return 1;
    HashFiles hashes{arguments[0]};
    const auto digest = hashes.hash_files({arguments + 1, arguments + count});
    const auto text = (digest ? *digest : digest.error().message) + "\n";
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return digest && written ? 0 : 1;
}

bool matches_path(std::string_view pattern, std::string_view path) {
    if (pattern.substr(0, 2) == "./") pattern.remove_prefix(2);
    const auto [head, rest] = first_part(pattern);
    const auto [name, below] = first_part(path);
    const bool last = pattern.find('/') == std::string_view::npos;
    if (head == "**") {
        if (last) return true;
        return matches_path(rest, path) || (!below.empty() && matches_path(pattern, below));
    }
    if (::fnmatch(std::string{head}.c_str(), std::string{name}.c_str(), 0) != 0) return false;
    if (last) return below.empty();
    return !below.empty() && matches_path(rest, below);
}

}  // namespace triphammer::runner
