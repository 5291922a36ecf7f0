#include "server/s2s/peer_connector.h"

#include <utility>

#include "base/random.h"

namespace teahouse::s2s {

PeerConnector::PeerConnector(net::Loop& loop, net::Dns& dns, const House& house, net::TlsClient tls, Done done)
    : loop_(loop), dns_(dns), house_(house), tls_(std::move(tls)), done_(std::move(done)) {}

void PeerConnector::start() {
  const auto ask = [this](Asked& asked, const char* service) {
    asked.query = dns_.find(service + tls_.name, net::DnsType::srv, [this, &asked](Result<net::DnsAnswer> answer) {
      const auto query = std::move(asked.query);  // it is what calls
      asked.answer = std::move(answer);
      asked.is_there = true;
      on_answer();
    });
  };
  ask(direct_tls_, "_xmpps-server._tcp.");
  ask(starttls_, "_xmpp-server._tcp.");
}

// A name server that fails for one of the kinds, as some do for records that they do not know, leaves the other.
void PeerConnector::on_answer() {
  if (!direct_tls_.is_there || !starttls_.is_there) return;
  if (!starttls_.answer && (!direct_tls_.answer || direct_tls_.answer->records.empty())) {
    return fail(starttls_.answer.error());
  }
  const net::DnsAnswer none;
  auto targets = choose_targets(
      tls_.name, direct_tls_.answer ? *direct_tls_.answer : none, starttls_.answer ? *starttls_.answer : none,
      house_.allow_private, [](uint32_t n) { return static_cast<uint32_t>(random_u64() % std::max<uint32_t>(n, 1)); });
  if (!targets) return fail(targets.error());
  targets_ = std::move(*targets);
  is_validated_ =
      direct_tls_.answer && direct_tls_.answer->validated && starttls_.answer && starttls_.answer->validated;
  try_next();
}

void PeerConnector::try_next() {
  if (next_ == targets_.size()) return fail(last_);
  const PeerTarget& target = targets_[next_++];
  net::Destination to{.host = target.host, .port = target.port, .guard = house_.guard, .timeout_ms = target_timeout_ms};
  if (target.is_direct_tls) to.tls = tls_;
  connecting_ = net::connect(loop_, dns_, std::move(to), [this](Result<std::unique_ptr<net::Connection>> connection) {
    if (connection) {
      const auto done = std::move(done_);
      return done(std::move(connection));
    }
    last_ = connection.error();
    try_next();
  });
}

void PeerConnector::fail(Error error) {
  if (error.kind != ErrorKind::remote_server_not_found) error.kind = ErrorKind::remote_server_timeout;
  const auto done = std::move(done_);
  done(std::move(error));
}

}  // namespace teahouse::s2s
