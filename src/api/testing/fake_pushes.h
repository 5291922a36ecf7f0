// FakePushes: devices as far as the API sees them, in memory. For tests.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "server/pushes.h"

namespace teahouse::api::testing {

class FakePushes final : public Pushes {
 public:
  Task<Result<Listed>> list(Executor&, TenantPtr tenant, std::string localpart) override {
    const std::lock_guard lock(mutex_);
    Listed listed{"BKey", {}};
    for (const auto& [id, device] : devices_[{tenant->id, localpart}]) listed.devices.push_back(device);
    co_return listed;
  }
  Task<Result<Added>> add(Executor&, TenantPtr tenant, std::string localpart, NewPushDevice wanted) override {
    const std::lock_guard lock(mutex_);
    if (!wanted.endpoint.starts_with("https:"))
      co_return Error{ErrorKind::bad_request, "The endpoint is no https URL."};
    auto& devices = devices_[{tenant->id, localpart}];
    const bool created = !devices.contains(wanted.endpoint);
    PushDevice device{"dev-1", wanted.name, "push.example", wanted.shows_text, 1, 1, "accepted", 201};
    devices[wanted.endpoint] = device;
    co_return Added{device, created};
  }
  Task<Result<void>> remove(Executor&, TenantPtr tenant, std::string localpart, std::string id) override {
    const std::lock_guard lock(mutex_);
    auto& devices = devices_[{tenant->id, localpart}];
    const size_t gone = std::erase_if(devices, [&id](const auto& each) { return each.second.id == id; });
    if (gone == 0) co_return Error{ErrorKind::item_not_found, "This account has no such device."};
    co_return Result<void>();
  }
  Task<Result<std::vector<PushTest>>> test(Executor&, TenantPtr tenant, std::string localpart) override {
    const std::lock_guard lock(mutex_);
    std::vector<PushTest> tests;
    for (const auto& [endpoint, device] : devices_[{tenant->id, localpart}]) {
      tests.push_back({device.id, device.name, device.service, "failed", 500, "The push service answered 500."});
    }
    co_return tests;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<TenantId, std::string>, std::map<std::string, PushDevice>> devices_;
};

}  // namespace teahouse::api::testing
