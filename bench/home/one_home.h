// OneHome: a home with all modules, storage in memory, and pairs of clients that are bound and available, for
// benchmarks.
//
// Thread: one; its loop turns on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "account/testing/account_world.h"
#include "net/loop.h"
#include "server/home.h"
#include "store/memory/memory_plane.h"

namespace teahouse::bench {

// A client's end: counts what it got, and writes it out where it is told to, as a stream would.
class Sink final : public SessionStream {
 public:
  void send_stanza(const Stanza& stanza) override;
  void send_nonza(std::string) override {}
  size_t queued_bytes() const override { return 0; }
  bool is_private() const override { return true; }
  void session_closed() override {}
  int64_t heard_ms() const override { return 0; }
  bool ask() override { return false; }
  int64_t silent_since_ms() const override { return 0; }
  void end(std::string_view, std::string_view) override {}
  void cut() override {}

  bool writes = true;                   // makes the stanza's bytes
  std::vector<Stanza>* kept = nullptr;  // else copies go here, when it is set
  size_t got = 0;
  std::string out;  // the last one's bytes
};

class OneHome {
 public:
  // `with_modules` false: only the rules of RFC 6121 section 8.5.
  explicit OneHome(bool with_modules);
  ~OneHome();

  Session& connect(const std::string& jid, Sink& sink);  // the account is made
  // Lets everything happen that follows from what was received; storage commits once.
  void settle();
  Home& home() { return *home_; }

 private:
  testing::AccountWorld world_;
  UsageSlot usage_{};  // in which its tenant's use is counted
  std::atomic<uint8_t> is_used_ = 0;
  std::unique_ptr<store::MemoryPlane> plane_ = std::make_unique<store::MemoryPlane>();
  LoginThrottle throttle_{world_.clock};
  ApiCallLimits limits_{world_.clock};
  Shared shared_{world_.clock, *plane_, world_.accounts, world_.keys, throttle_, limits_, "fake", {}};
  net::Loop loop_{0, world_.clock};
  std::unique_ptr<Home> home_;
};

// The message that clients of the bench send, from the first of a pair to the second.
std::string make_message(const std::string& to, int number);
// The same XML as a stanza; ends the program when it can't be read.
Stanza read_stanza(const std::string& xml);

}  // namespace teahouse::bench
