#include "report/channel_target.hpp"

#include "base/text.hpp"
#include "mail/smtp.hpp"
#include "report/channel_text.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace triphammer::report {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto kCallLimit = 20s;
constexpr std::uint64_t kAnswerBytes = 64 * 1024;
constexpr int kNever = 422;

github::ApiAnswer answer_of(int status, std::string text) {
    github::ApiAnswer answer;
    answer.status = status;
    answer.body = std::move(text);
    return answer;
}

/// What no repetition mends is given up at once, with its reason.
Result<github::ApiAnswer> unless_hopeless(Result<github::ApiAnswer> answer) {
    if (answer) return answer;
    const auto code = answer.error().code;
    if (code != Code::refused && code != Code::invalid && code != Code::not_found) return answer;
    return answer_of(kNever, answer.error().message);
}

/// In the words of HTTP, which the sender knows.
github::ApiAnswer answer_of(const mail::SmtpReply& reply) {
    const auto text = std::to_string(reply.code) + ' ' + reply.text;
    if (reply.code / 100 == 2) return answer_of(200, text);
    if (reply.code / 100 == 4) return answer_of(503, text);
    const bool is_about_user = reply.code == 530 || reply.code == 534 || reply.code == 535;
    return answer_of(is_about_user ? 401 : kNever, text);
}

mail::SmtpSettings smtp_settings(const ChannelSettings& channel) {
    mail::SmtpSettings settings;
    settings.host = channel.server;
    settings.starttls = channel.tls == "starttls";
    const std::uint16_t usual = settings.starttls ? 587 : 465;
    settings.port = channel.port > 0 ? channel.port : usual;
    settings.user = channel.user;
    settings.password = channel.password;
    settings.ca_file = channel.ca_file;
    return settings;
}

std::string description_in(const json& body) {
    const auto found = body.is_object() ? body.find("description") : body.end();
    const bool is_text = body.is_object() && found != body.end() && found->is_string();
    return is_text ? found->get<std::string>() : std::string{};
}

std::string message_id_in(const json& body) {
    const auto path = "/result/message_id"_json_pointer;
    if (!body.is_object() || !body.contains(path) || !body[path].is_number_integer()) return {};
    return std::to_string(body[path].get<std::int64_t>());
}

bool says(const github::ApiAnswer& answer, const char* words) {
    const auto text = description_in(json::parse(answer.body, nullptr, false));
    return answer.status == 400 && text.find(words) != std::string::npos;
}

/// Telegram says in the body how long it wants to be left alone.
void read_wait(github::ApiAnswer& answer, TimePoint now) {
    const auto body = json::parse(answer.body, nullptr, false);
    const auto path = "/parameters/retry_after"_json_pointer;
    if (answer.status != 429 || !body.is_object() || !body.contains(path)) return;
    if (!body[path].is_number_integer()) return;
    const auto seconds = std::clamp<std::int64_t>(body[path].get<std::int64_t>(), 1, 3'600);
    answer.wait_until = now + std::chrono::seconds{seconds};
}

}  // namespace

ChannelTarget::ChannelTarget(Parts parts, ChannelSettings settings)
    : parts_{std::move(parts)}, settings_{std::move(settings)} {}

Task<Result<github::ApiAnswer>> ChannelTarget::send(
    std::string repository, store::MessageRow message
) {
    static_cast<void>(repository);  // the notice has it
    const auto subject = message.subject;
    store::ToldObject told;
    auto load = [&](store::Connection& db) -> Result<Notice> {
        told = store::get_told_object(db, message.channel, subject);
        return load_notice(db, message, parts_.public_url);
    };
    auto loading = parts_.database.read(load);
    auto notice = co_await std::move(loading);
    if (!notice) co_return unless_hopeless(notice.error());
    const auto before = told.remote_id;
    auto transmitting = transmit(std::move(*notice), told);
    auto answer = co_await std::move(transmitting);
    if (!answer || answer->status >= 300 || told.remote_id == before) {
        co_return unless_hopeless(std::move(answer));
    }
    auto keep = [&](store::Transaction& tx) -> Result<> {
        store::keep_told_object(tx, told);
        return {};
    };
    auto keeping = parts_.database.write(keep);
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    co_return answer;
}

Task<Result<>> ChannelTarget::test() {
    store::ToldObject nothing;
    auto transmitting = transmit(sample_notice(parts_.public_url, parts_.clock.now()), nothing);
    const auto answer = co_await std::move(transmitting);
    if (!answer) co_return answer.error();
    if (answer->status < 300) co_return Result<>{};
    const auto text = std::string{cut_utf8(answer->body, 300)};
    co_return refused("it answered " + std::to_string(answer->status) + ": " + text);
}

Task<Result<github::ApiAnswer>> ChannelTarget::transmit(Notice notice, store::ToldObject& told) {
    if (settings_.type == "mail") return mail(std::move(notice), told);
    if (settings_.type == "telegram") return telegram(std::move(notice), told);
    auto call = settings_.type == "slack" ? make_slack_call(settings_, notice)
                : settings_.type == "datadog"
                    ? make_datadog_call(settings_, notice)
                    : make_webhook_call(settings_, notice, parts_.public_url, parts_.clock.now());
    return post(std::move(call.path), std::move(call.headers), std::move(call.body));
}

Task<Result<github::ApiAnswer>> ChannelTarget::mail(Notice notice, store::ToldObject& told) {
    const bool is_first = told.remote_id.empty();
    auto letter = make_letter(settings_, notice, parts_.server_id, is_first);
    if (is_first) told.remote_id = letter.message_id;
    auto sending = mail::send_letter(smtp_settings(settings_), std::move(letter), parts_.rule);
    const auto reply = co_await std::move(sending);
    if (!reply) co_return reply.error();
    co_return answer_of(*reply);
}

Task<Result<github::ApiAnswer>> ChannelTarget::telegram(Notice notice, store::ToldObject& told) {
    auto call = make_telegram_call(settings_, notice, told.remote_id, false);
    auto asking = post(call.path, {}, call.body);
    auto answer = co_await std::move(asking);
    const bool is_gone =
        answer && !told.remote_id.empty() &&
        (says(*answer, "message to edit not found") || says(*answer, "message can't be edited"));
    const bool is_misread = answer && says(*answer, "can't parse");
    if (is_gone || is_misread) {
        if (is_gone) told.remote_id.clear();
        call = make_telegram_call(settings_, notice, told.remote_id, is_misread);
        auto again = post(call.path, {}, call.body);
        answer = co_await std::move(again);
    }
    if (!answer) co_return answer;
    if (says(*answer, "message is not modified")) co_return answer_of(200, {});
    read_wait(*answer, parts_.clock.now());
    const auto id = message_id_in(json::parse(answer->body, nullptr, false));
    if (answer->status == 200 && !id.empty()) told.remote_id = id;
    co_return answer;
}

Task<Result<github::ApiAnswer>> ChannelTarget::post(
    std::string path, http::Headers headers, std::string body
) {
    const auto address = address_of(settings_);
    if (!address) co_return address.error();
    const auto url = http::parse_url(*address + path);
    if (!url) co_return url.error();
    auto endpoint = http::endpoint_of(*url);
    endpoint.ca_file = settings_.ca_file;
    http::Call call{http::Method::post, url->target};
    call.headers = std::move(headers);
    call.headers.add("Content-Type", "application/json");
    call.body = std::move(body);
    call.body_limit = kAnswerBytes;
    call.deadline = kCallLimit;
    auto sending = http::send_outgoing(std::move(endpoint), std::move(call), parts_.rule);
    auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    auto out = answer_of(answer->status, std::move(answer->body));
    out.wait_until = github::find_wait(out.status, answer->headers, parts_.clock.now());
    co_return out;
}

}  // namespace triphammer::report
