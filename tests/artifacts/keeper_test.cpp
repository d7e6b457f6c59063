// The rules of what is stored, over a real database and real files.
#include "artifacts/keeper.hpp"

#include "store/forge/delivery_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"
#include "support/random.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::artifacts;
using triphammer::testing::SampleDatabase;

namespace {

struct Shop : SampleDatabase {
    Shop() { EXPECT_TRUE(open(limits)); }

    Result<> open(Limits chosen) {
        keeper = std::make_unique<Keeper>(
            Keeper::Parts{*database, disk, clock, random, folder.path()}, chosen
        );
        return run<Result<>>(keeper->open());
    }

    template <class T>
    T run(Task<T> task) {
        std::optional<Task<T>> work{std::move(task)};
        return triphammer::testing::run_task<T>([&](Executor) { return std::move(*work); });
    }

    static Source pieces(std::string bytes) {
        auto left = std::make_shared<std::string>(std::move(bytes));
        return [left] { return next(left); };
    }

    static Task<Result<std::string>> next(std::shared_ptr<std::string> left) {
        auto piece = left->substr(0, 1000);
        left->erase(0, piece.size());
        co_return piece;
    }

    Result<store::ArtifactRow> upload(
        model::Fence fence,
        const std::string& name,
        const std::string& bytes,
        bool overwrite = false
    ) {
        ArtifactUpload wanted;
        wanted.fence = fence;
        wanted.name = name;
        wanted.content = {sha256_hex(bytes), static_cast<std::int64_t>(bytes.size())};
        wanted.overwrite = overwrite;
        return run<Result<store::ArtifactRow>>(keeper->take_artifact(wanted, pieces(bytes)));
    }

    Result<store::CacheRow> save(
        model::Fence fence, const std::string& key, const std::string& bytes
    ) {
        clock.advance(Milliseconds{1});
        CacheUpload wanted{
            fence, key, "v", {sha256_hex(bytes), static_cast<std::int64_t>(bytes.size())}};
        return run<Result<store::CacheRow>>(keeper->take_cache(wanted, pieces(bytes)));
    }

    std::string find(
        model::Fence fence, const std::string& key, std::vector<std::string> restore_keys = {}
    ) {
        clock.advance(Milliseconds{1});
        const CacheQuery query{fence, key, std::move(restore_keys), "v"};
        const auto found = run<Result<store::CacheRow>>(keeper->find_cache(query));
        return found ? found->key : "(none)";
    }

    /// An attempt of a job of its own in a new run.
    model::Fence attempt(const std::string& ref, const std::string& facts = "") {
        auto run_id = add_run(repository, ref);
        if (!facts.empty()) link_delivery(run_id, facts);
        return attempt_of(add_job(run_id, "build"));
    }

    model::Fence attempt_of(model::JobId job) {
        const auto token = "token-" + std::to_string(++tokens);
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            return store::insert_attempt(tx, job, token, "host");
        });
    }

    void link_delivery(model::RunId run_id, const std::string& facts) {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewDelivery delivery;
            delivery.guid = "guid-" + model::to_text(run_id);
            delivery.event = "pull_request";
            delivery.repository = repository;
            delivery.facts_json = facts;
            store::append_delivery(tx, delivery);
            tx.prepare("UPDATE runs SET delivery = (SELECT max(id) FROM deliveries) WHERE id = ?")
                .bind(run_id)
                .run();
            return {};
        });
    }

    std::size_t files(const char* name) {
        std::size_t count = 0;
        for (const auto& one : std::filesystem::recursive_directory_iterator{folder / name}) {
            count += one.is_regular_file() ? 1 : 0;
        }
        return count;
    }

    Limits limits{{10'000, 8'000}, {10'000, 8'000}, 90};
    NamedThread disk{"blobs"};
    triphammer::testing::SeededRandom random{7};
    std::unique_ptr<Keeper> keeper;
    int tokens = 0;
    model::RepositoryId repository = [this] {
        const auto id = add_repository("octo/roof");
        write([&](store::Transaction& tx) -> Result<> {
            return store::set_repository(
                tx, id, {"octo/roof", "http://forge.test/x.git", "main", ".triphammer"}
            );
        });
        return id;
    }();
};

std::string pull_request(bool from_fork) {
    return R"({"event": "pull_request", "pull_request": {"number": 7, "base_ref": "release", "from_fork": )" +
           std::string{from_fork ? "true" : "false"} + "}}";
}

}  // namespace

TEST(Keeper, GivesARepeatedUploadItsFirstAnswer) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");

    const auto first = shop.upload(fence, "report", "bytes");
    const auto again = shop.upload(fence, "report", "bytes");

    ASSERT_TRUE(first && again);
    EXPECT_EQ(first->id, again->id);
    EXPECT_EQ(shop.files("artifacts"), 1U);
}

TEST(Keeper, LetsARunHaveANameOnce) {
    Shop shop;
    const auto run = shop.add_run(shop.repository);
    const auto one = shop.attempt_of(shop.add_job(run, "one"));
    const auto other = shop.attempt_of(shop.add_job(run, "other"));
    ASSERT_TRUE(shop.upload(one, "report", "first"));

    EXPECT_EQ(shop.upload(other, "report", "second").error().code, Code::conflict);
    EXPECT_EQ(shop.upload(one, "report", "second").error().code, Code::conflict);
    EXPECT_TRUE(shop.upload(other, "report", "second", true));
    EXPECT_EQ(shop.files("artifacts"), 1U);
}

TEST(Keeper, LetsALaterAttemptReplaceWhatItsJobHasUploaded) {
    Shop shop;
    const auto job = shop.add_job(shop.add_run(shop.repository), "build");
    const auto first = shop.attempt_of(job);
    ASSERT_TRUE(shop.upload(first, "report", "first"));
    shop.write([&](store::Transaction& tx) {
        return store::close_attempt(tx, first, {.cause = model::Cause::lost_runner});
    });

    EXPECT_EQ(shop.upload(first, "report", "late").error().code, Code::refused);
    const auto second = shop.upload(shop.attempt_of(job), "report", "second");

    ASSERT_TRUE(second);
    EXPECT_EQ(shop.number("SELECT count(*) FROM artifacts"), 1);
}

TEST(Keeper, KeepsNothingOfAnUploadThatIsNotWhatItSays) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");
    ArtifactUpload wanted;
    wanted.fence = fence;
    wanted.name = "report";
    wanted.content = {sha256_hex("bytes"), 5};
    for (const auto* bytes : {"bytez", "byte", "bytesandmore"}) {
        const auto taken = shop.run<Result<store::ArtifactRow>>(
            shop.keeper->take_artifact(wanted, Shop::pieces(bytes))
        );
        EXPECT_EQ(taken.error().code, Code::invalid);
    }

    EXPECT_EQ(shop.files("artifacts"), 0U);
}

TEST(Keeper, RefusesNamesThatAreNoFileNames) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");

    for (const auto* name : {"", "a/b", "..", "a\nb", "a\"b"}) {
        EXPECT_EQ(shop.upload(fence, name, "x").error().code, Code::invalid);
    }
}

TEST(Keeper, HoldsTheQuotaOfARepository) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");
    ASSERT_TRUE(shop.upload(fence, "one", std::string(6'000, 'x')));

    EXPECT_EQ(shop.upload(fence, "two", std::string(6'000, 'y')).error().code, Code::too_large);
    EXPECT_TRUE(shop.upload(fence, "one", std::string(7'000, 'z'), true));
}

TEST(Keeper, RemovesWhatHasExpiredAndKeepsTheRest) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");
    ASSERT_TRUE(shop.upload(fence, "old", "old"));
    shop.clock.advance(std::chrono::hours{24 * 89});
    ASSERT_TRUE(shop.upload(fence, "young", "young"));
    shop.clock.advance(std::chrono::hours{24 * 2});

    triphammer::testing::run_until_done([&](Executor) { return shop.keeper->remove_expired(); });

    EXPECT_EQ(shop.number("SELECT count(*) FROM artifacts WHERE name = 'young'"), 1);
    EXPECT_EQ(shop.number("SELECT count(*) FROM artifacts"), 1);
    EXPECT_EQ(shop.files("artifacts"), 1U);
}

TEST(Keeper, SweepsFilesWithoutRowsAtItsStartAndNoOthers) {
    Shop shop;
    const auto kept = shop.upload(shop.attempt("refs/heads/main"), "report", "bytes");
    {
        const auto blobs = *BlobStore::open(shop.folder / "artifacts");
        auto stray = blobs->create("ff");
        ASSERT_TRUE(stray->write("stray"));
        ASSERT_TRUE(stray->keep());
    }
    ASSERT_EQ(shop.files("artifacts"), 2U);

    ASSERT_TRUE(shop.open(shop.limits));

    EXPECT_EQ(shop.files("artifacts"), 1U);
    EXPECT_TRUE(shop.run<Result<Opened>>(shop.keeper->open_artifact(*kept)));
}

TEST(Caches, AreFoundByExactKeyThenByTheNewestThatBeginsWithOne) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");
    ASSERT_TRUE(shop.save(fence, "npm-1", "1"));
    ASSERT_TRUE(shop.save(fence, "npm-2", "2"));
    ASSERT_TRUE(shop.save(fence, "yarn-1", "3"));

    EXPECT_EQ(shop.find(fence, "npm-1", {"yarn-"}), "npm-1");
    EXPECT_EQ(shop.find(fence, "npm-3", {"yarn-", "npm-"}), "yarn-1");
    EXPECT_EQ(shop.find(fence, "npm-3", {"npm-"}), "npm-2");
    EXPECT_EQ(shop.find(fence, "npm-"), "npm-2");
    EXPECT_EQ(shop.find(fence, "pip-"), "(none)");
}

TEST(Caches, ServeTheBaseAndTheDefaultBranchToAPullRequestAndNotTheOtherWay) {
    Shop shop;
    const auto main = shop.attempt("refs/heads/main");
    const auto release = shop.attempt("refs/heads/release");
    const auto feature = shop.attempt("refs/heads/feature");
    const auto pull = shop.attempt("refs/heads/main", pull_request(false));
    ASSERT_TRUE(shop.save(main, "k-main", "1"));
    ASSERT_TRUE(shop.save(release, "k-release", "2"));
    ASSERT_TRUE(shop.save(feature, "k-feature", "3"));
    ASSERT_TRUE(shop.save(pull, "k-pull", "4"));

    EXPECT_EQ(shop.find(pull, "k-main"), "k-main");
    EXPECT_EQ(shop.find(pull, "k-release"), "k-release");
    EXPECT_EQ(shop.find(pull, "k-feature"), "(none)");
    EXPECT_EQ(shop.find(pull, "x", {"k-"}), "k-pull");
    EXPECT_EQ(shop.find(main, "k-pull"), "(none)");
    EXPECT_EQ(shop.find(feature, "k-main"), "k-main");
    EXPECT_EQ(shop.find(main, "k-feature"), "(none)");
}

TEST(Caches, AreNeverWrittenByAFork) {
    Shop shop;
    const auto fork = shop.attempt("refs/pull/7/merge", pull_request(true));
    ASSERT_TRUE(shop.save(shop.attempt("refs/heads/main"), "k", "1"));

    EXPECT_EQ(shop.find(fork, "k"), "k");
    EXPECT_EQ(shop.save(fork, "k2", "x").error().code, Code::refused);
    EXPECT_EQ(shop.number("SELECT count(*) FROM caches"), 1);
}

TEST(Caches, AreHandedToNoOtherRepository) {
    Shop shop;
    const auto saved = shop.save(shop.attempt("refs/heads/main"), "k", "1");
    const auto other = shop.add_repository("octo/cellar");
    const auto stranger = shop.attempt_of(shop.add_job(shop.add_run(other), "build"));

    EXPECT_EQ(shop.find(stranger, "k"), "(none)");
    EXPECT_EQ(
        shop.run<Result<Opened>>(shop.keeper->open_cache(stranger, saved->id)).error().code,
        Code::not_found
    );
}

TEST(Caches, GoWhenTheyWereNotUsedForTheLongestTime) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");
    ASSERT_TRUE(shop.save(fence, "a", std::string(3'000, 'a')));
    ASSERT_TRUE(shop.save(fence, "b", std::string(3'000, 'b')));
    ASSERT_EQ(shop.find(fence, "a"), "a");

    ASSERT_TRUE(shop.save(fence, "c", std::string(3'000, 'c')));

    EXPECT_EQ(shop.find(fence, "b"), "(none)");
    EXPECT_EQ(shop.find(fence, "a"), "a");
    EXPECT_EQ(shop.files("caches"), 2U);
    EXPECT_EQ(shop.save(fence, "d", std::string(9'000, 'd')).error().code, Code::too_large);
}

TEST(Caches, AreNotReplaced) {
    Shop shop;
    const auto fence = shop.attempt("refs/heads/main");
    ASSERT_TRUE(shop.save(fence, "k", "1"));

    EXPECT_TRUE(shop.save(fence, "k", "1"));
    EXPECT_EQ(shop.save(fence, "k", "2").error().code, Code::conflict);
    EXPECT_EQ(shop.files("caches"), 1U);
}
