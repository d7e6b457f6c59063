#pragma once
// Workflow files that were read before, by what is in them. Bounded; the least recently used one
// goes first. Used on one thread (the git thread).

#include "workflow/reader.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace triphammer::intake {

struct Definition {
    std::shared_ptr<const workflow::ReadResult> content;
    std::shared_ptr<const std::string> text;
};

class DefinitionsCache {
  public:
    explicit DefinitionsCache(std::size_t max_bytes = 32U << 20U) : max_bytes_{max_bytes} {}

    /// Null when it is not there.
    const Definition* find(std::string_view blob, std::string_view path);

    /// Reads the text with workflow::read_workflow and keeps the result. `path` belongs to the key:
    /// a workflow without a name is called by its path.
    const Definition& read(std::string_view blob, std::string_view path, std::string text);

    std::size_t size() const { return by_key_.size(); }

  private:
    struct Entry {
        std::string key;
        Definition definition;
        std::size_t cost = 0;
    };

    void make_room(std::size_t cost);

    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  // most recently used first
    std::map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace triphammer::intake
