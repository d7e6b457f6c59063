#include "runner/image/bases.hpp"

#include "runner/image/tidy.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

Task<Result<>> fetch_public_bases(
    docker::Engine& engine, const docker::DockerfileFacts& facts, docker::ProgressSink& sink
) {
    if (!facts.unsure_base.empty()) {
        co_return invalid(
            facts.unsure_base +
            ": pull requests from forks name their base images plainly, without variables, quotes "
            "and platforms"
        );
    }
    for (const auto& name : facts.possible_bases) {
        const auto image = docker::parse_reference(name);
        if (!image) co_return image.error();
        auto looking = engine.inspect_image(image->text());
        const auto known = co_await std::move(looking);
        if (!known && known.error().code != Code::not_found) co_return known.error();
        if (known && is_here_alone(*known, *image)) {
            co_return Error{
                Code::refused,
                name +
                    " is the name of an image that was made on this engine and is in no registry. "
                    "Pull requests from forks are built on images that everybody may fetch"};
        }
        auto pulling = engine.pull(*image, {}, &sink);
        const auto pulled = co_await std::move(pulling);
        if (pulled) continue;
        co_return Error{
            Code::refused,
            pulled.error().message +
                ". Pull requests from forks are built on images that everybody may fetch: what "
                "the engine has, and credentials, are not given to them"};
    }
    co_return Result<>{};
}

bool is_here_alone(const docker::ImageInfo& image, const docker::ImageReference& name) {
    return std::none_of(image.digests.begin(), image.digests.end(), [&](const auto& digest) {
        return is_named_by({name}, digest);
    });
}

std::string refuse_triggers(const std::vector<std::string>& triggers, bool is_strangers) {
    if (triggers.empty()) return {};
    if (is_strangers) {
        return "ONBUILD " + triggers.front() +
               ": pull requests from forks are not built on images that add instructions";
    }
    // Each by itself, as builders read them: the end of one does not go on in the next.
    for (const auto& trigger : triggers) {
        const auto fetch = docker::read_dockerfile(trigger).fetch_word;
        if (fetch.empty()) continue;
        return "ONBUILD " + fetch.substr(std::min(fetch.find(": ") + 2, fetch.size())) +
               ": what the engine itself fetches could be the metadata of its instance";
    }
    return {};
}

Task<Result<>> check_triggers(
    docker::BuildStock& stock, std::vector<std::string> bases, bool is_strangers
) {
    for (const auto& base : bases) {
        auto reading = stock.triggers_of(base);
        const auto triggers = co_await std::move(reading);
        if (!triggers && triggers.error().code == Code::not_found) continue;
        if (!triggers) co_return triggers.error();
        const auto why = refuse_triggers(*triggers, is_strangers);
        if (!why.empty()) co_return invalid("the base image " + base + " has " + why);
    }
    co_return Result<>{};
}

}  // namespace triphammer::runner
