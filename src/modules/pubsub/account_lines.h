// AccountLines: what is done for the accounts of a home one after the other, each account for itself: tasks that change
// what they have read, or that read much. They are carried out in the order in which they came.
//
// Thread: its home loop.
// Limits: of an account waiting_max tasks wait, which hold waiting_bytes_max.
// Errors: resource_constraint for a task that finds no room; it is dropped without a start.
// Spec: RFC 6120 section 10.1.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/task.h"
#include "xmpp/jid.h"

namespace teahouse::pubsub {

class AccountLines {
 public:
  static constexpr size_t waiting_max = 100, waiting_bytes_max = 8 * 1024 * 1024;

  // `bytes`: what the task holds while it waits.
  Result<void> add(const BareJid& account, size_t bytes, Task<void> work);
  // For work that looks at what is there when it begins: dropped where one of this name waits already. The limits do
  // not count it; there are few names.
  void add_once(const BareJid& account, std::string_view name, Task<void> work);

 private:
  struct Waiting {
    Task<void> work;
    size_t bytes = 0;
    std::string name;  // empty: of add()
  };
  struct Line {
    std::deque<Waiting> waiting;  // behind the one that is being carried out
    size_t tasks = 0, bytes = 0;  // of add()
  };
  void push(const BareJid& account, Waiting waiting);
  static Task<void> carry_out(AccountLines& self, std::string account);

  std::unordered_map<std::string, Line> lines_;
};

}  // namespace teahouse::pubsub
