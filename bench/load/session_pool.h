// SessionPool: many sessions of one work; logs them in, some at once, and hands their stanzas to the work.
//
// Errors: log_in() and check() throw std::runtime_error when a session was lost that should not be.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/job.h"
#include "bench/load/session.h"

namespace teahouse::bench {

class SessionPool final : public Session::Events {
 public:
  using OnStanza = std::function<void(Session&, std::string_view)>;

  explicit SessionPool(Job& job, OnStanza on_stanza = {});

  Session& add(User user);  // its number() is its place here
  void log_in();            // all that are not ready; --at-once of them at a time
  void check() const;
  // Turns until `done`; throws when it takes longer than so many seconds, naming `what`.
  void run_until(const std::function<bool()>& done, double seconds, const std::string& what);
  void run_for(double seconds);

  Session& operator[](size_t number) { return *sessions_[number]; }
  size_t size() const { return sessions_.size(); }
  size_t ready() const { return ready_; }

 private:
  void on_ready(Session& session) override;
  void on_stanza(Session& session, std::string_view stanza) override;
  void on_lost(Session& session, std::string_view why) override;

  Job& job_;
  OnStanza on_stanza_;
  std::vector<std::unique_ptr<Session>> sessions_;
  size_t ready_ = 0;
  std::string lost_;
};

}  // namespace teahouse::bench
