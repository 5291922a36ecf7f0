#include "account/password_queue.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace teahouse {
namespace {

constexpr size_t waiting_max = 1000;
constexpr size_t waiting_of_tenant_max = 200;

}  // namespace

// Invariant: a tenant is in `line` exactly once while it has waiting work, and else nowhere.
struct PasswordQueue::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::unordered_map<TenantId, std::deque<Work>> waiting;
  std::deque<TenantId> line;
  size_t count = 0;
  bool stopping = false;
  std::thread thread;

  // REQUIRES: the lock, and somebody in line.
  Work take() {
    const TenantId tenant = line.front();
    line.pop_front();
    auto& of_tenant = waiting[tenant];
    Work work = std::move(of_tenant.front());
    of_tenant.pop_front();
    --count;
    if (of_tenant.empty()) {
      waiting.erase(tenant);
    } else {
      line.push_back(tenant);
    }
    return work;
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stopping || !line.empty(); });
      if (line.empty()) return;
      const Work work = take();
      const bool go = !stopping;
      lock.unlock();
      work(go);
      lock.lock();
    }
  }
};

PasswordQueue::PasswordQueue() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

PasswordQueue::~PasswordQueue() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_one();
  state_->thread.join();
}

bool PasswordQueue::post(TenantId tenant, Work work) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->count >= waiting_max) return false;
    const auto found = state_->waiting.find(tenant);
    if (found != state_->waiting.end() && found->second.size() >= waiting_of_tenant_max) return false;
    if (found == state_->waiting.end()) state_->line.push_back(tenant);
    state_->waiting[tenant].push_back(std::move(work));
    ++state_->count;
  }
  state_->changed.notify_one();
  return true;
}

}  // namespace teahouse
