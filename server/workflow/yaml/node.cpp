#include "workflow/yaml/node.hpp"

namespace triphammer::workflow {

const Node* Node::find(std::string_view key) const {
    for (const auto& entry : entries) {
        if (entry.key->text == key) return entry.value;
    }
    return nullptr;
}

}  // namespace triphammer::workflow
