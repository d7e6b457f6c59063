#include "api/pages/pages.hpp"

#include "api/pages/assets.hpp"

namespace triphammer::api {

namespace {

/// The page that has GitHub make an App posts a form there.
constexpr std::string_view kFormPage = "/connect/github";

void protect(http::Response& response, std::string policy) {
    response.headers.set("Content-Security-Policy", std::move(policy));
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "same-origin");
    response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
}

bool takes_gzip(const http::RequestHead& head) {
    return head.headers.has_token("Accept-Encoding", "gzip");
}

}  // namespace

http::Response serve_page(const http::RequestHead& head, const std::string& github_url) {
    const auto asset = find_page(head.path);
    if (!asset) return http::make_error(404, "not_found", "there is nothing at this path");
    http::Response response{200};
    protect(
        response,
        head.path == kFormPage ? form_security_policy(github_url)
                               : std::string{content_security_policy()}
    );
    response.headers.set("Content-Type", std::string{asset->content_type});
    response.headers.set("ETag", asset->etag);
    response.headers.set("Vary", "Accept-Encoding");
    response.headers.set(
        "Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache"
    );
    if (head.headers.find("If-None-Match") == asset->etag) {
        response.status = 304;
        return response;
    }
    const bool gzip = !asset->gzip.empty() && takes_gzip(head);
    if (gzip) response.headers.set("Content-Encoding", "gzip");
    response.body = std::string{gzip ? asset->gzip : asset->body};
    return response;
}

}  // namespace triphammer::api
