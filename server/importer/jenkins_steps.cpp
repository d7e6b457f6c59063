#include "importer/jenkins_steps.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::importer {

namespace {

constexpr std::size_t kNameBytes = 60;
constexpr int kMostTries = 20;

/// Steps that are always so here.
bool is_needless(const std::string& name) {
    return name == "deleteDir" || name == "cleanWs" || name == "timestamps" ||
           name == "ansiColor" || name == "milestone";
}

/// The value of a step whose one argument may also be named.
const Value& argument(const Statement& statement, std::string_view name) {
    const auto& named = statement.arguments[name];
    return named.kind == Value::Kind::none ? statement.first() : named;
}

/// The first line that does something.
std::string_view first_command(std::string_view script) {
    for (const auto row : split(script, '\n')) {
        const auto line = trim(row);
        if (!line.empty() && !line.starts_with('#') && !line.starts_with("set ")) return line;
    }
    return trim(script);
}

std::string title_of(const StepScope& scope, std::string_view what) {
    const std::string line{cut_utf8(first_command(what), kNameBytes)};
    return scope.stage.empty() ? line : scope.stage + ": " + line;
}

/// In single quotes for a shell.
std::string quote_shell(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

/// In double quotes, so that variables are put in.
std::string quote_with_variables(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '`') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string text_for_shell(const Value& value, const std::string& script) {
    return value.plain ? quote_shell(script) : quote_with_variables(script);
}

/// What a script's first line asks for; nothing: an interpreter that there is no `shell` for.
std::optional<std::string> shell_of(std::string_view script) {
    if (!script.starts_with("#!")) return "";
    const auto line = script.substr(0, script.find('\n'));
    if (line.find("python") != line.npos) return "python";
    if (line.find("bash") != line.npos) return "bash";
    if (line.ends_with("sh") || line.find("sh ") != line.npos) return "";
    return {};
}

/// Not within `if`: there a shell goes on after a command that failed.
std::string repeat(const std::string& script, int tries) {
    if (tries <= 1) return script;
    std::string attempts;
    for (int attempt = 1; attempt <= std::min(tries, kMostTries); ++attempt)
        attempts += " " + std::to_string(attempt);
    return "set +e\nfor attempt in" + attempts + "; do\n(\nset -e\n" + script +
           "\n)\nstatus=$?\n[ $status -eq 0 ] && exit 0\ndone\nexit $status";
}

std::string stash_file(const std::string& name) {
    return "\"$RUNNER_TEMP/stash-\"" + quote_shell(name) + ".tar";
}

}  // namespace

Lines lines_of(const Statement& statement) {
    return {statement.line, statement.end_line};
}

std::string minutes_of(const Value& call) {
    const auto& time = call["time"].is_text() || call.items.empty() ? call["time"] : call.items[0];
    const auto amount = parse_integer(time.text);
    if (!amount) return {};
    const auto& unit = call["unit"].text;
    if (unit == "SECONDS") return std::to_string((*amount + 59) / 60);
    if (unit == "HOURS") return std::to_string(*amount * 60);
    if (unit == "DAYS") return std::to_string(*amount * 60 * 24);
    if (unit.empty() || unit == "MINUTES") return std::to_string(*amount);
    return {};
}

void StepsImporter::add(
    const std::vector<Statement>& statements, const StepScope& scope, StepsOut& out
) {
    for (const auto& statement : statements) add_one(statement, scope, out);
}

void StepsImporter::add_one(const Statement& statement, const StepScope& scope, StepsOut& out) {
    const auto& name = statement.name;
    if (is_needless(name)) {
        if (statement.has_block) return add(statement.block, scope, out);
        return remarks_.changed(lines_of(statement), name + " needs no line: it is so here");
    }
    if (name == "script" || name == "node" || name == "stage") {
        return add(statement.block, scope, out);
    }
    if (name == "checkout" || name == "git") {
        const bool own = name == "checkout" && statement.first().text == "scm";
        if (own) return;  // every job begins with it
        return remarks_.left(
            lines_of(statement),
            "checks another repository out; add actions/checkout with "
            "`repository` and `path`"
        );
    }
    if (add_script(statement, scope, out) || add_file_step(statement, scope, out) ||
        add_wrapped(statement, scope, out)) {
        return;
    }
    if (name.empty())
        return remarks_.left(lines_of(statement), "Groovy code; write it as a script");
    if (name == "bat" || name == "powershell") {
        return remarks_.left(lines_of(statement), name + " needs Windows; there is `run` for sh");
    }
    remarks_.left(lines_of(statement), "'" + name + "' has no counterpart, or not in this form");
}

bool StepsImporter::add_script(const Statement& statement, const StepScope& scope, StepsOut& out) {
    const auto& name = statement.name;
    if (name == "sh" || name == "pwsh") {
        const auto& value = argument(statement, "script");
        const auto script = Names::to_script(value);
        const bool captured = statement.arguments["returnStdout"].text == "true" ||
                              statement.arguments["returnStatus"].text == "true";
        if (!script || captured) return false;
        push_shell(statement, without_indent(*script), scope, out);
        return true;
    }
    if (name == "echo" || name == "error") {
        const auto& value = argument(statement, "message");
        const auto text = Names::to_script(value);
        if (!text) return false;
        const auto say = "echo " + text_for_shell(value, *text);
        push_shell(statement, name == "echo" ? say : say + " >&2\nexit 1", scope, out);
        return true;
    }
    if (name == "sleep") {
        const auto seconds = parse_integer(argument(statement, "time").text);
        if (!seconds || !statement.arguments["unit"].text.empty()) return false;
        push_shell(statement, "sleep " + std::to_string(*seconds), scope, out);
        return true;
    }
    return false;
}

bool StepsImporter::add_file_step(
    const Statement& statement, const StepScope& scope, StepsOut& out
) {
    const auto& name = statement.name;
    if (name == "archiveArtifacts") return add_upload(statement, scope, out);
    if (name == "writeFile") return add_file(statement, scope, out);
    if (name == "stash") return add_stash(statement, scope, out);
    if (name == "unstash") return add_unstash(statement, scope, out);
    if (name != "junit") return false;
    const auto& pattern = argument(statement, "testResults");
    if (pattern.is_text()) out.junit.emplace_back(lines_of(statement), pattern.text);
    return pattern.is_text();
}

bool StepsImporter::add_upload(const Statement& statement, const StepScope& scope, StepsOut& out) {
    const auto pattern = names_.to_template(argument(statement, "artifacts"));
    if (!pattern) return false;
    DraftStep step;
    step.uses = "actions/upload-artifact@v4";
    step.name = title_of(scope, "keep " + *pattern);
    std::string paths;
    for (const auto part : split(*pattern, ',')) paths += std::string{trim(part)} + "\n";
    paths.pop_back();
    step.with = {{"name", "files-" + std::to_string(statement.line)}, {"path", paths}};
    push_action(statement, std::move(step), scope, out);
    return true;
}

bool StepsImporter::add_file(const Statement& statement, const StepScope& scope, StepsOut& out) {
    const auto& arguments = statement.arguments;
    const auto text = Names::to_script(arguments["text"]);
    const auto file = Names::to_script(arguments["file"]);
    if (!text || !file) return false;
    const auto content = text_for_shell(arguments["text"], *text);
    const auto place = text_for_shell(arguments["file"], *file);
    push_shell(statement, "printf '%s' " + content + " > " + place, scope, out);
    return true;
}

bool StepsImporter::add_stash(const Statement& statement, const StepScope& scope, StepsOut& out) {
    const auto& includes = statement.arguments["includes"];
    const auto& stash = argument(statement, "name");
    const bool is_deep = includes.is_text() && includes.text.find("**") != std::string::npos;
    if (!stash.is_text() || is_deep) return false;
    const auto files = includes.is_text() ? includes.text : std::string{"."};
    push_shell(statement, "tar -cf " + stash_file(stash.text) + " " + files, scope, out);
    out.stashes.push_back(stash.text);
    return true;
}

bool StepsImporter::add_unstash(const Statement& statement, const StepScope& scope, StepsOut& out) {
    const auto& stash = argument(statement, "name");
    const auto& known = out.stashes;
    if (std::find(known.begin(), known.end(), stash.text) == known.end()) return false;
    push_shell(statement, "tar -xf " + stash_file(stash.text), scope, out);
    return true;
}

// ── what stands around steps ─────────────────────────────────────────────────────────────────

bool StepsImporter::add_wrapped(const Statement& statement, StepScope scope, StepsOut& out) {
    if (!statement.has_block || !open_wrapper(statement, scope)) return false;
    add(statement.block, scope, out);
    return true;
}

bool StepsImporter::open_wrapper(const Statement& statement, StepScope& scope) {
    const auto& name = statement.name;
    if (name == "dir") {
        const auto folder = names_.to_template(statement.first());
        if (!folder) return false;
        scope.directory = scope.directory.empty() ? *folder : scope.directory + "/" + *folder;
        return true;
    }
    if (name == "timeout") {
        scope.minutes = minutes_of(statement.arguments);
        return !scope.minutes.empty();
    }
    if (name == "retry") {
        scope.tries =
            static_cast<int>(parse_integer(argument(statement, "count").text).value_or(0));
        return scope.tries > 0;
    }
    if (name == "catchError" || name == "warnError") {
        scope.may_fail = true;
        return true;
    }
    if (name == "withEnv") return add_variables(statement, scope);
    if (name == "withCredentials") return bind_credentials(statement, scope);
    return false;
}

/// withEnv(['A=b', "C=${env.D}"])
bool StepsImporter::add_variables(const Statement& statement, StepScope& scope) const {
    for (const auto& item : statement.first().items) {
        const auto text = names_.to_template(item);
        const auto equals = text ? text->find('=') : std::string::npos;
        // PATH+EXTRA= puts something in front of PATH.
        if (equals == std::string::npos || text->substr(0, equals).find('+') != std::string::npos)
            return false;
        scope.env.emplace_back(text->substr(0, equals), text->substr(equals + 1));
    }
    return !statement.first().items.empty();
}

bool StepsImporter::bind_credentials(const Statement& statement, StepScope& scope) {
    for (const auto& binding : statement.first().items) {
        if (!bind_one(binding, lines_of(statement), scope)) return false;
    }
    return !statement.first().items.empty();
}

bool StepsImporter::bind_one(const Value& binding, const Lines& at, StepScope& scope) {
    const auto secret = secret_name(binding["credentialsId"].text);
    const auto& variable = binding["variable"].text;
    const auto add = [&](const std::string& name, const std::string& from) {
        scope.env.emplace_back(name, "${{ secrets." + from + " }}");
    };
    auto wanted = secret;
    if (binding.text == "string") {
        add(variable, secret);
    } else if (binding.text == "usernamePassword") {
        add(binding["usernameVariable"].text, secret + "_USR");
        add(binding["passwordVariable"].text, secret + "_PSW");
        wanted = secret + "_USR and " + secret + "_PSW";
    } else if (binding.text == "file") {
        add(variable + "_CONTENT", secret);
        scope.prelude += "printf '%s' \"$" + variable + "_CONTENT\" > \"$RUNNER_TEMP/" + variable +
                         "\"\nexport " + variable + "=\"$RUNNER_TEMP/" + variable + "\"\n";
    } else {
        return false;
    }
    remarks_.changed({at.first, at.first}, "set the secret " + wanted + " (triphammer secret set)");
    return true;
}

// ── a step is made ───────────────────────────────────────────────────────────────────────────

void StepsImporter::push_shell(
    const Statement& statement, std::string script, const StepScope& scope, StepsOut& out
) {
    const auto shell = shell_of(script);
    if (!shell) {
        return remarks_.left(lines_of(statement), "there is no shell like the script's first line");
    }
    DraftStep step;
    step.name = title_of(
        scope,
        statement.arguments["label"].is_text() ? std::string_view{statement.arguments["label"].text}
                                               : std::string_view{script}
    );
    step.shell = statement.name == "pwsh" ? "pwsh" : *shell;
    const bool is_posix = step.shell.empty() || step.shell == "bash";
    if (!is_posix && (scope.tries > 1 || !scope.prelude.empty())) {
        return remarks_.left(
            lines_of(statement),
            "a script that is not for sh, within " + std::string{"retry or a secret file"}
        );
    }
    step.run = is_posix ? repeat(scope.prelude + script, scope.tries) : std::move(script);
    push_action(statement, std::move(step), scope, out);
}

void StepsImporter::push_action(
    const Statement& statement, DraftStep step, const StepScope& scope, StepsOut& out
) {
    step.from = lines_of(statement);
    step.condition = scope.condition;
    step.minutes = scope.minutes;
    step.may_fail = scope.may_fail;
    step.env = scope.env;
    if (step.uses.empty()) step.directory = scope.directory;
    out.steps.push_back(std::move(step));
}

}  // namespace triphammer::importer
