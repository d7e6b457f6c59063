#include "api/deliveries/manual_run.hpp"

#include "api/call/audit.hpp"
#include "api/call/hiding.hpp"
#include "api/call/known_fields.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deliveries/handlers.hpp"
#include "base/text.hpp"
#include "github/payload.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr const char* kEvent = "workflow_dispatch";

Result<std::string> input_text(const std::string& name, const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number() || value.is_boolean()) return value.dump();
    return invalid("the field 'inputs." + name + "' must be text, a number, true or false");
}

Result<std::map<std::string, std::string>> read_inputs(const json& body) {
    std::map<std::string, std::string> out;
    const auto found = body.find("inputs");
    if (found == body.end() || found->is_null()) return out;
    if (!found->is_object()) return invalid("the field 'inputs' must be an object");
    for (const auto& input : found->items()) {
        if (input.value().is_null()) continue;
        auto text = input_text(input.key(), input.value());
        if (!text) return text.error();
        out[input.key()] = std::move(*text);
    }
    return out;
}

json describe(const store::RepositoryRow& repository) {
    const auto& full = repository.full_name;
    json out{
        {"name", full.substr(full.find('/') + 1)},
        {"full_name", full},
        {"owner", {{"login", full.substr(0, full.find('/'))}}},
        {"clone_url", repository.clone_url},
        {"default_branch", repository.default_branch},
    };
    // Not known before the repository's first webhook.
    if (repository.forge_id != 0) out["id"] = repository.forge_id;
    return out;
}

/// What somebody started with, for the audit: without what is a secret there, and not at length.
json tell_inputs(const Hiding& hiding, const std::map<std::string, std::string>& inputs) {
    constexpr std::size_t kMostBytes = 500;
    auto out = json::object();
    for (const auto& [name, value] : inputs) {
        out[name] = std::string{cut_utf8(hiding.hide(value), kMostBytes)};
    }
    return out;
}

}  // namespace

Result<ManualRun> read_manual_run(const json& body) {
    if (auto known = check_fields(body, {"repository", "workflow", "ref", "inputs"}); !known)
        return known.error();
    auto repository = text_field(body, "repository");
    if (!repository) return repository.error();
    auto workflow = text_field(body, "workflow");
    if (!workflow) return workflow.error();
    if (workflow->empty()) return invalid("the field 'workflow' must name a file, ci.yml say");
    auto ref = text_field(body, "ref", "");
    if (!ref) return ref.error();
    auto inputs = read_inputs(body);
    if (!inputs) return inputs.error();
    return ManualRun{
        std::move(*repository), std::move(*workflow), std::move(*ref), std::move(*inputs)};
}

Result<store::NewDelivery> make_delivery(
    const ManualRun& run, const store::RepositoryRow& repository, const std::string& actor
) {
    const auto& ref = run.ref.empty() ? repository.default_branch : run.ref;
    if (ref.empty()) {
        return invalid(
            "the field 'ref' is missing, and no webhook has told the default branch of " +
            repository.full_name + " yet"
        );
    }
    const json payload{
        {"ref", ref.starts_with("refs/") ? ref : "refs/heads/" + ref},
        {"workflow", run.workflow},
        {"inputs", run.inputs},
        {"repository", describe(repository)},
        {"sender", {{"login", actor}}},
    };
    store::NewDelivery delivery;
    delivery.event = kEvent;
    delivery.repository = repository.id;
    delivery.body = payload.dump(-1, ' ', false, json::error_handler_t::replace);
    const auto event = github::scan_payload(kEvent, delivery.body);
    if (!event) return event.error();
    delivery.facts_json = json(*event).dump();
    return delivery;
}

Answer start_run(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto run = read_manual_run(*body);
    if (!run) co_return http::make_error(run.error());
    const auto guid = "manual-" + random_hex(services.random, 16);
    auto keep = [&](store::Transaction& transaction) -> Result<> {
        const auto repository = find_reached_repository(transaction, call, run->repository);
        if (!repository) return repository.error();
        auto delivery = make_delivery(*run, *repository, call.who.actor);
        if (!delivery) return delivery.error();
        delivery->guid = guid;
        delivery->source_address = call.request.peer.address;
        store::append_delivery(transaction, *delivery);
        json after{{"delivery", guid}, {"workflow", run->workflow}, {"ref", run->ref}};
        if (!run->inputs.empty()) {
            const Hiding hiding{transaction, services.sealer, repository->id};
            after["inputs"] = tell_inputs(hiding, run->inputs);
        }
        record(
            transaction,
            call,
            {"run.start", repository->full_name, repository->id, {}, fields(after)}
        );
        return {};
    };
    auto keeping = services.database.write(keep);
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return http::make_error(kept.error());
    if (services.on_delivery) services.on_delivery();
    co_return reply(202, json{{"delivery", guid}, {"outcome", "pending"}});
}

}  // namespace triphammer::api
