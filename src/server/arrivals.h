// Arrivals: what reaches one home, from wherever it was routed: a host answers for itself, a service (rooms) takes all
// that is for its addresses, an account gets it through the inbound phases and by the rules of RFC 6121 section 8.5.
// Nobody there: one place makes the error.
//
// Thread: the home's.
// Spec: RFC 6120 section 10, RFC 6121 section 8.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/home_checker.h"
#include "server/commit_ticket.h"
#include "server/delivery.h"
#include "server/hooks.h"
#include "server/resident.h"
#include "tenant/host_table.h"
#include "xmpp/stanza.h"

namespace teahouse {

class Home;

class Arrivals {
 public:
  explicit Arrivals(Home& home) : home_(home) {}

  // `to` and `from` are set, and `to` belongs to this home.
  void arrive(Stanza&& stanza, TicketPtr ticket);
  void arrive_at_host(const HostPtr& host, Stanza stanza, const TicketPtr& ticket, Session* session);
  // Nothing and nobody takes it: its sender hears so, if it may.
  void arrive_nowhere(const Stanza& stanza, const TicketPtr& ticket);
  // An iq of type get or set for a host (`resident` is null) or an account.
  void handle_iq(const HostPtr& host, Resident* resident, Session* session, const Stanza& stanza,
                 const TicketPtr& ticket);

  // --- the end of the way, for redelivery too
  // The sessions that get a message by the rules of RFC 6121 section 8.5.
  static std::vector<Session*> find_targets(const Resident& resident, const Stanza& message);
  // Hands it to `inbound.delivered_to`; where those are none it is kept, or refused.
  void give(Inbound& inbound);
  // Holds the message on disk, unless it is there already, a session that it was given to has a stream, or one has
  // handed it to its client.
  void hold(Inbound& inbound);

 private:
  void arrive_at_account(Resident& resident, Stanza& stanza, const TicketPtr& ticket);
  void arrive_at_nobody(const HostPtr& host, Stanza stanza, const TicketPtr& ticket);
  DeliveryPtr find_delivery(const Inbound& inbound);
  void deliver_message(Inbound& inbound);
  void deliver_presence(Inbound& inbound);
  void deliver_iq(Inbound& inbound);

  Home& home_;
  struct PassedOn {
    std::weak_ptr<CommitTicket> ticket;  // of the stanza that its sender sent
    std::string account;
    DeliveryPtr delivery;
  } passed_on_;  // the last message that a room passed on to an account
  HomeChecker checker_;
};

}  // namespace teahouse
