#pragma once
// A YAML document as a tree of our own: every node knows its place and whether it was written
// plain or in quotes. Nodes are owned by the document; an alias is a second pointer to the same
// node.

#include "model/workflow.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

enum class NodeKind { null, scalar, sequence, mapping };

struct Node;

struct Entry {
    const Node* key = nullptr;  // a scalar
    const Node* value = nullptr;
};

struct Node {
    NodeKind kind = NodeKind::null;
    bool plain = true;  // scalars: without quotes and not a block; only these have a type
    model::Position at;
    std::string text;  // scalars
    std::vector<const Node*> items;
    std::vector<Entry> entries;
    std::size_t weight = 1;  // nodes in this tree, aliases counted as if written out
    std::size_t bytes = 0;   // of all texts in this tree, likewise
    std::size_t depth = 1;

    /// The value of a mapping's key; nothing where there is none or this is no mapping.
    const Node* find(std::string_view key) const;
};

struct Document {
    std::deque<Node> nodes;
    const Node* root = nullptr;  // null: an empty document
};

}  // namespace triphammer::workflow
