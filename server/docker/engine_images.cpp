#include "docker/buildkit_trace.hpp"
#include "docker/engine.hpp"
#include "docker/engine_connection.hpp"

#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr const char* kAuthHeader = "X-Registry-Auth";
constexpr std::chrono::minutes kRegistryLimit{2};

/// Reads the JSON lines of a long operation: text to the sink, what decides is kept.
class ProgressReader {
  public:
    explicit ProgressReader(ProgressSink* sink) : sink_{sink} {}

    Task<Result<>> take(std::string piece) {
        lines_.feed(piece);
        auto drained = drain();
        co_return co_await std::move(drained);
    }

    Task<Result<>> finish() {
        lines_.end_of_stream();
        auto drained = drain();
        co_return co_await std::move(drained);
    }

    const Progress& last_words() const { return kept_; }

  private:
    Task<Result<>> drain() {
        while (auto line = lines_.next()) {
            auto message = parse_progress(*line);
            if (!message) co_return message.error();
            keep(*message);
            if (!message->trace.empty()) {
                auto told = trace_.take(message->trace);
                if (!told) co_return told.error();
                message->text = std::move(*told);
            }
            if (sink_ == nullptr || message->transient || message->text.empty()) continue;
            auto written = sink_->line(std::move(message->text));
            auto done = co_await std::move(written);
            if (!done) co_return done;
        }
        co_return Result<>{};
    }

    void keep(const Progress& message) {
        if (!message.error.empty()) {
            kept_.error = message.error;
            kept_.error_code = message.error_code;
        }
        if (!message.image_id.empty()) kept_.image_id = message.image_id;
        if (!message.digest.empty()) kept_.digest = message.digest;
    }

    LineSplitter lines_;
    BuildTrace trace_;
    ProgressSink* sink_;
    Progress kept_;
};

/// No limit in time: a build or a large layer takes what it takes; the job has a deadline.
void lift_limits(http::Call& call) {
    call.deadline = std::chrono::milliseconds{0};
    call.idle_deadline = std::chrono::milliseconds{0};
}

Error failed_inside(const char* what, const std::string& words) {
    return {code_of_failure(words), std::string{what} + ": " + words};
}

Task<Result<Progress>> follow(
    const http::Client& client, http::Call call, ProgressSink* sink, const char* what
) {
    lift_limits(call);
    ProgressReader reader{sink};
    http::Download take = [&reader](std::string piece) { return reader.take(std::move(piece)); };
    auto sent = client.download(std::move(call), std::move(take));
    auto answer = co_await std::move(sent);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    auto rest = reader.finish();
    auto finished = co_await std::move(rest);
    if (!finished) co_return with_context(what, finished.error());
    co_return reader.last_words();
}

std::string build_query(const BuildRequest& request) {
    std::vector<std::pair<std::string, std::string>> fields{
        {"version", request.builder == Builder::buildkit ? "2" : "1"},
        {"dockerfile", request.dockerfile},
        {"target", request.target},
        {"platform", request.platform},
        {"networkmode", request.network},
        {"nocache", request.no_cache ? "1" : ""},
        {"pull", request.pull ? "1" : ""},
        {"rm", "1"},
        {"forcerm", "1"},
        {"labels", json(request.labels).dump()},
    };
    if (!request.cache_from.empty()) {
        fields.emplace_back("cachefrom", json(request.cache_from).dump());
    }
    auto arguments = json::object();
    for (const auto& [name, value] : request.build_args) arguments[name] = value;
    fields.emplace_back("buildargs", arguments.dump());
    for (const auto& tag : request.tags) fields.emplace_back("t", tag);
    return encode_query(fields);
}

}  // namespace

Task<Result<>> Engine::pull(ImageReference image, Credentials credentials, ProgressSink* sink) {
    // Without a tag the engine would fetch all tags of the repository.
    const auto wanted = image.digest.empty() ? image.tag : image.digest;
    const auto query =
        encode_query({{"fromImage", image.repository}, {"tag", wanted.empty() ? "latest" : wanted}}
        );
    auto call = connection_->request(http::Method::post, "/images/create" + query);
    call.headers.set(kAuthHeader, registry_auth(credentials));
    auto followed = follow(connection_->client, std::move(call), sink, "pull");
    auto words = co_await std::move(followed);
    if (!words) co_return with_context(image.text(), words.error());
    if (!words->error.empty()) {
        co_return with_context(image.text(), failed_inside("pull", words->error));
    }
    co_return Result<>{};
}

Task<Result<ImageInfo>> Engine::inspect_image(std::string name) {
    auto call = connection_->request(http::Method::get, "/images/" + encode_path(name) + "/json");
    auto sent = connection_->send_for_json(std::move(call), "inspect the image");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return parse_image(answer->body);
}

Task<Result<>> Engine::tag_image(std::string name, std::string repository, std::string tag) {
    const auto query = encode_query({{"repo", repository}, {"tag", tag}});
    auto call =
        connection_->request(http::Method::post, "/images/" + encode_path(name) + "/tag" + query);
    auto sent = connection_->send(std::move(call), "tag the image");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<std::string>> Engine::push(
    ImageReference image, Credentials credentials, ProgressSink* sink
) {
    const auto query = encode_query({{"tag", image.tag.empty() ? "latest" : image.tag}});
    auto call = connection_->request(
        http::Method::post, "/images/" + encode_path(image.repository) + "/push" + query
    );
    call.headers.set(kAuthHeader, registry_auth(credentials));
    auto followed = follow(connection_->client, std::move(call), sink, "push");
    auto words = co_await std::move(followed);
    if (!words) co_return with_context(image.text(), words.error());
    if (!words->error.empty()) {
        co_return with_context(image.text(), failed_inside("push", words->error));
    }
    co_return words->digest;
}

Task<Result<std::string>> Engine::registry_digest(ImageReference image, Credentials credentials) {
    auto call = connection_->request(
        http::Method::get, "/distribution/" + encode_path(image.text()) + "/json"
    );
    call.headers.set(kAuthHeader, registry_auth(credentials));
    call.deadline = kRegistryLimit;
    call.idle_deadline = kRegistryLimit;
    auto sent = connection_->send_for_json(std::move(call), "ask the registry");
    auto answer = co_await std::move(sent);
    if (!answer) co_return with_context(image.text(), answer.error());
    const auto digest = answer->body.value(json::json_pointer{"/Descriptor/digest"}, std::string{});
    if (!is_digest(digest)) {
        co_return Error{Code::protocol, image.text() + ": the registry named no digest"};
    }
    co_return digest;
}

Task<Result<>> Engine::remove_image(std::string name) {
    auto call = connection_->request(http::Method::delete_, "/images/" + encode_path(name));
    auto sent = connection_->send(std::move(call), "remove the image");
    auto answer = co_await std::move(sent);
    if (!answer && answer.error().code != Code::not_found) co_return answer.error();
    co_return Result<>{};
}

Task<Result<std::vector<ImageSummary>>> Engine::list_images(Labels labels) {
    const auto query = encode_query({{"filters", label_filter(labels)}});
    auto call = connection_->request(http::Method::get, "/images/json" + query);
    call.body_limit = kListLimit;
    auto sent = connection_->send_for_json(std::move(call), "list images");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    std::vector<ImageSummary> out;
    for (const auto& one : answer->body) out.push_back(parse_image_summary(one));
    co_return out;
}

Task<Result<bool>> Engine::is_image_used(std::string id) {
    const json filters{{"ancestor", json::array({id})}};
    const auto query = encode_query({{"all", "1"}, {"limit", "1"}, {"filters", filters.dump()}});
    auto call = connection_->request(http::Method::get, "/containers/json" + query);
    auto sent = connection_->send_for_json(std::move(call), "list containers");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return !answer->body.empty();
}

Task<Result<>> Engine::import_image(std::string repository, ByteSource& tar) {
    const auto query = encode_query({{"fromSrc", "-"}, {"repo", repository}, {"tag", "latest"}});
    auto call = connection_->request(http::Method::post, "/images/create" + query);
    call.headers.set("Content-Type", "application/x-tar");
    call.upload = upload_of(tar);
    auto followed = follow(connection_->client, std::move(call), nullptr, "import");
    auto words = co_await std::move(followed);
    if (!words) co_return words.error();
    if (!words->error.empty()) co_return failed_inside("import", words->error);
    co_return Result<>{};
}

Task<Result<BuildOutcome>> Engine::build(
    BuildRequest request, ByteSource& context, ProgressSink& sink
) {
    auto call = connection_->request(http::Method::post, "/build" + build_query(request));
    call.headers.set("Content-Type", "application/x-tar");
    call.headers.set("X-Registry-Config", registry_config(request.logins));
    call.upload = upload_of(context);
    auto followed = follow(connection_->client, std::move(call), &sink, "build");
    auto words = co_await std::move(followed);
    if (!words) co_return words.error();
    BuildOutcome outcome;
    outcome.error = words->error;
    outcome.exit_status = words->error_code;
    if (request.builder == Builder::buildkit) outcome.exit_status = exit_status_of(words->error);
    if (words->error.empty()) outcome.image_id = words->image_id;
    if (words->error.empty() && words->image_id.empty()) {
        outcome.error = "the build's output ended without an image";
    }
    co_return outcome;
}

}  // namespace triphammer::docker
