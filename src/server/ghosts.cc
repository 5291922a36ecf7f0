#include "server/ghosts.h"

namespace teahouse {
namespace {

// Of one home. Which home looks tells its index, so that each writes a place of its own.
struct Found {
  uint64_t session = 0;  // 0: it has none
  int64_t silent_since_ms = 0;
};

bool is_quieter(const Session& session, const Session* than) {
  return session.silent_since_ms != 0 && (!than || session.silent_since_ms < than->silent_since_ms);
}

Found find_at(Home& home, TenantId tenant) {
  const Session* quietest = nullptr;
  for (const Resident* resident : home.residents().of(tenant)) {
    const Session* ghost = find_quietest_ghost(*resident);
    if (ghost && is_quieter(*ghost, quietest)) quietest = ghost;
  }
  return quietest ? Found{quietest->number(), quietest->silent_since_ms} : Found{};
}

}  // namespace

Session* find_quietest_ghost(const Resident& resident) {
  Session* quietest = nullptr;
  for (const auto& session : resident.sessions()) {
    if (is_quieter(*session, quietest)) quietest = session.get();
  }
  return quietest;
}

void close_quietest_ghost(Home& home, TenantId tenant, std::function<void(bool)> done) {
  const Homes& homes = home.house().homes;
  auto found = std::make_shared<std::vector<Found>>(homes.all.size());
  const auto look = [found, tenant](Home& each) { found->at(each.loop().index()) = find_at(each, tenant); };
  homes.on_each(home.loop(), look, [found, &home, done = std::move(done)]() mutable {
    size_t quietest = found->size();
    for (size_t i = 0; i < found->size(); ++i) {
      if ((*found)[i].session == 0) continue;
      if (quietest == found->size() || (*found)[i].silent_since_ms < (*found)[quietest].silent_since_ms) quietest = i;
    }
    if (quietest == found->size()) return done(false);
    Home& there = *home.house().homes.all.at(quietest);
    there.loop().post([&there, &home, done = std::move(done), number = (*found)[quietest].session]() mutable {
      Session* ghost = there.find_session(number);  // it may have come back to life, or ended, meanwhile
      if (ghost && ghost->silent_since_ms != 0) there.close_session(*ghost, "connection-timeout", ghost_text);
      home.loop().post([done = std::move(done)] { done(true); });
    });
  });
}

}  // namespace teahouse
