// Server: the whole of a running Teahouse: the stores, the things that all loops share, and the workers.
//
// Thread: the main thread's.
// Owns: everything.
#pragma once

#include <cstddef>
#include <memory>

#include "app/config.h"
#include "base/result.h"

namespace teahouse {

class Server {
 public:
  // Opens the stores, makes what is missing in the data directory, loads the tenants. It will have at most so many
  // connections.
  static Result<std::unique_ptr<Server>> make(const Config& config, size_t connections_max);
  ~Server();

  // Listens and runs. When it returns without an error, every listener accepts.
  Result<void> start();
  // The address at which the first operator makes their account at the panel, once; empty where somebody is one, or
  // nothing listens for HTTP. REQUIRES: start().
  std::string begin_panel();
  // Takes no more connections, and ends every stream with system-shutdown. The destructor waits until all is on disk;
  // false: the disk takes nothing, and the writes that wait for it will be lost; nobody was told that they are stored.
  bool stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// `teahouse serve`: until SIGTERM or SIGINT. The program's exit code.
int serve(int argc, char** argv);

}  // namespace teahouse
