#include "access/variables.hpp"

#include "store/people/variable_store.hpp"

#include <algorithm>
#include <cctype>
#include <map>

namespace triphammer::access {

namespace {

constexpr std::size_t kMaxValueBytes = 48 * 1024;
constexpr std::size_t kMaxNameBytes = 128;

std::string to_upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxNameBytes) return false;
    if (std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
    return std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_';
    });
}

Result<> check_new(const NewVariable& variable) {
    if (!is_name(variable.name)) {
        return invalid(
            "a variable's name is made of letters, digits and _ and does not begin with a digit"
        );
    }
    if (variable.name.starts_with("GITHUB_")) {
        return invalid("names that begin with GITHUB_ are the server's own");
    }
    if (!variable.scope.environment.empty() && !variable.scope.repository) {
        return invalid("a variable of an environment needs its repository");
    }
    if (variable.value.size() > kMaxValueBytes) return invalid("a variable has at most 48 KiB");
    return {};
}

}  // namespace

Result<> set_variable(store::Transaction& transaction, NewVariable variable) {
    variable.name = to_upper(std::move(variable.name));
    if (auto ok = check_new(variable); !ok) return ok.error();
    store::put_variable(
        transaction,
        {{variable.scope.repository, variable.scope.environment},
         std::move(variable.name),
         std::move(variable.value),
         std::move(variable.actor)}
    );
    return {};
}

Variables list_run_variables(store::Connection& connection, model::RepositoryId repository) {
    std::map<std::string, std::string> by_name;
    for (auto& row : store::list_visible_variables(connection, {repository, ""}))
        by_name[row.name] = std::move(row.value);  // the widest scope comes first
    return {by_name.begin(), by_name.end()};
}

Variables list_environment_variables(
    store::Connection& connection, model::RepositoryId repository, const std::string& environment
) {
    Variables out;
    if (environment.empty()) return out;
    for (auto& row : store::list_variables(connection, {repository, environment}))
        out.emplace_back(std::move(row.name), std::move(row.value));
    return out;
}

}  // namespace triphammer::access
