#include "intake/definitions_cache.hpp"

#include "base/zone_names.hpp"
#include "workflow/zones.hpp"

namespace triphammer::intake {

namespace {

/// What a parsed file costs in memory, roughly, for each byte of its text.
constexpr std::size_t kBytesPerByte = 8;
constexpr std::size_t kBytesPerEntry = 1024;

std::string make_key(std::string_view blob, std::string_view path) {
    return std::string{blob} + " " + std::string{path};
}

}  // namespace

const Definition* DefinitionsCache::find(std::string_view blob, std::string_view path) {
    const auto found = by_key_.find(make_key(blob, path));
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->definition;
}

const Definition& DefinitionsCache::read(
    std::string_view blob, std::string_view path, std::string text
) {
    if (const auto* known = find(blob, path)) return *known;
    Entry entry;
    entry.key = make_key(blob, path);
    entry.cost = kBytesPerEntry + kBytesPerByte * text.size();
    auto content = workflow::read_workflow(path, text);
    workflow::check_zones(content, zone_names());
    entry.definition.content = std::make_shared<const workflow::ReadResult>(std::move(content));
    entry.definition.text = std::make_shared<const std::string>(std::move(text));
    make_room(entry.cost);
    bytes_ += entry.cost;
    entries_.push_front(std::move(entry));
    by_key_[entries_.front().key] = entries_.begin();
    return entries_.front().definition;
}

void DefinitionsCache::make_room(std::size_t cost) {
    while (!entries_.empty() && bytes_ + cost > max_bytes_) {
        bytes_ -= entries_.back().cost;
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
}

}  // namespace triphammer::intake
