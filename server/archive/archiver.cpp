#include "archive/archiver.hpp"

#include "archive/collect.hpp"
#include "archive/links.hpp"
#include "archive/unpack.hpp"
#include "archive/wire.hpp"
#include "archive/zip_writer.hpp"
#include "base/file.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::archive {

using nlohmann::json;

namespace {

constexpr std::size_t kPieceBytes = 128U << 10U;
constexpr std::size_t kMostEntries = 500'000;

std::uint32_t mode_of(const Found& found) {
    switch (found.kind) {
        case Kind::file:
            return S_IFREG | found.mode;
        case Kind::folder:
            return S_IFDIR | found.mode;
        case Kind::link:
            return S_IFLNK | 0777U;
    }
    return 0;
}

class Packer {
  public:
    Packer(const PackRequest& request, int output)
        : request_{request},
          output_{output},
          zip_{
              [this](std::string_view bytes) { return gather(bytes); },
              request.method,
              request.level} {}

    Result<Packed> run() {
        const PathList paths{request_.paths, {request_.workspace, request_.home}};
        CollectOptions options;
        options.follow_links = request_.roots.empty();
        options.hidden = request_.hidden;
        options.most = kMostEntries;
        const auto found = collect(paths, options);
        if (!found) return found.error();
        if (request_.roots.empty()) root_ = find_root(paths, *found);
        for (const auto& one : *found) {
            if (auto added = add(one); !added) return added.error();
        }
        if (done_.files == 0) return done_;
        if (auto ended = zip_.finish(); !ended) return ended.error();
        if (auto sent = flush(); !sent) return sent.error();
        return done_;
    }

  private:
    /// Source: upload-artifact's documentation. A single file is named as it is.
    static std::string find_root(const PathList& paths, const std::vector<Found>& found) {
        const auto common = common_folder(paths.all_bases());
        const bool is_file =
            !found.empty() && found[0].path == common && found[0].kind == Kind::file;
        return is_file ? normal_path(common + "/..") : common;
    }

    Result<> add(const Found& found) {
        if (request_.roots.empty() && found.kind != Kind::file) return {};
        const auto [name, root] = name_of(found.path);
        if (name.empty()) return {};
        if (!is_safe_name(name)) return say("left out, for its name: " + found.path);
        if (found.kind == Kind::file) return add_file(found, name);
        if (found.kind == Kind::folder) return add_bytes(found, name + "/", {});
        const auto target = portable_target(found.path, found.target, root);
        if (!target) return say("left out, a link that leads away: " + found.path);
        return add_bytes(found, name, *target);
    }

    /// Its name in the archive, and the root that it begins at; the narrowest root wins.
    std::pair<std::string, std::string> name_of(const std::string& path) const {
        if (request_.roots.empty()) return {relative(path, root_), root_};
        const std::pair<const std::string, std::string>* best = nullptr;
        for (const auto& root : request_.roots) {
            const bool narrower = best == nullptr || root.second.size() > best->second.size();
            if (is_within(path, root.second) && narrower) best = &root;
        }
        if (best == nullptr || path == best->second) return {};
        return {best->first + "/" + relative(path, best->second), best->second};
    }

    static std::string relative(const std::string& path, const std::string& folder) {
        const auto begin = folder == "/" ? 1 : folder.size() + 1;
        return path.size() > begin ? path.substr(begin) : std::string{};
    }

    /// A file that grows or shrinks meanwhile is kept as long as it was found.
    Result<> add_file(const Found& found, const std::string& name) {
        auto file = open_file(found.path, O_RDONLY | O_NONBLOCK);
        if (!file) return with_context("cannot be read", file.error());
        if (auto begun = zip_.begin(name, mode_of(found), found.modified); !begun) return begun;
        std::string piece(kPieceBytes, '\0');
        for (;;) {
            const auto count = ::read(file->get(), piece.data(), piece.size());
            if (count < 0) return from_errno("read " + found.path);
            if (count == 0) break;
            const auto size = static_cast<std::size_t>(count);
            if (auto written = zip_.write({piece.data(), size}); !written) return written;
            done_.bytes += size;
        }
        ++done_.files;
        return zip_.end();
    }

    Result<> add_bytes(const Found& found, const std::string& name, std::string_view bytes) {
        if (auto begun = zip_.begin(name, mode_of(found), found.modified); !begun) return begun;
        if (auto written = zip_.write(bytes); !written) return written;
        ++done_.files;
        return zip_.end();
    }

    Result<> gather(std::string_view bytes) {
        pending_ += bytes;
        return pending_.size() < kPieceBytes ? Result<>{} : flush();
    }

    Result<> flush() {
        auto sent = write_frame(output_, kData, pending_);
        pending_.clear();
        return sent;
    }

    Result<> say(const std::string& line) const {
        return write_frame(output_, kMessage, line + "\n");
    }

    const PackRequest& request_;
    int output_;
    std::string root_;
    std::string pending_;
    ZipWriter zip_;
    Packed done_;
};

template <class T>
void take(const json& in, const char* name, T& out) {
    if (in.contains(name)) out = in.at(name).get<T>();
}

PackRequest pack_request_of(const json& in) {
    PackRequest out;
    take(in, "paths", out.paths);
    take(in, "workspace", out.workspace);
    take(in, "home", out.home);
    take(in, "roots", out.roots);
    take(in, "hidden", out.hidden);
    take(in, "level", out.level);
    out.method = static_cast<Method>(in.value("method", std::uint16_t{8}));
    return out;
}

UnpackRequest unpack_request_of(const json& in) {
    UnpackRequest out;
    take(in, "archive", out.archive);
    take(in, "roots", out.roots);
    take(in, "is_cache", out.is_cache);
    take(in, "most_bytes", out.most_bytes);
    return out;
}

Result<Packed> run_unpack(const UnpackRequest& request) {
    auto file = open_file(request.archive, O_RDONLY | O_NOFOLLOW);
    if (!file) return file.error();
    ::unlink(request.archive.c_str());
    UnpackOptions options;
    options.roots = request.roots;
    options.keep_times = request.is_cache;
    options.keep_modes = request.is_cache;
    options.limits.links = request.is_cache;
    options.limits.bytes = request.most_bytes;
    const auto done = unpack(file->get(), options);
    if (!done) return done.error();
    return Packed{done->files, done->bytes};
}

Result<Packed> carry_out(std::string_view verb, std::string_view text, int output) {
    const auto in = json::parse(text, nullptr, false);
    if (!in.is_object()) return invalid("the request is no JSON object");
    if (verb == "pack") {
        const auto request = pack_request_of(in);
        return Packer{request, output}.run();
    }
    if (verb == "unpack") return run_unpack(unpack_request_of(in));
    return invalid("pack or unpack");
}

}  // namespace

std::string to_text(const PackRequest& request) {
    const json out{
        {"paths", request.paths},
        {"workspace", request.workspace},
        {"home", request.home},
        {"roots", request.roots},
        {"hidden", request.hidden},
        {"method", static_cast<std::uint16_t>(request.method)},
        {"level", request.level}};
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_text(const UnpackRequest& request) {
    const json out{
        {"archive", request.archive},
        {"roots", request.roots},
        {"is_cache", request.is_cache},
        {"most_bytes", request.most_bytes}};
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Packed> parse_packed(std::string_view text) {
    const auto in = json::parse(text, nullptr, false);
    if (!in.is_object()) return Error{Code::protocol, "the archiver's end cannot be read"};
    Packed out;
    out.files = in.value("files", std::uint64_t{0});
    out.bytes = in.value("bytes", std::uint64_t{0});
    return out;
}

int run_archiver(int count, const char* const* arguments, int output) {
    const auto done = count == 2 ? carry_out(arguments[0], arguments[1], output)
                                 : Result<Packed>{invalid("pack or unpack, and a request")};
    if (!done) {
        (void)write_frame(output, kFailure, failure_text(done.error()));
        return 1;
    }
    const json end{{"files", done->files}, {"bytes", done->bytes}};
    return write_frame(output, kEnd, end.dump()) ? 0 : 1;
}

}  // namespace triphammer::archive
