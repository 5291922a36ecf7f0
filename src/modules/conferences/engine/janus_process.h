// JanusProcess: Janus (Debian's: 1.1.2) as a child, with a configuration that we write: its VideoRoom and its Unix
// socket alone; no administration, no log, no port but those for media.
//
// It has no file of ours, no way to more rights, and ends with us at the latest: by PR_SET_PDEATHSIG.
//
// Thread: its loop's. Owns: the child and its folder.
// Errors: of start(): service_unavailable, with a sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/loop.h"

namespace teahouse::conferences {

struct JanusSettings {
  std::string program = "/usr/bin/janus";
  std::string folder;  // of its own: it is emptied
  uint16_t first_port = 0, last_port = 0;
  std::vector<std::string> addresses;  // IP addresses at which its ports are reached
  bool are_local = true;               // this machine has them; else a router leads the ports here
};

// The files of its folder, by name. Limits: addresses are IP addresses, and nothing else is of a stranger.
struct ConfigFile {
  std::string name, text;
};
std::vector<ConfigFile> make_janus_config(const JanusSettings& settings);

// Is it there to be started? Errors: a sentence that says what is missing, and how to get it.
Result<void> check_janus(const JanusSettings& settings);

class JanusProcess final : public net::Pollable {
 public:
  // `ended` is called once for each start, unless stop() comes first. It may start it again.
  JanusProcess(net::Loop& loop, JanusSettings settings, std::function<void()> ended);
  ~JanusProcess() override;  // as stop()

  Result<void> start();  // REQUIRES: it does not run
  void stop();           // at once
  bool is_running() const { return child_ > 0; }
  const JanusSettings& settings() const { return settings_; }
  // A connected socket of packets; -1 while it does not listen yet.
  int connect() const;

 private:
  void on_ready(uint32_t events) override;
  void forget();

  net::Loop& loop_;
  const JanusSettings settings_;
  const std::function<void()> ended_;
  int child_ = -1, watched_ = -1;  // a pidfd
};

}  // namespace teahouse::conferences
