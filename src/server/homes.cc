#include "server/homes.h"

#include <cassert>

#include "server/home.h"

namespace teahouse {
namespace {

struct TenantNews {
  TenantPtr tenant;
  bool removed = false;

  Result<void> answer(Home& here) const {
    removed ? here.remove_tenant(tenant) : here.set_tenant(tenant);
    return {};
  }
};

}  // namespace

void Homes::add(Home& home) {
  assert(home.loop().index() == homes_.size());
  homes_.push_back({&home.loop(), &home});
}

void Homes::remove(const Home& home) { homes_[home.place().loop] = {}; }

Task<void> Homes::publish(Executor& asker, TenantPtr tenant, bool removed) const {
  auto told = ask_each(asker, TenantNews{std::move(tenant), removed});
  co_await told;
}

}  // namespace teahouse
