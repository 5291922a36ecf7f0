#include "account/device_logins.h"

#include <vector>

namespace teahouse {

DeviceLogins::DeviceLogins() : state_(std::make_shared<State>()) {}

DeviceLoginPtr DeviceLogins::begin(TenantId tenant, std::string_view localpart, std::string_view device) {
  const Key key(tenant, localpart, device);
  const std::lock_guard lock(state_->mutex);
  std::weak_ptr<DeviceLogin>& entry = state_->underway[key];
  if (auto there = entry.lock()) return there;
  const auto login = std::make_shared<DeviceLogin>([state = state_, key] {
    const std::lock_guard forgetting(state->mutex);
    const auto found = state->underway.find(key);
    if (found != state->underway.end() && found->second.expired()) state->underway.erase(found);
  });
  entry = login;
  return login;
}

void DeviceLogins::end(TenantId tenant, std::string_view localpart, std::string_view device) {
  std::vector<std::shared_ptr<DeviceLogin>> ended;  // let go without the lock
  const std::lock_guard lock(state_->mutex);
  auto each = state_->underway.lower_bound(Key(tenant, localpart, device));
  while (each != state_->underway.end() && std::get<0>(each->first) == tenant &&
         std::get<1>(each->first) == localpart && (device.empty() || std::get<2>(each->first) == device)) {
    if (auto login = each->second.lock()) {
      login->end();
      ended.push_back(std::move(login));
    }
    each = state_->underway.erase(each);  // a login that begins now is another one
  }
}

size_t DeviceLogins::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->underway.size();
}

}  // namespace teahouse
