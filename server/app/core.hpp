#pragma once
// What the daemon and the command line without a daemon share: the locked data directory and what
// lives in it.

#include "access/key_rotation.hpp"
#include "access/sealing.hpp"
#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "base/thread.hpp"
#include "logs/log_store.hpp"
#include "store/sqlite/database.hpp"

#include <memory>

namespace triphammer::app {

/// Exit statuses of the contract for a start that failed.
enum class StartFailure {
    configuration = 2,  // bad configuration, address in use
    master_key = 3,
    damaged = 4,
    in_use = 5,
    newer_schema = 6,
};

struct StartError {
    StartFailure status = StartFailure::configuration;
    std::string message;
};

template <class T = void>
using StartResult = boost::system::result<T, StartError>;

[[noreturn]] void throw_exception_from_error(
    const StartError& error, const boost::source_location& at
);

/// The data directory, locked (data/lock) for as long as this lives. Members are destroyed in
/// reverse: nothing uses what is gone.
struct Core {
    SystemClock clock;
    SystemRandom random;
    FileDescriptor lock;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<access::Sealer> sealer;
    std::unique_ptr<access::KeyRotation> rotation;
    std::unique_ptr<logs::LogStore> logs;
    NamedThread log_thread{"logs"};
    std::string server_id;  // of the data directory; labels every engine object
};

/// Creates the directory (0700) where there is none. Another process holds it: in_use.
StartResult<std::unique_ptr<Core>> open_core(const Config& config);

}  // namespace triphammer::app
