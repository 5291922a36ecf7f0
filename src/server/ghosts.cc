#include "server/ghosts.h"

#include <algorithm>

namespace teahouse {
namespace {

constexpr char ghost_text[] = "Nothing was heard of this client for long, and another one needed its place.";

// One home's view of a crowd.
struct Sight {
  Place at;
  uint64_t ghost = 0;  // the quietest; 0: it has none
  int64_t silent_since_ms = 0;
  std::vector<uint64_t> asked;  // have not answered yet
  bool lost_some = false;       // one of those that were asked is not there any more
};
using Sights = std::vector<Sight>;  // by the indices of the homes' loops

std::vector<Session*> find_sessions(const Home& home, const Crowd& crowd) {
  if (crowd.account.empty()) return home.residents().sessions_of(crowd.tenant);
  std::vector<Session*> found;
  if (const Resident* resident = home.residents().find(crowd.account)) {
    for (const auto& session : resident->sessions()) found.push_back(session.get());
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

struct FindGhost {
  Crowd crowd;
  Sight answer(Home& here) const {
    Sight sight{here.place()};
    find_ghost(find_sessions(here, crowd), sight);
    return sight;
  }
};

struct AskQuietest {
  Crowd crowd;
  Sight answer(Home& here) const {
    Sight sight{here.place()};
    std::vector<Session*> sessions = find_sessions(here, crowd);
    std::erase_if(sessions, [](const Session* session) { return !session->stream(); });
    const auto end = sessions.begin() + static_cast<ptrdiff_t>(std::min(sessions.size(), SpaceMaking::asked_max));
    std::partial_sort(sessions.begin(), end, sessions.end(), [](const Session* left, const Session* right) {
      return left->stream()->heard_ms() < right->stream()->heard_ms();
    });
    for (auto each = sessions.begin(); each != end; ++each) {
      if ((*each)->stream()->ask()) sight.asked.push_back((*each)->number());
    }
    return sight;
  }
};

struct LookForAnswers {
  Crowd crowd;
  Sights before;
  Sight answer(Home& here) const {
    Sight sight = before.at(here.place().loop);
    std::erase_if(sight.asked, [&](uint64_t number) {
      const Session* session = here.sessions().find(number);
      if (!session) sight.lost_some = true;
      return !session || !session->stream() || !session->stream()->ask();
    });
    find_ghost(find_sessions(here, crowd), sight);
    return sight;
  }
};

// It may have come back to life, or ended, meanwhile.
struct EndGhost {
  uint64_t number;
  Result<void> answer(Home& here) const {
    Session* ghost = here.sessions().find(number);
    if (ghost && ghost->silent_since_ms() != 0) here.sessions().close(*ghost, "connection-timeout", ghost_text);
    return {};
  }
};

class Making final : public SpaceMaking, public std::enable_shared_from_this<Making> {
 public:
  Making(Home& home, Crowd crowd, std::function<void(bool)> done)
      : home_(home), crowd_(std::move(crowd)), done_(std::move(done)) {}

  // A tenant's sessions may be very many: they are not all looked at for each of many logins.
  void begin() {
    if (crowd_.account.empty() && !home_.shared().limits.take_ghost_hunt(crowd_.tenant)) return refuse();
    spawn(look(weak_from_this(), home_, FindGhost{crowd_}, &Making::ask));
  }

 private:
  using Next = void (Making::*)(const Sights&);
  template <class Question>
  static Task<void> look(std::weak_ptr<Making> weak, Home& home, Question question, Next next) {
    const Sights sights = co_await home.shared().homes.ask_each(home.loop(), std::move(question));
    if (const auto self = weak.lock()) ((*self).*next)(sights);
  }

  void refuse() {
    home_.loop().post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->done_(false);
    });
  }

  void ask(const Sights& sights) {
    if (!end_quietest(sights)) spawn(look(weak_from_this(), home_, AskQuietest{crowd_}, &Making::judge));
  }

  // A client that does not answer becomes a ghost, so this ends.
  void judge(const Sights& sights) {
    if (end_quietest(sights)) return;
    const bool lost_some = std::any_of(sights.begin(), sights.end(), [](const Sight& one) { return one.lost_some; });
    const bool all_there =
        std::all_of(sights.begin(), sights.end(), [](const Sight& one) { return one.asked.empty(); });
    if (lost_some || all_there) return done_(lost_some);
    timer_ = home_.loop().start_timer(look_ms, [this, sights] {
      spawn(look(weak_from_this(), home_, LookForAnswers{crowd_, sights}, &Making::judge));
    });
  }

  // False: no home has seen a ghost.
  bool end_quietest(const Sights& sights) {
    const auto quietest = std::min_element(sights.begin(), sights.end(), [](const Sight& left, const Sight& right) {
      return left.ghost != 0 && (right.ghost == 0 || left.silent_since_ms < right.silent_since_ms);
    });
    if (quietest->ghost == 0) return false;
    spawn(end(weak_from_this(), home_, quietest->at, EndGhost{quietest->ghost}));
    return true;
  }

  static Task<void> end(std::weak_ptr<Making> weak, Home& home, Place there, EndGhost ghost) {
    co_await home.shared().homes.ask(home.loop(), there, ghost);
    if (const auto self = weak.lock()) self->done_(true);
  }

  Home& home_;
  const Crowd crowd_;
  const std::function<void(bool)> done_;
  net::Timer timer_;
};

}  // namespace

std::optional<Crowd> find_full_crowd(const Resident& resident) {
  const Tenant& tenant = resident.tenant();
  if (resident.has_all_sessions()) return Crowd{tenant.id, resident.jid().str()};
  if (Meter::is_full(tenant.meter->sessions, tenant.limits().sessions)) return Crowd{tenant.id, {}};
  return std::nullopt;
}

std::shared_ptr<SpaceMaking> make_space(Home& home, Crowd crowd, std::function<void(bool)> done) {
  auto made = std::make_shared<Making>(home, std::move(crowd), std::move(done));
  made->begin();
  return made;
}

}  // namespace teahouse
