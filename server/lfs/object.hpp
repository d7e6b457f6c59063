#pragma once
// Objects of Git LFS: one is looked up by the batch API and fetched, from hosts that a list names
// and from nowhere else. Source: docs/api/batch.md and docs/api/basic-transfers.md of
// git-lfs/git-lfs.

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "http/client.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::lfs {

struct Object {
    std::string oid;  // SHA-256, 64 lower-case hex digits
    std::uint64_t bytes = 0;
};

bool is_oid(std::string_view text);

struct Hosts {
    std::vector<std::string> allowed;   // "github.com", "127.0.0.1:8080"
    std::vector<std::string> insecure;  // for which plain http is taken, on loopback
};

/// Code::invalid for what is no URL, Code::refused for another host, with the key of the
/// configuration. Pure.
Result<http::Url> check_url(std::string_view url, const Hosts& hosts);

/// Where a repository's objects are asked for: REPOSITORY.git/info/lfs/objects/batch. Errors as
/// check_url's. Pure.
Result<http::Url> make_batch_url(std::string_view repository, const Hosts& hosts);

/// Pure.
std::string make_batch_request(const Object& object);

/// A GET that fetches the object.
struct Download {
    http::Url url;
    http::Headers headers;
};

/// Code::not_found for an object that the server has not, Code::protocol. Pure.
Result<Download> read_batch_answer(std::string_view body, const Object& object, const Hosts& hosts);

/// A repository on a host.
struct Source {
    std::string repository;  // its address
    Secret token;            // may be empty
    Hosts hosts;
};

/// Into a new file, which is whole and has the right sum where there is no error. Errors: those
/// above, unauthorized, and http::Client's. Redirects are not followed. On the logic thread.
Task<Result<>> fetch_object(Source source, Object object, std::filesystem::path into);

}  // namespace triphammer::lfs
