#include "store/rocksdb/patience.h"

#include <thread>
#include <utility>

namespace teahouse::store::rocks {

void Patience::begin(Told told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
  begun_ = true;
}

bool Patience::has_begun() {
  const std::lock_guard lock(mutex_);
  return begun_;
}

void Patience::end_within(std::chrono::milliseconds duration) {
  const std::lock_guard lock(mutex_);
  end_ = std::chrono::steady_clock::now() + duration;
}

bool Patience::enter() {
  const std::lock_guard lock(mutex_);
  if (!begun_ || has_ended()) return false;
  if (waiting_++ == 0) since_ = std::chrono::steady_clock::now();
  return true;
}

bool Patience::pause(const rocksdb::Status& status) {
  {
    const std::lock_guard telling(telling_);
    std::unique_lock lock(mutex_);
    if (has_ended()) return false;
    const bool tells = !has_told_ && std::chrono::steady_clock::now() - since_ >= pauses_.silent;
    if (tells) has_told_ = true;
    const auto tell = tells ? told_.refused : nullptr;
    lock.unlock();
    if (tell) tell(status);
  }
  // tidy: allow sleep: the disk tells nobody that it is well again
  std::this_thread::sleep_for(pauses_.between);
  return true;
}

void Patience::leave(bool is_done) {
  const std::lock_guard telling(telling_);
  std::unique_lock lock(mutex_);
  const bool tells = --waiting_ == 0 && is_done && std::exchange(has_told_, false);
  const auto tell = tells ? told_.done : nullptr;
  lock.unlock();
  if (tell) tell();
}

}  // namespace teahouse::store::rocks
