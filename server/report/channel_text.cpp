#include "report/channel_text.hpp"

#include "base/digest.hpp"
#include "base/markup.hpp"
#include "base/text.hpp"
#include "report/markdown.hpp"

#include <nlohmann/json.hpp>

#include <functional>

namespace triphammer::report {

using nlohmann::json;

namespace {

constexpr std::size_t kMostTelegram = 3'900;  // of 4,096 characters
constexpr std::size_t kMostSlack = 2'900;     // of 3,000
constexpr std::size_t kMostDatadog = 3'900;   // of 4,000

std::string dump(const json& body) {
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string title_of(const ChannelSettings& channel, const Notice& notice) {
    return fill_title(channel.title.empty() ? std::string{kTitle} : channel.title, notice);
}

std::string mark_of(const std::string& event) {
    if (event == "started") return "⏳";
    if (event == "approval_needed") return "✋";
    if (event == "cancelled") return "⚪";
    const bool is_bad = event == "failed" || event == "rolled_back" || event == "undecided" ||
                        event == "rejected" || event == "expired";
    return is_bad ? "❌" : "✅";
}

/// How a kind of text writes what stands in a message.
struct Style {
    std::function<std::string(const std::string&)> text;
    std::function<std::string(const std::string& text, const std::string& url)> link;
    std::string_view newline = "\n";
};

std::string write_lines(const std::vector<Notice::Line>& lines, const Style& style) {
    std::string out;
    for (const auto& line : lines) {
        out += style.newline;
        out += style.link(line.name, line.url) + ": " + style.text(line.what);
    }
    return out;
}

/// Lines that begin without a line end of their own.
std::string write_list(const std::vector<Notice::Line>& lines, const Style& style) {
    return lines.empty() ? "" : write_lines(lines, style).substr(style.newline.size());
}

/// What the channel wants said. A line of which nothing is left is left out.
std::string write_own_text(const std::string& text, const Notice& notice, const Style& style) {
    auto words = words_of(notice);
    for (auto& [name, value] : words) value = style.text(value);
    words.emplace_back("failed_jobs", write_list(notice.failed_jobs, style));
    words.emplace_back("deployments", write_list(notice.deployments, style));
    words.emplace_back("approvals", write_list(notice.approvals, style));
    std::string out;
    for (const auto line : split(trim(text), '\n')) {
        const auto filled = fill_words(line, words, style.text);
        if (filled.empty() && !line.empty()) continue;
        if (!out.empty()) out += style.newline;
        out += filled;
    }
    return out;
}

/// All but the title.
std::string write_details(
    const ChannelSettings& channel, const Notice& notice, const Style& style
) {
    if (!channel.text.empty()) return write_own_text(channel.text, notice, style);
    auto about = notice.title;
    if (!notice.actor.empty()) about += " (" + notice.actor + ')';
    std::string out = style.text(about);
    out += style.newline;
    out += style.text(notice.sha.substr(0, 7) + " on " + notice.trigger);
    if (!notice.duration.empty()) out += ", " + notice.duration;
    out += write_lines(notice.approvals, style) + write_lines(notice.failed_jobs, style) +
           write_lines(notice.deployments, style);
    return out;
}

std::string as_it_is(const std::string& text) {
    return text;
}

Style plain_style() {
    return {as_it_is, [](const std::string& text, const std::string&) { return text; }};
}

Style html_style(std::string_view newline) {
    const auto link = [](const std::string& text, const std::string& url) {
        return "<a href=\"" + escape_markup(url) + "\">" + escape_markup(text) + "</a>";
    };
    return {escape_markup, link, newline};
}

/// Slack's own three characters; so "<!channel>" and "<@U1>" are text.
std::string escape_slack(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '&') {
            out += "&amp;";
        } else {
            out += c == '|' || c == '`' || c == '*' || c == '~' ? ' ' : c;
        }
    }
    return out;
}

Style slack_style() {
    const auto link = [](const std::string& text, const std::string& url) {
        return '<' + url + '|' + escape_slack(text) + '>';
    };
    return {escape_slack, link};
}

json describe_lines(const std::vector<Notice::Line>& lines) {
    auto out = json::array();
    for (const auto& line : lines) {
        out.push_back({{"name", line.name}, {"what", line.what}, {"url", line.url}});
    }
    return out;
}

std::string html_letter(
    const ChannelSettings& channel, const std::string& title, const Notice& notice
) {
    const auto style = html_style("<br>\r\n");
    return "<!doctype html><html><body><p><b>" + mark_of(notice.event) + ' ' +
           style.link(title, notice.leads_to) + "</b></p>\r\n<p>" +
           write_details(channel, notice, style) + "</p></body></html>\r\n";
}

std::string text_letter(
    const ChannelSettings& channel, const std::string& title, const Notice& notice
) {
    const Style style{
        as_it_is,
        [](const std::string& text, const std::string& url) { return text + " (" + url + ')'; },
        "\r\n"};
    return title + "\r\n" + notice.leads_to + "\r\n\r\n" + write_details(channel, notice, style) +
           "\r\n";
}

}  // namespace

ChannelCall make_telegram_call(
    const ChannelSettings& channel, const Notice& notice, const std::string& told, bool is_plain
) {
    const auto style = is_plain ? plain_style() : html_style("\n");
    const auto title = style.link(title_of(channel, notice), notice.leads_to);
    auto details = write_details(channel, notice, style);
    // Markup that is cut is none; a plain text may be.
    if (!is_plain && title.size() + details.size() > kMostTelegram) details.clear();
    const auto text = mark_of(notice.event) + ' ' + title + '\n' + details;
    json body{
        {"chat_id", channel.chat},
        {"text", std::string{cut_utf8(text, kMostTelegram)}},
        {"link_preview_options", {{"is_disabled", true}}}};
    if (!is_plain) body["parse_mode"] = "HTML";
    ChannelCall call;
    call.path = told.empty() ? "/sendMessage" : "/editMessageText";
    if (!told.empty()) body["message_id"] = parse_integer(told).value_or(0);
    if (told.empty() && channel.thread > 0) body["message_thread_id"] = channel.thread;
    call.body = dump(body);
    return call;
}

ChannelCall make_slack_call(const ChannelSettings& channel, const Notice& notice) {
    const auto style = slack_style();
    const auto title = mark_of(notice.event) + ' ' + title_of(channel, notice);
    auto text = mark_of(notice.event) + ' ' +
                style.link(title_of(channel, notice), notice.leads_to) + '\n' +
                write_details(channel, notice, style);
    if (text.size() > kMostSlack) {
        text = style.link(title_of(channel, notice), notice.leads_to);
    }
    const json section{{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", text}}}};
    ChannelCall call;
    call.body = dump({{"text", escape_slack(title)}, {"blocks", json::array({section})}});
    return call;
}

ChannelCall make_datadog_call(const ChannelSettings& channel, const Notice& notice) {
    const auto text = write_details(channel, notice, plain_style()) + '\n' + notice.leads_to;
    const bool is_bad = mark_of(notice.event) == "❌";
    const bool is_good = mark_of(notice.event) == "✅";
    const auto* kind = is_bad ? "error" : (is_good ? "success" : "info");
    auto tags = json::array(
        {"service:" + notice.repository.substr(notice.repository.find('/') + 1),
         "repository:" + notice.repository,
         "version:" + notice.sha,
         "run:" + notice.run,
         "event:" + notice.event}
    );
    for (const auto& deployment : notice.deployments) tags.push_back("env:" + deployment.name);
    ChannelCall call;
    call.headers.add("DD-API-KEY", channel.secret.reveal());
    call.body = dump(
        {{"title", title_of(channel, notice)},
         {"text", std::string{cut_utf8(text, kMostDatadog)}},
         {"alert_type", kind},
         {"aggregation_key", "triphammer-run-" + notice.run},
         {"date_happened", to_unix_ms(notice.at) / 1000},
         {"source_type_name", "triphammer"},
         {"tags", tags}}
    );
    return call;
}

ChannelCall make_webhook_call(
    const ChannelSettings& channel, const Notice& notice, const std::string& source, TimePoint now
) {
    const json data{
        {"event", notice.event},
        {"title", title_of(channel, notice)},
        {"text", write_details(channel, notice, plain_style())},
        {"repository", notice.repository},
        {"workflow", notice.workflow},
        {"run", notice.run},
        {"number", notice.number},
        {"attempt", notice.attempt},
        {"url", notice.url},
        {"branch", notice.branch},
        {"sha", notice.sha},
        {"commit", notice.title},
        {"actor", notice.actor},
        {"failed_jobs", describe_lines(notice.failed_jobs)},
        {"deployments", describe_lines(notice.deployments)},
        {"approvals", describe_lines(notice.approvals)}};
    const json event{
        {"specversion", "1.0"},
        {"id", notice.delivery},
        {"source", source},
        {"type", "triphammer.run." + notice.event},
        {"time", to_rfc3339(notice.at)},
        {"datacontenttype", "application/json"},
        {"data", data}};
    ChannelCall call;
    call.body = dump(event);
    const auto time = std::to_string(to_unix_ms(now) / 1000);
    const auto sum = hmac_sha256(channel.secret.reveal(), time + '.' + call.body);
    const std::string bytes{sum.begin(), sum.end()};
    call.headers.add("Triphammer-Delivery", notice.delivery);
    call.headers.add("Triphammer-Event", notice.event);
    call.headers.add("Triphammer-Timestamp", time);
    call.headers.add("Triphammer-Signature", "v1=" + to_hex(bytes));
    return call;
}

mail::Letter make_letter(
    const ChannelSettings& channel,
    const Notice& notice,
    const std::string& server_id,
    bool is_first
) {
    const auto title = title_of(channel, notice);
    const auto host = server_id + ".triphammer.invalid";
    const auto thread = "run-" + notice.run + '.' + channel.name + '@' + host;
    mail::Letter letter;
    letter.from = channel.from;
    letter.to = channel.to;
    letter.subject = (is_first ? "" : "Re: ") + title;
    letter.text = text_letter(channel, title, notice);
    letter.html = html_letter(channel, title, notice);
    letter.message_id = is_first ? thread : notice.delivery + '.' + thread;
    if (!is_first) letter.thread_id = thread;
    letter.list_id = channel.name + '.' + host;
    letter.date = notice.at;
    return letter;
}

}  // namespace triphammer::report
