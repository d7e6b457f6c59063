#include "runner/aws/program.hpp"

#include "base/file.hpp"
#include "runner/aws/configure_credentials.hpp"
#include "runner/aws/deploy_task_definition.hpp"
#include "runner/aws/ecr_login.hpp"
#include "runner/aws/render_task_definition.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <nss.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>

namespace triphammer::runner {

namespace asio = boost::asio;

namespace {

struct Program {
    std::string_view name;
    Task<Result<>> (*run)(AwsCall);
};

constexpr auto kPrograms = std::to_array<Program>({
    {"configure-credentials", configure_credentials},
    {"ecr-login", log_in_to_ecr},
    {"render-task-definition", render_task_definition},
    {"deploy-task-definition", deploy_task_definition},
});

std::string variable(std::string_view name) {
    const auto* value = std::getenv(std::string{name}.c_str());
    return value == nullptr ? std::string{} : value;
}

void say(std::string_view line) {
    (void)write_all(STDOUT_FILENO, std::string{line} + "\n");
}

Task<> keep(Task<Result<>> work, Result<>& done) {
    done = co_await std::move(work);
}

Result<> run(const Program& program, ActionIo& io) {
    const SystemClock clock;
    SystemRandom random;
    Result<> done{};
    asio::io_context context{1};
    std::exception_ptr thrown;
    asio::co_spawn(context, keep(program.run({io, clock, random}), done), [&](auto failure) {
        thrown = failure;
    });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    return done ? io.write(random) : done;
}

}  // namespace

int run_aws_action(int count, const char* const* arguments) {
    // A static program cannot load what an image's nsswitch.conf may name beside these two.
    ::__nss_configure_lookup("hosts", "files dns");
    ActionIo io{variable, say};
    for (const auto& program : kPrograms) {
        if (count != 1 || program.name != arguments[0]) continue;
        const auto done = run(program, io);
        if (!done) io.fail(done.error().message);
        return done ? 0 : 1;
    }
    io.fail("action, and the name of one");
    return 1;
}

}  // namespace triphammer::runner
