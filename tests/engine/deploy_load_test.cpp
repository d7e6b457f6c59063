#include "engine/deploy_fixture.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

using namespace triphammer;
using model::DeploymentState;
using triphammer::testing::Deployments;

namespace {

/// Asks over and over, 100 times a second, a connection each, and counts what was answered.
class Load {
  public:
    explicit Load(std::function<std::string()> ask) : ask_{std::move(ask)} {}

    std::map<std::string, int> stop() {
        {
            const std::lock_guard lock{mutex_};
            stopped_ = true;
        }
        wake_.notify_all();
        thread_.join();
        return answers_;
    }

  private:
    void run() {
        std::unique_lock lock{mutex_};
        while (!stopped_) {
            lock.unlock();
            const auto answer = ask_();
            lock.lock();
            ++answers_[answer];
            wake_.wait_for(lock, std::chrono::milliseconds{10}, [this] { return stopped_; });
        }
    }

    std::function<std::string()> ask_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopped_ = false;
    std::map<std::string, int> answers_;
    std::thread thread_{[this] { run(); }};
};

}  // namespace

TEST_F(Deployments, LoseNoRequestAndNeverShowAFailingCandidate) {
    const auto one = make_image("one");
    const auto two = make_image("two");
    const auto broken = build(
        "FROM triphammer/busybox\nRUN mkdir /www && echo -n broken > /www/index.html\n"
        "CMD [\"busybox\", \"httpd\", \"-f\", \"-p\", \"8000\", \"-h\", \"/www\"]\n"
    );
    deploy(one);
    Load load{[this] { return ask(); }};

    const auto to_two = deploy(two);
    const auto failed = deploy(broken);
    const auto back = deploy(one, [](auto& session) {
        session.document_.job.deploy->verify.http = text("/only-on-mars");
        session.document_.job.deploy->verify.timeout = text("500ms");
    });
    const auto again = deploy(one);
    const auto answers = load.stop();

    EXPECT_EQ(to_two.deployment, DeploymentState::succeeded) << to_two.reason;
    EXPECT_EQ(failed.deployment, DeploymentState::failed);
    EXPECT_EQ(back.deployment, DeploymentState::rolled_back) << back.reason;
    EXPECT_EQ(again.deployment, DeploymentState::succeeded) << again.reason;
    int total = 0;
    for (const auto& [answer, count] : answers) {
        EXPECT_TRUE(answer == "one" || answer == "two") << count << " times: " << answer;
        total += count;
    }
    EXPECT_GT(total, 100);
    EXPECT_EQ(ask(), "one");
}
