#include "aws/signer.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace triphammer::aws {

namespace {

constexpr const char* kAlgorithm = "AWS4-HMAC-SHA256";

std::string bytes_of(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// 20150830T123600Z
std::string basic_time(TimePoint at) {
    auto text = to_rfc3339(at);  // 2015-08-30T12:36:00.000Z
    text.resize(text.find('.'));
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text + "Z";
}

/// Without "." and ".." and empty parts, each part encoded.
std::string canonical_path(std::string_view path) {
    std::vector<std::string> parts;
    for (const auto part : split(path.substr(1), '/')) {
        if (part == ".." && !parts.empty()) parts.pop_back();
        if (!part.empty() && part != "." && part != "..") parts.push_back(percent_encode(part));
    }
    const bool is_folder = path.ends_with('/') && !parts.empty();
    return "/" + join(parts, "/") + (is_folder ? "/" : "");
}

std::string encode_again(std::string_view text) {
    return percent_encode(percent_decode(text).value_or(std::string{text}));
}

std::string canonical_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto field : split(query, '&')) {
        if (field.empty()) continue;
        const auto equals = std::min(field.find('='), field.size());
        const auto value = field.substr(std::min(equals + 1, field.size()));
        fields.emplace_back(encode_again(field.substr(0, equals)), encode_again(value));
    }
    std::sort(fields.begin(), fields.end());
    std::vector<std::string> out;
    out.reserve(fields.size());
    for (const auto& [name, value] : fields) out.push_back(name + "=" + value);
    return join(out, "&");
}

/// One blank for each run of them.
std::string fold(std::string_view text) {
    std::string out;
    for (const char c : trim(text)) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank || out.back() != ' ') out += blank ? ' ' : c;
    }
    return out;
}

std::map<std::string, std::string> canonical_headers(
    const http::Call& call, const std::string& host
) {
    std::map<std::string, std::string> out{{"host", host}};
    for (const auto& field : call.headers) {
        const auto [at, is_new] = out.emplace(to_lower(field.name), fold(field.value));
        if (!is_new) at->second += "," + fold(field.value);
    }
    return out;
}

std::string signature(
    const Credentials& credentials,
    const Scope& scope,
    const std::string& date,
    const std::string& text
) {
    auto key = "AWS4" + credentials.secret_key.reveal();
    for (const std::string& part : {date, scope.region, scope.service, std::string{"aws4_request"}})
        key = bytes_of(hmac_sha256(key, part));
    auto out = to_hex(bytes_of(hmac_sha256(key, text)));
    wipe(key);
    return out;
}

}  // namespace

CanonicalRequest make_canonical_request(const http::Call& call, const std::string& host) {
    const std::string_view target = call.target;
    const auto mark = std::min(target.find('?'), target.size());
    std::string lines;
    std::vector<std::string> names;
    for (const auto& [name, value] : canonical_headers(call, host)) {
        lines += name + ":" + value + "\n";
        names.push_back(name);
    }
    CanonicalRequest out;
    out.signed_headers = join(names, ";");
    out.text = std::string{http::name_of(call.method)} + "\n" +
               canonical_path(target.substr(0, mark)) + "\n" +
               canonical_query(target.substr(std::min(mark + 1, target.size()))) + "\n" + lines +
               "\n" + out.signed_headers + "\n" + sha256_hex(call.body);
    return out;
}

void sign(
    http::Call& call,
    const std::string& host,
    const Credentials& credentials,
    const Scope& scope,
    TimePoint at
) {
    const auto time = basic_time(at);
    const auto date = time.substr(0, time.find('T'));
    call.headers.set("X-Amz-Date", time);
    if (!credentials.session_token.empty())
        call.headers.set("X-Amz-Security-Token", credentials.session_token.reveal());
    const auto request = make_canonical_request(call, host);
    const auto place = date + "/" + scope.region + "/" + scope.service + "/aws4_request";
    const auto text =
        std::string{kAlgorithm} + "\n" + time + "\n" + place + "\n" + sha256_hex(request.text);
    call.headers.set(
        "Authorization",
        std::string{kAlgorithm} + " Credential=" + credentials.access_key + "/" + place +
            ", SignedHeaders=" + request.signed_headers +
            ", Signature=" + signature(credentials, scope, date, text)
    );
}

}  // namespace triphammer::aws
