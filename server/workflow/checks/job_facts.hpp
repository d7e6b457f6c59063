#pragma once
// What a file says about its jobs, for checks that look from one to the other. Names are compared
// without case, as expressions do.

#include "workflow/yaml/node.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace triphammer::workflow {

/// Names in the file's order, found fast.
class Names {
  public:
    void add(const std::string& name);
    std::optional<std::size_t> find(std::string_view name) const;

    bool has(std::string_view name) const { return find(name).has_value(); }

    const std::vector<std::string>& list() const { return list_; }

  private:
    std::vector<std::string> list_;
    std::unordered_map<std::string, std::size_t> index_;  // lower-cased
};

struct JobFacts {
    Names steps;
    std::unordered_map<const Node*, std::size_t> ids_before;  // per step: how many of `steps`
    Names needs;
    std::optional<Names> matrix;   // its properties; nothing where an expression decides
    std::optional<Names> outputs;  // nothing where the file alone does not say
};

class FileFacts {
  public:
    /// Borrows the tree.
    explicit FileFacts(const Node& root);

    const Names& jobs() const { return jobs_; }

    /// Null where there is none.
    const Node* find_job(std::string_view name) const;
    /// Of a value under `jobs`; made when first asked for.
    const JobFacts& facts_of(const Node& job);

    /// Of workflow_dispatch and workflow_call together.
    const Names& inputs() const { return inputs_; }

  private:
    void read_inputs(const Node& root);

    Names jobs_;
    std::vector<const Node*> nodes_;  // of jobs_
    Names inputs_;
    std::unordered_map<const Node*, JobFacts> facts_;
};

}  // namespace triphammer::workflow
