#pragma once
// An engine on another machine as a socket of this one: each connection to the socket becomes one
// to that engine, by TLS from here or through OpenSSH's client. So whoever speaks to an engine
// speaks to this one alike (docs/adr/0089).

#include "base/task.hpp"
#include "runner/deploy/remote/access.hpp"

#include <memory>
#include <string>

namespace triphammer::runner {

/// On the logic thread. The key of TLS stays in memory, that of ssh is in a file of this user alone
/// in `folder` as long as the object lives; neither is on a command line.
class RemoteEngine {
  public:
    /// Nothing is connected yet. `folder`: one of the attempt's, in which another is made.
    /// Code::invalid: a certificate or key that cannot be read, no client of OpenSSH; io.
    static Result<std::unique_ptr<RemoteEngine>> open(
        Executor executor, EngineAccess access, const std::string& folder
    );
    /// Ends all connections.
    ~RemoteEngine();
    RemoteEngine(const RemoteEngine&) = delete;
    RemoteEngine& operator=(const RemoteEngine&) = delete;

    /// unix:///…, of this process alone.
    std::string address() const;
    const EngineRemote& place() const;
    /// Why the last connection failed, in the words of TLS or of the client; empty: not known.
    std::string complaint() const;

  private:
    struct State;
    explicit RemoteEngine(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace triphammer::runner
