// Mailer: sends what waits in the MailQueue, one after the other on a thread of its own; tries again with growing
// pauses what a server does not take now, and gives up what it refuses and what has waited for five days.
//
// Nothing is lost by a crash: a mail leaves the queue when a server has taken it. A crash between the two sends it
// again, under the same Message-ID. A mail that is given up stands in the log and in the audit, the tenant's too.
//
// Thread: its loop's. Lifetime: end() before the loop ends; the loop, and the settings' owner, outlive it.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "mail/mail_queue.h"
#include "mail/smtp.h"
#include "store/workers.h"

namespace teahouse::mail {

class Mailer {
 public:
  static constexpr int64_t minute_ms = 60'000, given_up_after_ms = 5 * 24 * 60 * minute_ms;
  using Send = std::function<Sent(const std::string& to, const std::string& message)>;  // on the thread
  using GivenUp = std::function<Task<void>(Executor& home, TenantId tenant, std::string detail)>;

  // Where `settings` are not set nothing is sent, and what waits goes on waiting for five days.
  Mailer(MailQueue& queue, const Clock& clock, SmtpSettings settings, GivenUp given_up);
  ~Mailer() { end(); }
  // For tests: another way to send.
  void send_by(Send send) { send_ = std::move(send); }

  bool is_set() const { return settings_.are_set(); }
  // Sends what is due; a second call while one is under way lets that look once more. About once a minute, and when
  // there is a mail that somebody waits for.
  static Task<void> run(Mailer& self, Executor& home);
  // One mail at once and past the queue: what the server said. Errors: bad_request for an address that is none;
  // service_unavailable where it was not taken, with what was said.
  static Task<Result<std::string>> send_now(Mailer& self, Executor& home, Mail mail);
  // A mail that is under way is cut off.
  void end();

  // The pause behind so many tries.
  static int64_t pause_ms(int64_t tries);

 private:
  static Task<Sent> give(Mailer& self, Executor& home, std::string to, std::string message);
  // False: no server is reached, and the others wait too.
  static Task<bool> try_one(Mailer& self, Executor& home, Waiting waiting);
  static Task<void> send_due(Mailer& self, Executor& home);
  static Task<void> give_up(Mailer& self, Executor& home, Waiting waiting, std::string why);

  MailQueue& queue_;
  const Clock& clock_;
  const SmtpSettings settings_;
  const GivenUp given_up_;
  Send send_;
  bool running_ = false, again_ = false;
  std::atomic<bool> is_over_ = false;
  store::Workers thread_{1, "mail"};
};

}  // namespace teahouse::mail
