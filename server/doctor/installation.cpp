#include "doctor/installation.hpp"

#include <sys/un.h>

#include <algorithm>
#include <cstdio>

namespace triphammer::doctor {

namespace {

constexpr std::size_t kLongestSocket = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::uint64_t kKeyBytes = 32;

std::string octal(unsigned mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode);
    return text;
}

Finding check_data(const Installation& facts) {
    const std::string name = "data directory";
    const auto path = facts.data.path.string();
    if (!facts.data.is_there) {
        return warning(
            name,
            path + " is not there yet.",
            "install -d -m 700 -o " + facts.user + " " + path + "   # or start the daemon"
        );
    }
    if (facts.data.owner != facts.user) {
        return failure(
            name,
            path + " belongs to " + facts.data.owner + ", the daemon is " + facts.user + ".",
            "chown -R " + facts.user + ": " + path
        );
    }
    if ((facts.data.mode & 077U) != 0) {
        return failure(
            name,
            path + " is open to others (mode " + octal(facts.data.mode) + ").",
            "chmod 700 " + path
        );
    }
    return fine(name, path + " is " + facts.user + "'s alone.");
}

Finding check_database(const Installation& facts, const InstallationQuestion& question) {
    const std::string name = "database";
    const auto& database = facts.database;
    const auto path = database.file.path.string();
    if (!database.file.is_there) return fine(name, "It is made at the first start.");
    if (database.file.owner != facts.user) {
        return failure(
            name,
            path + " belongs to " + database.file.owner + ", the daemon is " + facts.user + ".",
            "chown " + facts.user + ": " + path + "*"
        );
    }
    if (!database.is_ours) {
        return failure(
            name, path + " is damaged, or not a database of Triphammer.", question.restore
        );
    }
    if (database.schema > question.known_schema) {
        return failure(
            name,
            "It was written by a newer release (schema " + std::to_string(database.schema) +
                ", this one knows " + std::to_string(question.known_schema) + ").",
            question.restore
        );
    }
    return fine(name, "Schema " + std::to_string(database.schema) + ".");
}

Finding check_missing_key(const Installation& facts, const InstallationQuestion& question) {
    const std::string name = "master key";
    const auto path = facts.key.path.string();
    const auto put_back = "install -m 600 -o " + facts.user + " COPY-OF-THE-KEY " + path;
    const bool was_used = facts.database.file.is_there && facts.database.schema > 0;
    if (!question.owns_master_key) return failure(name, "There is no " + path + ".", put_back);
    if (!was_used) return fine(name, "It is made at the first start.");
    return failure(
        name, path + " is missing: what was sealed with it cannot be read any more.", put_back
    );
}

Finding check_key(const Installation& facts, const InstallationQuestion& question) {
    const std::string name = "master key";
    const auto path = facts.key.path.string();
    if (!facts.key.is_there) return check_missing_key(facts, question);
    if (facts.key.bytes < kKeyBytes) {
        return failure(
            name,
            path + " is no key: it has " + std::to_string(facts.key.bytes) + " bytes.",
            "install -m 600 -o " + facts.user + " COPY-OF-THE-KEY " + path
        );
    }
    if (question.owns_master_key && facts.key.owner != facts.user) {
        return failure(
            name,
            path + " belongs to " + facts.key.owner + ", the daemon is " + facts.user + ".",
            "chown " + facts.user + ": " + path
        );
    }
    if (question.owns_master_key && (facts.key.mode & 077U) != 0) {
        return failure(
            name,
            path + " may be read by others (mode " + octal(facts.key.mode) + ").",
            "chmod 600 " + path
        );
    }
    return fine(name, "Keep a copy of " + path + " elsewhere: it is in no backup.");
}

Findings check_secret_files(const Installation& facts) {
    Findings out;
    for (const auto& file : facts.secrets) {
        const auto path = file.path.string();
        if ((file.mode & 07U) == 0) continue;
        out.push_back(failure(
            "secret file",
            "Everybody on this machine may read " + path + " (mode " + octal(file.mode) + ").",
            "chmod 640 " + path + " && chgrp " + facts.user + " " + path
        ));
    }
    return out;
}

std::string start_command(const InstallationQuestion& question) {
    return question.starts_launcher ? "triphammer serve   # it starts its launcher"
                                    : "systemctl enable --now triphammer-launcher";
}

/// A daemon that starts its launcher does not run.
bool is_to_come(const InstallationQuestion& question) {
    return question.starts_launcher && !question.daemon_runs;
}

Finding check_run(const Installation& facts, const InstallationQuestion& question) {
    const std::string name = "run directory";
    const auto path = question.run.string();
    if ((question.run / "launcher.sock").string().size() > kLongestSocket) {
        return failure(
            name,
            "The sockets in " + path + " would have names longer than the kernel takes (107).",
            "run: /var/lib/triphammer-run   # or another short one"
        );
    }
    const auto relative = question.run.lexically_relative(question.data);
    if (!relative.empty() && *relative.begin() != "..") {
        return failure(
            name,
            path + " lies in the data directory, which no job may see.",
            "run: /var/lib/triphammer-run   # beside it"
        );
    }
    if (!facts.run.is_there && is_to_come(question)) return fine(name, "The launcher makes it.");
    if (!facts.run.is_there) {
        return failure(
            name, path + " is not there: the launcher makes it.", start_command(question)
        );
    }
    if ((facts.run.mode & 022U) != 0 && (facts.run.mode & 01000U) == 0) {
        return failure(
            name,
            "Others may replace what lies in " + path + " (mode " + octal(facts.run.mode) + ").",
            "chmod o-w,+t " + path
        );
    }
    return fine(name, path + ".");
}

Finding check_launcher(const Installation& facts, const InstallationQuestion& question) {
    const std::string name = "launcher";
    if (facts.launcher_answers)
        return fine(name, "It answers at " + facts.launcher.path.string() + ".");
    if (is_to_come(question)) return fine(name, "The daemon starts it.");
    if (!facts.launcher.is_there) {
        return failure(name, "It does not run: no job is started.", start_command(question));
    }
    if (facts.launcher.owner != facts.user) {
        return failure(
            name,
            "Its socket is for " + facts.launcher.owner + ", the daemon is " + facts.user + ".",
            "launcher.daemon_user: " + facts.user +
                "   # then systemctl restart triphammer-launcher"
        );
    }
    return failure(
        name,
        "It left its socket behind and does not answer.",
        question.starts_launcher ? start_command(question) : "systemctl restart triphammer-launcher"
    );
}

}  // namespace

Findings examine(const Installation& facts, const InstallationQuestion& question) {
    Findings out{
        check_data(facts),
        check_database(facts, question),
        check_key(facts, question),
    };
    const auto add = [&out](Findings more) {
        for (auto& finding : more) out.push_back(std::move(finding));
    };
    add(check_secret_files(facts));
    add(check_room(facts.room, "data", question.data));
    add({check_run(facts, question), check_launcher(facts, question)});
    return out;
}

}  // namespace triphammer::doctor
