// DeviceLogins: the logins of devices that are under way, so that a device which is shut out meanwhile does not come in
// after all: its tokens were good when they were looked at, and its session is not there yet to be ended.
//
// Only what is under way is known, each by its own account and device: whatever others do costs a login nothing.
// Thread: any. Limits: an entry for each login under way.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "base/ids.h"

namespace teahouse {

class DeviceLogin {
 public:
  explicit DeviceLogin(std::function<void()> gone) : gone_(std::move(gone)) {}
  DeviceLogin(const DeviceLogin&) = delete;
  ~DeviceLogin() { gone_(); }
  bool is_ended() const { return ended_.load(std::memory_order_acquire); }
  void end() { ended_.store(true, std::memory_order_release); }

 private:
  const std::function<void()> gone_;
  std::atomic<bool> ended_ = false;
};
using DeviceLoginPtr = std::shared_ptr<const DeviceLogin>;

class DeviceLogins {
 public:
  DeviceLogins();
  // To be called before the device's tokens are read, and kept until its session is there.
  DeviceLoginPtr begin(TenantId tenant, std::string_view localpart, std::string_view device);
  // Those that are under way end; an empty `device` means all of the account's. To be called when the tokens are gone.
  void end(TenantId tenant, std::string_view localpart, std::string_view device);
  size_t size() const;

 private:
  using Key = std::tuple<TenantId, std::string, std::string>;
  struct State {
    mutable std::mutex mutex;
    std::map<Key, std::weak_ptr<DeviceLogin>> underway;  // guarded by mutex
  };
  const std::shared_ptr<State> state_;
};

}  // namespace teahouse
