#include "api/pages/assets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace triphammer::embedded {
const char* web_assets_begin();
const char* web_assets_end();
}  // namespace triphammer::embedded

namespace triphammer::api {

namespace {

constexpr std::string_view kFirstLine = "triphammer-assets 1\n";
constexpr std::size_t kColumns = 8;
constexpr std::string_view kShell = "/index.html";

std::string_view slice(
    std::string_view bytes, std::string_view offset_text, std::string_view size_text
) {
    const auto offset = parse_integer(offset_text);
    const auto size = parse_integer(size_text);
    if (!offset || !size) throw std::logic_error("asset archive: a place is not a number");
    const auto from = static_cast<std::size_t>(*offset);
    const auto length = static_cast<std::size_t>(*size);
    if (from > bytes.size() || length > bytes.size() - from) {
        throw std::logic_error("asset archive: a file reaches past the end");
    }
    return bytes.substr(from, length);
}

Asset read_line(std::string_view line, std::string_view bytes) {
    const auto columns = split(line, '\t');
    if (columns.size() != kColumns) throw std::logic_error("asset archive: a line is malformed");
    Asset asset;
    asset.path = columns[0];
    asset.content_type = columns[1];
    asset.etag = "W/\"" + std::string(columns[2].substr(0, 32)) + '"';
    asset.immutable = columns[3] == "1";
    asset.body = slice(bytes, columns[4], columns[5]);
    asset.gzip = slice(bytes, columns[6], columns[7]);
    return asset;
}

const AssetArchive& embedded_archive() {
    const auto* begin = embedded::web_assets_begin();
    const auto size = static_cast<std::size_t>(embedded::web_assets_end() - begin);
    static const AssetArchive kArchive{std::string_view(begin, size)};
    return kArchive;
}

bool is_servers_own(std::string_view path) {
    constexpr std::string_view kPrefixes[] = {
        "/api/", "/assets/", "/webhooks/", "/runner/", "/badges/"};
    return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [&](std::string_view prefix) {
        return path.starts_with(prefix);
    });
}

}  // namespace

AssetArchive::AssetArchive(std::string_view bytes) {
    if (bytes.empty()) return;
    const auto end = bytes.find("\n\n");
    if (!bytes.starts_with(kFirstLine) || end == std::string_view::npos) {
        throw std::logic_error("asset archive: not one of ours");
    }
    const auto index = bytes.substr(kFirstLine.size(), end - kFirstLine.size());
    for (const auto line : split(index, '\n')) {
        assets_.push_back(read_line(line, bytes.substr(end + 2)));
    }
    std::sort(assets_.begin(), assets_.end(), [](const Asset& a, const Asset& b) {
        return a.path < b.path;
    });
}

const Asset* AssetArchive::find(std::string_view path) const {
    const auto found = std::lower_bound(
        assets_.begin(),
        assets_.end(),
        path,
        [](const Asset& asset, std::string_view wanted) { return asset.path < wanted; }
    );
    return found != assets_.end() && found->path == path ? &*found : nullptr;
}

std::optional<Asset> find_asset(std::string_view path) {
    const auto* asset = embedded_archive().find(path == "/" ? kShell : path);
    return asset ? std::optional(*asset) : std::nullopt;
}

std::optional<Asset> find_page(std::string_view path) {
    auto asset = find_asset(path);
    if (asset || is_servers_own(path)) return asset;
    return find_asset(kShell);
}

std::string_view content_security_policy() {
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
           "font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; "
           "base-uri 'none'; frame-ancestors 'none'";
}

std::string form_security_policy(std::string_view github_url) {
    constexpr std::string_view kForms = "form-action 'self'";
    std::string policy{content_security_policy()};
    const auto host = github_url.find("://");
    if (host == std::string_view::npos) return policy;
    const auto origin = github_url.substr(0, github_url.find('/', host + 3));
    policy.insert(policy.find(kForms) + kForms.size(), " " + std::string{origin});
    return policy;
}

}  // namespace triphammer::api
