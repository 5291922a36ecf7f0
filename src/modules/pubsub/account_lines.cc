#include "modules/pubsub/account_lines.h"

#include <algorithm>
#include <utility>

namespace teahouse::pubsub {

Result<void> AccountLines::add(const BareJid& account, size_t bytes, Task<void> work) {
  const auto line = lines_.find(account.str());
  if (line != lines_.end() && (line->second.tasks >= waiting_max || line->second.bytes + bytes > waiting_bytes_max)) {
    return Error{ErrorKind::resource_constraint,
                 "Too much that you have asked for waits to be carried out: send this again when it is answered."};
  }
  push(account, {std::move(work), bytes, {}});
  return {};
}

void AccountLines::add_once(const BareJid& account, std::string_view name, Task<void> work) {
  const auto line = lines_.find(account.str());
  const auto is_same = [&](const Waiting& each) { return each.name == name; };
  if (line != lines_.end() && std::any_of(line->second.waiting.begin(), line->second.waiting.end(), is_same)) return;
  push(account, {std::move(work), 0, std::string(name)});
}

void AccountLines::push(const BareJid& account, Waiting waiting) {
  const auto [line, is_new] = lines_.try_emplace(account.str());
  line->second.tasks += waiting.name.empty();
  line->second.bytes += waiting.bytes;
  line->second.waiting.push_back(std::move(waiting));
  if (is_new) spawn(carry_out(*this, account.str()));
}

Task<void> AccountLines::carry_out(AccountLines& self, std::string account) {
  while (true) {
    const auto line = self.lines_.find(account);
    if (line->second.waiting.empty()) {
      self.lines_.erase(line);
      co_return;
    }
    Waiting next = std::move(line->second.waiting.front());
    line->second.waiting.pop_front();
    line->second.tasks -= next.name.empty();
    line->second.bytes -= next.bytes;
    co_await std::move(next.work);
  }
}

}  // namespace teahouse::pubsub
