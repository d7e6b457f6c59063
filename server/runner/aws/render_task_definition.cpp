#include "runner/aws/render_task_definition.hpp"

#include "aws/value.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/aws/task_definition.hpp"

#include <fcntl.h>

namespace triphammer::runner {

using Json = nlohmann::ordered_json;

namespace {

Result<ContainerChanges> read_changes(const ActionIo& io) {
    ContainerChanges out;
    out.containers = io.items("container-name");
    out.image = io.input("image");
    if (out.containers.empty()) return invalid("the input container-name is missing");
    if (out.image.empty()) return invalid("the input image is missing");
    const auto read = [&io](const char* name, NamedValues& to) -> Result<> {
        auto values = parse_named_values(io.lines(name));
        if (!values) return with_context(name, values.error());
        to = std::move(*values);
        return {};
    };
    auto fine = read("environment-variables", out.environment);
    if (fine) fine = read("secrets", out.secrets);
    if (fine) fine = read("docker-labels", out.labels);
    if (fine) fine = read("log-configuration-options", out.log_options);
    if (!fine) return fine.error();
    out.log_driver = io.input("log-configuration-log-driver");
    out.environment_files = io.lines("env-files");
    for (const auto word : split(io.input("command"), ' ')) {
        if (!word.empty()) out.command.emplace_back(word);
    }
    return out;
}

/// The revision that is registered, as DescribeTaskDefinition names it.
Task<Result<Json>> get_registered(AwsCall call, std::string name) {
    const auto region = find_region(call);
    if (!region) co_return region.error();
    auto making = make_client(call, aws::kEcs, *region);
    const auto ecs = co_await std::move(making);
    if (!ecs) co_return ecs.error();
    auto input = nlohmann::json::object();
    input["taskDefinition"] = name;
    auto calling = ecs->send("DescribeTaskDefinition", input.dump());
    const auto reply = co_await std::move(calling);
    if (!reply) co_return reply.error();
    if (reply->failure)
        co_return aws::to_error(aws::kEcs, "DescribeTaskDefinition", *reply->failure);
    auto answer = Json::parse(reply->body, nullptr, false);
    if (!answer.is_object() || !answer.contains("taskDefinition")) {
        co_return Error{Code::protocol, "DescribeTaskDefinition: the answer has no definition"};
    }
    co_return aws::value_of(answer["taskDefinition"]);
}

Task<Result<Json>> get_definition(AwsCall call) {
    const auto& io = call.io;
    if (const auto file = io.input("task-definition"); !file.empty()) {
        const auto text = read_small(file);
        if (!text) co_return text.error();
        auto definition = parse_task_definition(*text);
        if (!definition) co_return with_context(file, definition.error());
        co_return definition;
    }
    auto name = io.input("task-definition-arn");
    if (name.empty()) {
        name = io.input("task-definition-family");
        const auto revision = io.input("task-definition-revision");
        if (!name.empty() && !revision.empty()) name += ":" + revision;
    }
    if (name.empty()) {
        co_return invalid(
            "one of task-definition (a file), task-definition-arn and task-definition-family is "
            "needed"
        );
    }
    auto getting = get_registered(call, name);
    co_return co_await std::move(getting);
}

Result<std::string> write_definition(const AwsCall& call, const Json& definition) {
    constexpr std::size_t kNameBytes = 8;
    const auto path = call.io.variable("RUNNER_TEMP") + "/task-definition-" +
                      random_hex(call.random, kNameBytes) + ".json";
    auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (!file) return file.error();
    auto written = write_all(file->get(), definition.dump(2) + "\n");
    if (!written) return written.error();
    return path;
}

}  // namespace

Task<Result<>> render_task_definition(AwsCall call) {
    const auto changes = read_changes(call.io);
    if (!changes) co_return changes.error();
    auto getting = get_definition(call);
    auto definition = co_await std::move(getting);
    if (!definition) co_return definition.error();
    if (auto done = change_containers(*definition, *changes); !done) co_return done;
    for (const auto& [input, name] :
         {std::pair{"task-role-arn", "taskRoleArn"},
          std::pair{"execution-role-arn", "executionRoleArn"}}) {
        if (auto arn = call.io.input(input); !arn.empty()) (*definition)[name] = arn;
    }
    auto path = write_definition(call, *definition);
    if (!path) co_return path.error();
    call.io.set_output("task-definition", std::move(*path));
    co_return Result<>{};
}

}  // namespace triphammer::runner
