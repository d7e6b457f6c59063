#include "plan/plain_text.hpp"

namespace triphammer::plan {

Result<std::string> read_text(
    const model::Template& text, const workflow::expression::Contexts& contexts
) {
    const auto value = workflow::expression::evaluate_template(text.text, contexts);
    if (!value) return value.error();
    if (value->is_collection()) return invalid("the expression gives a list or an object, no text");
    return value->to_text();
}

}  // namespace triphammer::plan
