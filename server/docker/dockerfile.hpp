#pragma once
// What has to be known of a Dockerfile before an engine gets it: which builder it needs, and what
// it would have the engine itself fetch. Pure. Not a Dockerfile's grammar: the builder has that.
// Source: docs.docker.com, "Dockerfile reference".

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

struct DockerfileFacts {
    /// What only BuildKit understands, with its line: "line 3: RUN --mount=". Empty: nothing.
    std::string buildkit_word;
    /// What needs a session, which the engine's API does not have: "line 3: RUN
    /// --mount=type=secret".
    std::string session_word;
    /// What the engine, not a container, would fetch from an address of the Dockerfile's choice:
    /// ADD of a URL or of what may become one, a foreign `# syntax=`. Empty: nothing.
    std::string fetch_word;
    bool has_run = false;
    /// A RUN in a stage of the platform that is asked for, whichever that is, with its line. Stages
    /// FROM --platform=$BUILDPLATFORM, or with a platform by name, and what begins with one of them
    /// are none. Empty: none.
    std::string target_run_word;
    /// Images of other repositories that FROM and COPY --from name without a variable.
    std::vector<std::string> bases;
    /// The same in each way in which a builder might read the text.
    std::vector<std::string> possible_bases;
    /// A base that the text alone does not tell (variables, quotes, another platform), or a flag
    /// that might hide one. Empty: none.
    std::string unsure_base;
};

DockerfileFacts read_dockerfile(std::string_view text);

}  // namespace triphammer::docker
