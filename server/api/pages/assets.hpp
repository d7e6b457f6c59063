#pragma once
// The dashboard's files, as web/build.mjs packed them and cmake/web.cmake embedded them.
// All views point into the program itself and live as long as it. Any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::api {

struct Asset {
    std::string path;  // "/index.html"
    std::string_view content_type;
    std::string etag;        // weak, the same for both forms: send it with Vary: Accept-Encoding
    bool immutable = false;  // its name changes with its content: cache for a year
    std::string_view body;
    std::string_view gzip;  // empty where compression gains nothing
};

/// Reads the archive that web/pack.mjs describes; an empty one holds nothing.
/// Throws std::logic_error for a malformed one: that is a broken build, not an input.
class AssetArchive {
  public:
    explicit AssetArchive(std::string_view bytes);

    const Asset* find(std::string_view path) const;

  private:
    std::vector<Asset> assets_;  // by path
};

/// The embedded file of exactly this path ("/" is "/index.html"); nothing in a build without
/// TRIPHAMMER_WEB.
std::optional<Asset> find_asset(std::string_view path);

/// What a browser gets for `path`: the file, or the shell for a screen's address ("/runs/12").
/// Nothing for an unknown file below /assets/, and never for /api/, /webhooks/, /runner/, /badges/.
std::optional<Asset> find_page(std::string_view path);

/// For every HTML answer (docs: web/README.md); X-Content-Type-Options, Referrer-Policy and the
/// like are the caller's.
std::string_view content_security_policy();
/// The same for the one page that posts a form to GitHub: `github_url`'s origin may have it.
std::string form_security_policy(std::string_view github_url);

}  // namespace triphammer::api
