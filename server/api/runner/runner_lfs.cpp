// Files of Git LFS for a runner: fetched once by the daemon, with the credential of the repository
// whose they are, and kept under data/lfs/<repository id> as long as somebody asks for them.
//
//   GET /runner/v1/lfs?oid=&bytes=[&repository=|&module=]   the file
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "api/runner/source_place.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "base/unused.hpp"
#include "lfs/object.hpp"

#include <fcntl.h>

namespace triphammer::api {

namespace {

constexpr std::int64_t kLargestObject = std::int64_t{5} << 30U;  // GitHub's own limit
constexpr std::size_t kTailBytes = 8;

Result<lfs::Object> read_wanted_object(const Call& call) {
    lfs::Object out{query_text(call, "oid"), 0};
    if (!lfs::is_oid(out.oid)) return invalid("oid: 64 hex digits");
    const auto bytes = query_number(call, "bytes", -1);
    if (!bytes) return bytes.error();
    if (*bytes < 0) return invalid("bytes: the object's size");
    if (*bytes > kLargestObject) {
        return Error{Code::too_large, "a file of Git LFS has at most 5 GiB here"};
    }
    out.bytes = static_cast<std::uint64_t>(*bytes);
    return out;
}

Task<Result<>> fetch_into(
    Services& services, SourcePlace place, lfs::Object object, std::filesystem::path path
) {
    if (auto made = make_directory(path.parent_path(), 0700); !made) co_return made;
    const std::filesystem::path part =
        path.string() + "." + random_hex(services.random, kTailBytes);
    lfs::Source source;
    source.repository = git::as_https(place.url);
    if (place.remote) source.token = place.remote->token;
    source.hosts = {services.lfs_hosts, services.url_rules.insecure_hosts};
    auto fetching = lfs::fetch_object(std::move(source), std::move(object), part);
    auto fetched = co_await std::move(fetching);
    // Said of a daemon that is away it would be tried again for minutes.
    const bool is_away = !fetched && (fetched.error().code == Code::unavailable ||
                                      fetched.error().code == Code::timed_out);
    if (is_away) fetched = Error{Code::protocol, fetched.error().message};
    std::error_code failure;
    if (fetched) std::filesystem::rename(part, path, failure);
    if (failure) fetched = from_errno("keep " + path.string(), failure.value());
    if (!fetched) std::filesystem::remove(part, failure);
    co_return fetched;
}

Task<Result<http::FileBody>> find_object(
    Services& services, SourceOwner owner, SourceWanted wanted, lfs::Object object
) {
    if (services.lfs_hosts.empty()) {
        co_return refused(
            "files of Git LFS are off on this server: an admin lists the hosts that they may come "
            "from at git.lfs_hosts in the configuration"
        );
    }
    auto placing = find_source_place(services, owner, wanted);
    const auto place = co_await std::move(placing);
    if (!place) co_return place.error();
    const auto path = services.data / "lfs" / model::to_text(place->id) / object.oid;
    std::error_code failure;
    const auto bytes = object.bytes;
    if (std::filesystem::file_size(path, failure) != bytes || failure) {
        auto fetching = fetch_into(services, *place, std::move(object), path);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched.error();
    }
    mark_used(path);
    auto file = open_file(path, O_RDONLY);
    if (!file) co_return file.error();
    co_return http::FileBody{std::make_shared<FileDescriptor>(std::move(*file)), 0, bytes};
}

}  // namespace

Answer fetch_lfs_object(Services& services, Call call) {
    auto asking = find_source_owner(services, token_of(call.request));
    auto owner = co_await std::move(asking);
    if (!owner) co_return http::make_error(owner.error());
    auto object = read_wanted_object(call);
    if (!object) co_return http::make_error(object.error());
    SourceWanted wanted;
    wanted.repository = query_text(call, "repository");
    wanted.module = query_text(call, "module");
    auto finding = find_object(services, std::move(*owner), std::move(wanted), std::move(*object));
    auto found = co_await std::move(finding);
    if (!found) co_return http::make_error(found.error());
    http::Response response{200};
    response.headers.set("Content-Type", "application/octet-stream");
    response.body = std::move(*found);
    co_return response;
}

}  // namespace triphammer::api
