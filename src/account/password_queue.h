// PasswordQueue: a thread for work that takes milliseconds on purpose (PBKDF2), and the line of those that wait for it.
//
// Tenants are served in turn, so that one whose passwords are being guessed does not slow the logins of another.
// Thread: any.
// Owns: the thread; work that still waits when it ends is told so, and not run.
// Limits: 1,000 waiting, 200 of one tenant.
#pragma once

#include <functional>
#include <memory>

#include "base/ids.h"

namespace teahouse {

class PasswordQueue {
 public:
  // `run` is false when the queue ends before it is this one's turn.
  using Work = std::function<void(bool run)>;

  PasswordQueue();
  ~PasswordQueue();
  // False when there is no room: the work is not taken.
  bool post(TenantId tenant, Work work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse
