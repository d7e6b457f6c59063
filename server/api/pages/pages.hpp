#pragma once
// The dashboard's files as answers.

#include "http/message.hpp"

#include <string>

namespace triphammer::api {

/// 404 where nothing is at the path. `github_url` is where the page that makes an App may post to.
http::Response serve_page(const http::RequestHead& head, const std::string& github_url);

}  // namespace triphammer::api
