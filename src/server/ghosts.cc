#include "server/ghosts.h"

#include <algorithm>

namespace teahouse {
namespace {

constexpr char ghost_text[] = "Nothing was heard of this client for long, and another one needed its place.";

// One home's view of a crowd. Each home writes at its loop's index.
struct Sight {
  uint64_t ghost = 0;  // the quietest; 0: it has none
  int64_t silent_since_ms = 0;
  std::vector<uint64_t> asked;  // who has not answered yet
  bool lost_some = false;       // one of those that were asked is not there any more
};
using Sights = std::vector<Sight>;

std::vector<Session*> find_sessions(const Home& home, const Crowd& crowd) {
  std::vector<Session*> found;
  const auto add = [&](const Resident& resident) {
    for (const auto& session : resident.sessions()) found.push_back(session.get());
  };
  if (crowd.account.empty()) {
    for (const Resident* resident : home.residents().of(crowd.tenant)) add(*resident);
  } else if (const Resident* resident = home.residents().find(crowd.account)) {
    add(*resident);
  }
  return found;
}

void find_ghost(const std::vector<Session*>& sessions, Sight& sight) {
  sight.ghost = 0;
  for (const Session* session : sessions) {
    const int64_t since_ms = session->silent_since_ms();
    if (since_ms == 0 || (sight.ghost != 0 && since_ms >= sight.silent_since_ms)) continue;
    sight.ghost = session->number();
    sight.silent_since_ms = since_ms;
  }
}

void ask_quietest(std::vector<Session*> sessions, Sight& sight) {
  std::erase_if(sessions, [](const Session* session) { return !session->stream(); });
  const auto end = sessions.begin() + static_cast<ptrdiff_t>(std::min(sessions.size(), RoomMaking::asked_max));
  std::partial_sort(sessions.begin(), end, sessions.end(), [](const Session* left, const Session* right) {
    return left->stream()->heard_ms() < right->stream()->heard_ms();
  });
  for (auto each = sessions.begin(); each != end; ++each) {
    if ((*each)->stream()->ask()) sight.asked.push_back((*each)->number());
  }
}

void forget_answers(Home& home, Sight& sight) {
  std::erase_if(sight.asked, [&](uint64_t number) {
    const Session* session = home.find_session(number);
    if (!session) sight.lost_some = true;
    return !session || !session->stream() || !session->stream()->ask();
  });
}

class Making final : public RoomMaking, public std::enable_shared_from_this<Making> {
 public:
  Making(Home& home, Crowd crowd, std::function<void(bool)> done)
      : home_(home),
        crowd_(std::move(crowd)),
        done_(std::move(done)),
        sights_(std::make_shared<Sights>(home.house().homes.all.size())) {}

  void look_for_ghosts() {
    look([](Home& home, const Crowd& crowd, Sight& sight) { find_ghost(find_sessions(home, crowd), sight); },
         &Making::ask);
  }

 private:
  void look(void (*at)(Home&, const Crowd&, Sight&), void (Making::*then)()) {
    const auto work = [sights = sights_, crowd = crowd_, at](Home& each) {
      at(each, crowd, sights->at(each.loop().index()));
    };
    home_.house().homes.on_each(home_.loop(), work, [weak = weak_from_this(), then] {
      if (const auto self = weak.lock()) ((*self).*then)();
    });
  }

  void ask() {
    if (end_quietest()) return;
    look([](Home& home, const Crowd& crowd, Sight& sight) { ask_quietest(find_sessions(home, crowd), sight); },
         &Making::judge);
  }

  // A client that does not answer becomes a ghost, so this ends.
  void judge() {
    if (end_quietest()) return;
    const bool lost_some =
        std::any_of(sights_->begin(), sights_->end(), [](const Sight& one) { return one.lost_some; });
    const bool all_there =
        std::all_of(sights_->begin(), sights_->end(), [](const Sight& one) { return one.asked.empty(); });
    if (lost_some || all_there) return done_(lost_some);
    timer_ = home_.loop().start_timer(look_ms, [this] {
      look(
          [](Home& home, const Crowd& crowd, Sight& sight) {
            forget_answers(home, sight);
            find_ghost(find_sessions(home, crowd), sight);
          },
          &Making::judge);
    });
  }

  // False: no home has seen a ghost.
  bool end_quietest() {
    const auto quietest = std::min_element(sights_->begin(), sights_->end(), [](const Sight& left, const Sight& right) {
      return left.ghost != 0 && (right.ghost == 0 || left.silent_since_ms < right.silent_since_ms);
    });
    if (quietest->ghost == 0) return false;
    Home& there = *home_.house().homes.all.at(static_cast<size_t>(quietest - sights_->begin()));
    there.loop().post([weak = weak_from_this(), &there, &home = home_, number = quietest->ghost] {
      Session* ghost = there.find_session(number);  // it may have come back to life, or ended, meanwhile
      if (ghost && ghost->silent_since_ms() != 0) there.close_session(*ghost, "connection-timeout", ghost_text);
      home.loop().post([weak] {
        if (const auto self = weak.lock()) self->done_(true);
      });
    });
    return true;
  }

  Home& home_;
  const Crowd crowd_;
  const std::function<void(bool)> done_;
  const std::shared_ptr<Sights> sights_;
  net::Timer timer_;
};

}  // namespace

std::optional<Crowd> find_full_crowd(const Resident& resident) {
  const Tenant& tenant = resident.tenant();
  if (resident.has_all_sessions()) return Crowd{tenant.id, resident.jid().str()};
  if (Meter::is_full(tenant.meter->sessions, tenant.limits().sessions)) return Crowd{tenant.id, {}};
  return std::nullopt;
}

std::shared_ptr<RoomMaking> make_room(Home& home, Crowd crowd, std::function<void(bool)> done) {
  auto made = std::make_shared<Making>(home, std::move(crowd), std::move(done));
  made->look_for_ghosts();
  return made;
}

}  // namespace teahouse
