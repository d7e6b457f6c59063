#include "store/forge/told_store.hpp"
#include "store/outbox_store.hpp"
#include "store/retention_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>

namespace triphammer::store {

namespace {

using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

struct MessageRetentionTest : ::testing::Test, triphammer::testing::SampleDatabase {
    std::int64_t add(const std::string& channel, const std::string& subject) {
        return write([&](Transaction& tx) -> Result<std::int64_t> {
            keep_told_object(tx, {channel, subject, 0, "17", {}});
            return append_message(tx, {channel, repository, subject, "{}"});
        });
    }

    /// What GitHub was told of a commit.
    void add_status(const std::string& sha) {
        finish(write([&](Transaction& tx) -> Result<std::int64_t> {
            const auto subject = to_text(repository) + ' ' + sha + " triphammer/ci/a (push)";
            const auto payload = R"({"sha": ")" + sha + R"("})";
            return append_message(tx, {"github-status", repository, subject, payload});
        }));
    }

    void finish(std::int64_t id) {
        write([&](Transaction& tx) { return finish_message(tx, id); });
    }

    /// The next three; false: there are no more.
    bool trim() {
        const auto last = write([&](Transaction& tx) {
            return Result<std::optional<std::int64_t>>{
                trim_messages(tx, tx.now() - Days{90}, at, 3)};
        });
        at = last.value_or(at);
        return last.has_value();
    }

    std::int64_t count() { return number("SELECT count(*) FROM outbox"); }

    model::RepositoryId repository = add_repository("o/r");
    std::int64_t at = 0;
};

}  // namespace

TEST_F(MessageRetentionTest, WhatIsOverGoesWithWhatAChatWasShown) {
    finish(add("notify:team", "run 1"));
    finish(add("notify:team", "run 2"));
    add("notify:team", "run 3");
    finish(add("github-comment", "pull 7"));
    clock.advance(Days{91});
    finish(add("notify:team", "run 2"));

    EXPECT_TRUE(trim());
    EXPECT_EQ(count(), 3) << "of a window of three";
    EXPECT_TRUE(trim());
    EXPECT_FALSE(trim());

    EXPECT_EQ(count(), 2) << "one waits, one is new";
    EXPECT_EQ(number("SELECT count(*) FROM told_objects WHERE subject = 'run 1'"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM told_objects"), 3);
}

TEST_F(MessageRetentionTest, AStatusStaysAsLongAsARunOfItsCommit) {
    const auto old = add_run(repository);
    add_status(std::string(40, 'a'));
    add_status(std::string(40, 'f'));
    const auto end = [&](model::RunId run) {
        write([&](Transaction& tx) -> Result<> {
            tx.prepare("UPDATE runs SET state = 'succeeded', finished_at = ? WHERE id = ?")
                .bind(tx.now(), run)
                .run();
            return {};
        });
    };
    end(old);
    clock.advance(Days{91});
    trim();
    EXPECT_EQ(count(), 1) << "a run of the other commit is there";

    end(add_run(repository));  // else the old one were the newest of its branch
    const auto remove = [&](model::RunId run) {
        return write([&](Transaction& tx) { return Result<bool>{remove_run(tx, run).has_value()}; }
        );
    };
    EXPECT_TRUE(remove(old));
    EXPECT_EQ(count(), 1) << "there is another run of the commit";
    write([&](Transaction& tx) -> Result<> {
        tx.prepare("UPDATE runs SET sha = 'other' WHERE id <> ?").bind(old).run();
        return {};
    });
    const auto another = add_run(repository);
    end(another);
    end(add_run(repository));
    write([&](Transaction& tx) -> Result<> {
        tx.prepare("UPDATE runs SET sha = 'third' WHERE id > ?").bind(another).run();
        return {};
    });
    EXPECT_TRUE(remove(another));
    EXPECT_EQ(count(), 0);
}

}  // namespace triphammer::store
