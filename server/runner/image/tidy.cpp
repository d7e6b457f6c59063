#include "runner/image/tidy.hpp"

#include "base/deadline.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace triphammer::runner {

namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
const std::string kOfContainer = "container:";

bool is_being_built(const docker::ImageSummary& image) {
    return std::any_of(image.tags.begin(), image.tags.end(), [](const std::string& tag) {
        return tag.starts_with(std::string{kBuildRepository} + ":");
    });
}

/// As the engine lists it: "docker.io/library/app" and "app" are one.
std::string engine_name(std::string repository) {
    for (const std::string_view prefix : {"index.docker.io/", "docker.io/", "library/"}) {
        if (repository.starts_with(prefix)) repository.erase(0, prefix.size());
    }
    return repository;
}

/// Name by name: with the last one it goes, unless somebody has made a container of it.
Task<bool> remove_image(docker::Engine& engine, docker::ImageSummary image) {
    auto asking = engine.is_image_used(image.id);
    const auto is_used = co_await std::move(asking);
    if (!is_used || *is_used) co_return false;
    auto names = image.tags;
    if (names.empty()) names.push_back(image.id);
    for (const auto& name : names) {
        auto removing = engine.remove_image(name);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return false;
    }
    co_return true;
}

bool has_digest(const docker::ImageSummary& image, const std::vector<std::string>& digests) {
    return std::ranges::any_of(digests, [&](const std::string& digest) {
        return image.id == digest || std::ranges::any_of(image.digests, [&](const auto& name) {
                   return name.ends_with("@" + digest);
               });
    });
}

bool is_of_run(const docker::ImageSummary& image, const std::vector<std::string>& runs) {
    const auto found = image.labels.find("triphammer.run");
    return found != image.labels.end() && std::ranges::find(runs, found->second) != runs.end();
}

Task<> remove_surely(docker::Engine& engine, std::string container) {
    constexpr int kTries = 50;
    for (int attempt = 0; attempt < kTries; ++attempt) {
        auto removing = engine.remove_container(container);
        const auto removed = co_await std::move(removing);
        if (removed) co_return;
        auto pause = sleep_for(std::chrono::milliseconds{100});
        co_await std::move(pause);
    }
}

}  // namespace

bool is_named_by(const std::vector<docker::ImageReference>& names, const std::string& name) {
    const auto image = docker::parse_reference(name);
    return image && std::any_of(names.begin(), names.end(), [&](const auto& one) {
               return engine_name(one.repository) == engine_name(image->repository);
           });
}

bool is_in_network_of(const docker::ContainerInfo& container, const docker::ContainerInfo& keeper) {
    const auto is_of = [&](const std::string& name) {
        return !name.empty() && container.network_mode == kOfContainer + name;
    };
    return is_of(keeper.id) || is_of(keeper.name);  // newer engines write the id for the name
}

Task<> remove_build_container(docker::Engine& engine, std::string container, std::string network) {
    if (!network.starts_with(kOfContainer)) co_return;
    auto asking = engine.inspect_container(network.substr(kOfContainer.size()));
    const auto keeper = co_await std::move(asking);
    auto looking = engine.inspect_container(std::move(container));
    const auto known = co_await std::move(looking);
    if (!keeper || !known || !is_in_network_of(*known, *keeper)) co_return;
    auto removing = remove_surely(engine, known->id);
    co_await std::move(removing);
}

Task<> remove_nameless(docker::Engine& engine, std::vector<std::string> layers) {
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        auto looking = engine.inspect_image(*layer);
        const auto image = co_await std::move(looking);
        if (!image || !image->tags.empty() || !image->digests.empty()) continue;
        auto removing = engine.remove_image(image->id);
        co_await std::move(removing);  // in use by a later one: that goes first
    }
}

std::vector<docker::ImageSummary> choose_superseded(
    std::vector<docker::ImageSummary> images,
    const KeepRule& rule,
    const std::string& kept,
    std::int64_t now
) {
    std::stable_sort(images.begin(), images.end(), [](const auto& one, const auto& other) {
        return one.created_at > other.created_at;
    });
    std::vector<docker::ImageSummary> out;
    std::int64_t count = 1;  // the one that stays
    for (auto& image : images) {
        if (image.id == kept || is_being_built(image)) continue;
        if (rule.needed.contains(image.id)) continue;
        const bool is_ours = std::ranges::all_of(image.tags, [&](const std::string& tag) {
            return is_named_by(rule.names, tag);
        });
        if (!is_ours) continue;
        const bool is_old = rule.days > 0 && image.created_at < now - rule.days * kSecondsPerDay;
        // Of a job that names its images one without a name is what a newer one took it from.
        const bool counts = !image.tags.empty() || rule.names.empty();
        const bool is_over = rule.count > 0 && counts && ++count > rule.count;
        if (!counts || is_old || is_over) out.push_back(std::move(image));
    }
    return out;
}

std::set<std::string> find_needed(
    const std::vector<docker::ImageSummary>& images, NeededImages needed, std::string run
) {
    needed.runs.push_back(std::move(run));
    std::set<std::string> out;
    for (const auto& image : images) {
        const bool is_needed = is_of_run(image, needed.runs) || has_digest(image, needed.digests);
        if (is_needed) out.insert(image.id);
    }
    return out;
}

Task<int> remove_images(docker::Engine& engine, std::vector<docker::ImageSummary> images) {
    int count = 0;
    for (auto& image : images) {
        auto removing = remove_image(engine, std::move(image));
        if (co_await std::move(removing)) ++count;
    }
    co_return count;
}

std::string show_size(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> kUnits{"kB", "MB", "GB", "TB"};
    auto size = static_cast<double>(bytes) / 1000.0;
    std::size_t unit = 0;
    for (; size >= 1000.0 && unit + 1 < kUnits.size(); ++unit) size /= 1000.0;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", size, kUnits.at(unit));
    return text.data();
}

}  // namespace triphammer::runner
