#include "intake/receiver.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "github/payload.hpp"
#include "github/signature.hpp"
#include "http/networks.hpp"
#include "intake/body_spool.hpp"
#include "intake/delivery_text.hpp"
#include "intake/found_push.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace triphammer::intake {

using http::Response;

namespace {

constexpr std::uint64_t kSmall = 64 * 1024;  // bytes; larger bodies leave the logic thread
constexpr std::size_t kMaxLarge = 256;       // at once
constexpr std::string_view kSignature = "X-Hub-Signature-256";

/// The same for every cause: which hooks exist, and how far somebody got, is nobody's business.
Response make_denial() {
    return http::make_error(
        401, "unauthorized", "the delivery is not signed with this hook's secret"
    );
}

Response make_busy() {
    auto response = http::make_error(503, "unavailable", "too much at once; nothing was kept");
    response.headers.add("Retry-After", "5");
    return response;
}

/// Null when the head carries one signature of the right form.
const char* find_fault(const http::Headers& headers) {
    const auto count = headers.count(kSignature);
    if (count == 0) return "no signature";
    if (count > 1) return "more than one signature";
    return github::is_signature(*headers.find(kSignature)) ? nullptr : "not a signature";
}

std::string hook_of(const http::RequestHead& head) {
    return head.segments.size() == 3 ? head.segments[2] : std::string{};
}

bool is_hook_target(const http::RequestHead& head) {
    const auto& segments = head.segments;
    if (segments.size() < 2 || segments.size() > 3) return false;
    return segments[0] == "webhooks" && segments[1] == "github";
}

Result<model::Event> read_event(
    const std::string& content_type, const std::string& name, std::string& body
) {
    auto json = github::unwrap_payload(content_type, std::move(body));
    if (!json) return json.error();
    body = std::move(*json);
    return github::scan_payload(name, body);
}

/// What a push brought its branch to: all that is known of one that was found.
std::string head_key_of(const model::Event& event) {
    const bool is_branch = event.name == "push" && !event.branch.empty() && !event.deleted;
    return is_branch ? "head " + event.ref + ' ' + event.sha : std::string{};
}

/// The row's repository, if the payload names it. Numeric ids decide; before the first signed
/// delivery the name does, and that delivery teaches the id.
Result<model::RepositoryId> claim_for(
    store::Transaction& tx, const store::RepositoryRow& row, const model::Event& event
) {
    if (row.forge_id == event.repository_id) return row.id;
    if (row.forge_id != 0 || !equal_ignoring_case(row.full_name, event.repository)) {
        return refused("the payload names another repository than the hook's");
    }
    auto learned = store::learn_forge_id(tx, row.id, event.repository_id);
    if (!learned) return refused(learned.error().message);
    return row.id;
}

Result<model::RepositoryId> find_owner(
    store::Transaction& tx, const Hook& hook, const model::Event& event
) {
    if (event.repository_id == 0) {
        // Without one it could only be ours (api/deliveries/manual_run), and ours come on no hook.
        const bool is_manual = event.name == "workflow_dispatch";
        if ((!hook.repository && !is_manual) || event.name == "ping") return hook.repository;
        return refused("the payload names no repository");
    }
    if (hook.repository && hook.forge_id == event.repository_id) return hook.repository;
    auto row = hook.repository ? store::find_repository(tx, hook.repository)
                               : store::find_repository_by_forge_id(tx, event.repository_id);
    if (!row) row = store::find_repository_by_name(tx, event.repository);
    if (!row) return refused("the payload's repository is not registered here");
    return claim_for(tx, *row, event);
}

}  // namespace

/// A request on its way, with what is known of it so far.
struct Receiver::Incoming {
    http::RequestHead head;
    std::string name;  // of the hook
    std::string signature;
    std::shared_ptr<const Hook> hook;  // null: unknown
    std::uint64_t body_bytes = 0;      // as received
    bool is_found = false;             // made here, of a branch's head
};

Receiver::Receiver(Parts parts, ReceiverSettings settings, OnAccepted on_accepted)
    : parts_{std::move(parts)},
      settings_{std::move(settings)},
      on_accepted_{std::move(on_accepted)},
      decoy_{random_bytes(parts_.random, 32)},
      refusals_{parts_.executor, parts_.database, settings_.keep_refused} {}

http::RouteDecision Receiver::route(const http::RequestHead& head) {
    http::RouteDecision decision;
    if (!is_hook_target(head)) {
        decision.early = http::make_error(404, "not_found", "there is no such hook");
        return decision;
    }
    if (head.method != http::Method::post) {
        decision.early = http::make_error(405, "invalid", "a hook takes POST only");
        decision.early->headers.add("Allow", "POST");
        return decision;
    }
    if (const auto* fault = find_fault(head.headers)) {
        decision.early = deny(head, fault);
        return decision;
    }
    const auto length = head.content_length.value_or(0);
    if (length > settings_.max_body) {
        note(head, "the body is too large", length);
        decision.early = http::make_error(413, "too_large", "a delivery has at most 25 MiB");
        return decision;
    }
    decision.body_limit = settings_.max_body;
    decision.streamed = head.chunked || length > kSmall;
    decision.handler = [this, began = parts_.clock.instant()](http::Request request) {
        const bool is_large = request.reader != nullptr;
        return time(
            began, is_large ? receive_large(std::move(request)) : receive_small(std::move(request))
        );
    };
    return decision;
}

Task<> Receiver::stop() {
    return refusals_.stop();
}

Task<Response> Receiver::time(Instant began, Task<Response> receiving) {
    auto response = co_await std::move(receiving);
    latency_.observe(parts_.clock.instant() - began);
    co_return response;
}

Task<Response> Receiver::receive_small(http::Request request) {
    Incoming incoming;
    incoming.name = hook_of(request);
    incoming.signature = request.headers.find(kSignature).value_or("");
    incoming.body_bytes = request.body.size();
    auto body = std::move(request.body);
    incoming.head = std::move(request);
    auto hook = co_await parts_.hooks.find_hook(incoming.name);
    if (!hook) co_return fail(hook.error());
    incoming.hook = std::move(*hook);
    const auto decoy = std::vector<Secret>{decoy_};
    bool is_signed = false;
    for (const auto& secret : incoming.hook ? incoming.hook->secrets : decoy) {
        is_signed = github::is_signed(secret, body, incoming.signature) || is_signed;
    }
    if (!is_signed || !incoming.hook) co_return deny(incoming.head, "wrong signature");
    auto accepting = accept(std::move(incoming), std::move(body));
    co_return co_await std::move(accepting);
}

Task<Response> Receiver::receive_large(http::Request request) {
    if (large_ >= kMaxLarge) {
        ++counters_.failed;
        co_return make_busy();
    }
    ++large_;
    const std::shared_ptr<void> leave{nullptr, [this](void*) { --large_; }};
    Incoming incoming;
    incoming.name = hook_of(request);
    incoming.signature = request.headers.find(kSignature).value_or("");
    auto receiving = receive_spooled(request, incoming);
    co_return co_await std::move(receiving);
}

Task<Response> Receiver::receive_spooled(http::Request& request, Incoming& incoming) {
    auto hook = co_await parts_.hooks.find_hook(incoming.name);
    if (!hook) co_return fail(hook.error());
    incoming.hook = std::move(*hook);
    const auto decoy = std::vector<Secret>{decoy_};
    const auto& secrets = incoming.hook ? incoming.hook->secrets : decoy;
    BodySpool spool{parts_.hashing, settings_.spool, secrets};
    auto taken = co_await spool.take(*request.reader);
    incoming.head = std::move(request);
    incoming.body_bytes = spool.size();
    if (!taken && taken.error().code == Code::too_large) {
        co_return refuse(incoming, 413, "the body is too large");
    }
    if (!taken && taken.error().code == Code::protocol) {
        co_return refuse(incoming, 400, taken.error().message);
    }
    if (!taken) co_return fail(taken.error());
    const bool is_signed = spool.matches(incoming.signature);
    if (!is_signed || !incoming.hook) co_return deny(incoming.head, "wrong signature");
    auto body = co_await spool.load();
    if (!body) co_return fail(body.error());
    auto accepting = accept(std::move(incoming), std::move(*body));
    co_return co_await std::move(accepting);
}

Task<int> Receiver::take(std::string hook, github::DeliveryText delivery) {
    Incoming incoming;
    incoming.name = hook;
    incoming.body_bytes = delivery.payload.size();
    incoming.head.segments = {"webhooks", "github", std::move(hook)};
    incoming.is_found = delivery.is_found;
    incoming.head.peer.address = delivery.is_found ? kFoundSource : "github";
    auto& headers = incoming.head.headers;
    headers.add("Content-Type", "application/json");
    headers.add("X-GitHub-Delivery", std::move(delivery.guid));
    headers.add("X-GitHub-Event", std::move(delivery.event));
    auto finding = parts_.hooks.find_hook(incoming.name);
    auto found = co_await std::move(finding);
    if (!found) co_return 503;
    incoming.hook = std::move(*found);
    // The App's log needs no secret of the server's own route.
    if (incoming.name.empty() && !incoming.hook) incoming.hook = std::make_shared<Hook>();
    if (!incoming.hook) co_return 404;
    if (incoming.body_bytes > settings_.max_body) {
        co_return refuse(incoming, 413, "the body is too large").status;
    }
    auto accepting = accept(std::move(incoming), std::move(delivery.payload));
    const auto response = co_await std::move(accepting);
    co_return response.status;
}

/// From here on the sender is known, and may be told what is wrong.
Task<Response> Receiver::accept(Incoming incoming, std::string body) {
    const auto& headers = incoming.head.headers;
    if (name_from_header(headers, "X-GitHub-Delivery").empty()) {
        co_return refuse(incoming, 400, "X-GitHub-Delivery is missing or no GUID");
    }
    if (name_from_header(headers, "X-GitHub-Event").empty()) {
        co_return refuse(incoming, 400, "X-GitHub-Event is missing or no event's name");
    }
    auto scanning = scan(incoming, body);
    auto event = co_await std::move(scanning);
    if (!event && event.error().code != Code::invalid) co_return fail(event.error());
    if (!event) co_return refuse(incoming, 400, event.error().message);
    auto committing = commit(std::move(incoming), std::move(*event), std::move(body));
    co_return co_await std::move(committing);
}

Task<Result<model::Event>> Receiver::scan(const Incoming& incoming, std::string& body) {
    const auto& headers = incoming.head.headers;
    const std::string content_type{headers.find("Content-Type").value_or("")};
    const auto name = name_from_header(headers, "X-GitHub-Event");
    if (body.size() <= kSmall) co_return read_event(content_type, name, body);
    auto work = [&] { return read_event(content_type, name, body); };
    auto scanning = offload(parts_.hashing, work);
    co_return co_await std::move(scanning);
}

Task<Response> Receiver::commit(Incoming incoming, model::Event event, std::string body) {
    const auto& headers = incoming.head.headers;
    store::NewDelivery delivery;
    delivery.hook = incoming.name;
    delivery.guid = name_from_header(headers, "X-GitHub-Delivery");
    delivery.event = event.name;
    delivery.action = event.action;
    delivery.source_address = incoming.head.peer.address;
    delivery.content_key = event.content_key;
    delivery.head_key = head_key_of(event);
    delivery.is_found = incoming.is_found;
    delivery.facts_json = nlohmann::json(event).dump();
    delivery.headers_json = headers_to_json(headers);
    delivery.body = std::move(body);
    auto work = [&](store::Transaction& tx) -> Result<store::Appended> {
        auto owner = find_owner(tx, *incoming.hook, event);
        if (!owner) return owner.error();
        delivery.repository = *owner;
        return store::append_delivery(tx, delivery);
    };
    auto writing = parts_.database.write(work);
    auto appended = co_await std::move(writing);
    const bool is_full = !appended && appended.error().code == Code::disk_full;
    if (is_full && parts_.make_room && parts_.make_room()) {
        auto again = parts_.database.write(work);
        appended = co_await std::move(again);
    }
    if (!appended && appended.error().code == Code::refused) {
        co_return refuse(incoming, 403, appended.error().message);
    }
    if (!appended) co_return fail(appended.error());
    if (incoming.hook->forge_id == 0) parts_.hooks.forget(incoming.name);
    if (appended->kind == store::Appended::Kind::kept && on_accepted_) {
        on_accepted_(delivery.repository);
    }
    co_return answer(incoming, *appended);
}

Response Receiver::answer(const Incoming& incoming, const store::Appended& appended) {
    using enum store::Appended::Kind;
    const bool pending = appended.kind == kept;
    ++(pending ? counters_.accepted : counters_.duplicates);
    const auto guid = name_from_header(incoming.head.headers, "X-GitHub-Delivery");
    std::string body = R"({"delivery":)" + http::to_json_text(guid);
    body += pending ? R"(,"outcome":"pending"})" : R"(,"outcome":"duplicate"})";
    return http::make_json(appended.kind == repeated ? 200 : 202, std::move(body));
}

Response Receiver::deny(const http::RequestHead& head, const char* reason) {
    note(head, reason, head.content_length.value_or(0));
    return make_denial();
}

Response Receiver::refuse(const Incoming& incoming, int status, const std::string& reason) {
    note(incoming.head, reason, incoming.body_bytes);
    return http::make_error(status, status == 403 ? "refused" : "invalid", reason);
}

/// Nothing was kept: the forge shows the delivery as failed, and it can be sent again.
Response Receiver::fail(const Error& error) {
    ++counters_.failed;
    log::error("a delivery could not be kept", {{"error", error.message}});
    auto response = http::make_error(503, name_of(error.code), "the delivery could not be kept");
    response.headers.add("Retry-After", "10");
    return response;
}

void Receiver::note(
    const http::RequestHead& head, const std::string& reason, std::uint64_t body_bytes
) {
    ++counters_.refused;
    store::NewRefusal refusal;
    refusal.hook = hook_of(head).substr(0, 100);
    refusal.guid = name_from_header(head.headers, "X-GitHub-Delivery");
    refusal.event = name_from_header(head.headers, "X-GitHub-Event");
    refusal.source_address = head.peer.address;
    refusal.reason = reason;
    refusal.headers_json = headers_to_json(head.headers);
    refusal.body_bytes = static_cast<std::int64_t>(body_bytes);
    refusals_.note(std::move(refusal));
}

}  // namespace triphammer::intake
