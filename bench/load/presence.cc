// Presence: --contacts users subscribe to one, who then changes its status for --seconds; every contact must get each
// change once and in order.
#include <stdexcept>

#include "bench/load/pairs.h"
#include "bench/load/works.h"
#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr double subscribe_timeout_s = 120;
constexpr double round_timeout_s = 60;
constexpr size_t subscribes_at_once = 50;
constexpr double settle_s = 1;  // for the first presences that follow a subscription
constexpr size_t shown_max = 300;

class Circle {
 public:
  Circle(Job& job, size_t contacts)
      : job_(job), pool_(job, [this](Session& session, std::string_view stanza) { on_stanza(session, stanza); }) {
    for (size_t i = 0; i <= contacts; ++i) pool_.add(make_user(job.realm.target, i * job.realm.target.tenants));
    pool_.log_in();
    // Only a session that asked for the roster hears of subscriptions (RFC 6121 section 3.1).
    for (size_t i = 0; i < pool_.size(); ++i) {
      pool_[i].send("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
    }
    pool_.run_until([&] { return rosters_ == pool_.size(); }, subscribe_timeout_s, "asking for rosters");
  }

  void subscribe_all() {
    const std::string to = pool_[0].user().bare();
    for (size_t i = 1; i < pool_.size(); ++i) {
      pool_[i].send("<presence type='subscribe' to='" + to + "'/>");
      const size_t wanted = i < subscribes_at_once ? 0 : i - subscribes_at_once;
      pool_.run_until([&] { return subscribed_ >= wanted; }, subscribe_timeout_s, "subscribing");
    }
    pool_.run_until([&] { return subscribed_ >= pool_.size() - 1; }, subscribe_timeout_s, "subscribing");
    pool_.run_for(settle_s);
    arrived_.assign(pool_.size(), 0);
  }

  void change() {
    got_ = 0;
    sent_ns_ = now_ns();
    pool_[0].send("<presence><show>away</show><status>As busy as ever, number " + std::to_string(round_) +
                  ".</status></presence>");
    pool_.run_until([&] { return got_ == pool_.size() - 1; }, round_timeout_s, "telling a presence");
    ++round_;
  }

  const Histogram& latency() const { return latency_; }

 private:
  void on_stanza(Session& session, std::string_view stanza) {
    if (find_attribute(stanza, "id") == "roster") ++rosters_;
    if (!is_named(stanza, "presence")) return;
    const std::string_view type = find_attribute(stanza, "type"), from = find_attribute(stanza, "from");
    if (type == "subscribe") return pool_[0].send("<presence type='subscribed' to='" + std::string(from) + "'/>");
    if (type == "subscribed") ++subscribed_;
    const int64_t number = find_number(stanza);
    if (session.number() == 0 || number < 0) return;
    int64_t& expected = arrived_[session.number()];
    if (number != expected || !from.starts_with(pool_[0].user().bare())) {
      return job_.complain(session.jid() + " awaits number " + std::to_string(expected) + " and got " +
                           std::string(stanza.substr(0, shown_max)));
    }
    ++expected;
    ++got_;
    latency_.add(now_ns() - sent_ns_);
  }

  Job& job_;
  SessionPool pool_;
  std::vector<int64_t> arrived_;  // the number that each contact gets next
  size_t rosters_ = 0, subscribed_ = 0, got_ = 0;
  int64_t round_ = 0, sent_ns_ = 0;
  Histogram latency_;
};

}  // namespace

void run_presence(Job& job) {
  const int64_t contacts = job.options.number("contacts", 1000);
  const double seconds = job.options.real("seconds", 5);
  Circle circle(job, static_cast<size_t>(contacts));
  circle.subscribe_all();
  const Measure measure(job);
  int64_t rounds = 0;
  do {
    circle.change();
    ++rounds;
  } while (measure.seconds() < seconds);
  measure.end(job.report, rounds * contacts);
  job.report.add("rounds", rounds).add_latency("latency_us", circle.latency());
}

}  // namespace teahouse::bench
