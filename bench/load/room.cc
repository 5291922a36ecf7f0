// Rooms: --occupants users join each of --rooms rooms, some at once; then the first of each room writes for --seconds,
// --window messages under way, and every occupant must get each of them once and in order.
#include <deque>
#include <stdexcept>

#include "bench/load/pairs.h"
#include "bench/load/rise.h"
#include "bench/load/works.h"
#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr double join_timeout_s = 300;  // without any progress
constexpr double drain_s = 60;
constexpr size_t shown_max = 300;

struct Room {
  std::string jid;
  int64_t sent = 0, deliveries = 0;
  std::deque<int64_t> sent_ns;  // of messages that not everybody has
  int64_t first_under_way = 0;  // the number of sent_ns.front()
  std::deque<size_t> have;      // how many have each of those
};

class Rooms {
 public:
  Rooms(Job& job, size_t rooms, size_t occupants)
      : job_(job),
        occupants_(occupants),
        pool_(job, [this](Session& session, std::string_view stanza) { on_stanza(session, stanza); }) {
    const Target& target = job.realm.target;
    for (size_t room = 0; room < rooms; ++room) {
      rooms_.push_back({.jid = "room" + std::to_string(room) + "@" + target.rooms_prefix + target.domain_of(0)});
      // One tenant's users only: numbers that are 0 modulo the tenants.
      for (size_t i = 0; i < occupants; ++i) pool_.add(make_user(target, (room * occupants + i) * target.tenants));
    }
    joined_.resize(pool_.size());
    expected_.resize(pool_.size());
    pool_.log_in();
  }

  void join_all() {
    for (size_t room = 0; room < rooms_.size(); ++room) join(room * occupants_);
    await_joined(rooms_.size());
    unlock();
    const auto at_once = static_cast<size_t>(job_.options.number("at-once", 50));
    size_t begun = rooms_.size();
    for (size_t i = 1; i < occupants_; ++i) {
      for (size_t room = 0; room < rooms_.size(); ++room) {
        if (++begun - joins_ > at_once) await_joined(begun - at_once);
        join(room * occupants_ + i);
      }
    }
    await_joined(pool_.size());
  }

  void begin(int64_t window) {
    window_ = window;
    for (size_t room = 0; room < rooms_.size(); ++room) fill(room);
  }
  void finish() {
    window_ = 0;
    const auto all_have = [this] {
      for (const Room& room : rooms_) {
        if (!room.have.empty()) return false;
      }
      return true;
    };
    if (!job_.realm.poller.run_until(all_have, after_s(drain_s))) job_.complain("Some occupants never got a message");
    pool_.check();
  }

  SessionPool& sessions() { return pool_; }
  int64_t deliveries() const { return deliveries_; }
  int64_t presences() const { return presences_; }
  const Histogram& latency() const { return latency_; }
  void forget_latency() { latency_ = {}; }

 private:
  void join(size_t number) {
    const Room& room = rooms_[number / occupants_];
    if (job_.realm.target.is_floor()) return pool_[number].send("<join room='" + room.jid + "'/>");
    pool_[number].send("<presence to='" + room.jid + "/" + nick(number) +
                       "'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>");
  }

  static std::string nick(size_t number) { return "n" + std::to_string(number); }

  // A new room is locked until its owner takes the default configuration (XEP-0045 section 10.1.2).
  void unlock() {
    if (job_.realm.target.is_floor()) return;
    for (size_t room = 0; room < rooms_.size(); ++room) {
      pool_[room * occupants_].send("<iq type='set' id='unlock' to='" + rooms_[room].jid +
                                    "'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' "
                                    "type='submit'/></query></iq>");
    }
    pool_.run_until([this] { return unlocked_ == rooms_.size(); }, join_timeout_s, "making the rooms");
  }

  void await_joined(size_t count) {
    while (joins_ < count) {
      const size_t before = joins_;
      pool_.run_until([&] { return joins_ > before; }, join_timeout_s, "joining");
    }
  }

  void on_stanza(Session& session, std::string_view stanza) {
    if (is_named(stanza, "message")) return on_message(session, stanza);
    if (is_named(stanza, "presence")) {
      ++presences_;
      if (find_attribute(stanza, "type") == "error") job_.complain(std::string(stanza.substr(0, shown_max)));
      if (stanza.find("110") == std::string_view::npos) return;
      if (stanza.find("code='110'") == std::string_view::npos &&
          stanza.find("code=\"110\"") == std::string_view::npos) {
        return;
      }
    } else if (find_attribute(stanza, "id") == "unlock") {
      ++unlocked_;
      return;
    } else if (!is_named(stanza, "ok")) {
      return;
    }
    if (!joined_[session.number()]) ++joins_;
    joined_[session.number()] = true;
  }

  void on_message(Session& session, std::string_view stanza) {
    const int64_t number = find_number(stanza);
    if (number < 0) return;  // a subject
    const size_t place = session.number() / occupants_;
    Room& room = rooms_[place];
    const std::string_view from = find_attribute(stanza, "from");
    const bool from_right = from == room.jid + "/" + nick(place * occupants_) || job_.realm.target.is_floor();
    if (!from_right || number != expected_[session.number()]) {
      return job_.complain(session.jid() + " awaits number " + std::to_string(expected_[session.number()]) +
                           " and got " + std::string(stanza.substr(0, shown_max)));
    }
    ++expected_[session.number()];
    const auto under_way = static_cast<size_t>(number - room.first_under_way);
    latency_.add(now_ns() - room.sent_ns[under_way]);
    ++deliveries_;
    if (++room.have[under_way] < occupants_) return;
    // Messages may be complete in another order than sent; only the front's slot can be given back.
    while (!room.have.empty() && room.have.front() == occupants_) {
      room.have.pop_front();
      room.sent_ns.pop_front();
      ++room.first_under_way;
    }
    fill(place);
  }

  void fill(size_t place) {
    Room& room = rooms_[place];
    while (static_cast<int64_t>(room.have.size()) < window_) {
      room.have.push_back(0);
      room.sent_ns.push_back(now_ns());
      pool_[place * occupants_].send("<message to='" + room.jid + "' type='groupchat' id='" +
                                     std::to_string(room.sent) + "'>" + make_body(room.sent));
      ++room.sent;
    }
  }

  Job& job_;
  const size_t occupants_;
  std::vector<Room> rooms_;
  SessionPool pool_;
  std::vector<bool> joined_;
  std::vector<int64_t> expected_;  // the number that each occupant gets next
  size_t joins_ = 0, unlocked_ = 0;
  int64_t presences_ = 0, deliveries_ = 0, window_ = 0;
  Histogram latency_;
};

}  // namespace

void run_room(Job& job) {
  const auto rooms = static_cast<size_t>(job.options.number("rooms", 1));
  const auto occupants = static_cast<size_t>(job.options.number("occupants", 50));
  const double seconds = job.options.real("seconds", 5), warmup = job.options.real("warmup", 1);
  const int64_t window = job.options.number("window", 1);
  Rooms talk(job, rooms, occupants);
  const Rise rise(job);
  const Measure joining(job);
  talk.join_all();
  Report joins;
  joining.end(joins, static_cast<int64_t>(rooms * occupants));
  job.report.add("join", joins.add("presences", talk.presences()));
  talk.begin(window);
  talk.sessions().run_for(warmup);
  talk.forget_latency();
  const int64_t before = talk.deliveries();
  const Measure measure(job);
  talk.sessions().run_for(seconds);
  Report deliveries;
  measure.end(deliveries, talk.deliveries() - before);
  job.report.add("delivery", deliveries.add_latency("latency_us", talk.latency()));
  talk.finish();
  job.report.add("memory", rise.end(static_cast<int64_t>(rooms * occupants)));
}

}  // namespace teahouse::bench
