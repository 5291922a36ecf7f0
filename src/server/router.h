// Router: the way from a sender at one home to the home of `to`.
//
// Thread: the home's.
// Spec: RFC 6120 sections 8 and 10.
#pragma once

#include <optional>
#include <string>

#include "base/home_checker.h"
#include "server/commit_ticket.h"
#include "server/resident.h"
#include "server/session.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"

namespace teahouse {

class Home;

class Router {
 public:
  explicit Router(Home& home) : home_(home) {}

  // Sends a stanza to where its `to` lives, on whatever loop that is, in the order in which this was called. `to` and
  // `from` are set. Nobody there: the error answer of RFC 6120 section 10 goes back.
  void route(Stanza&& stanza, TicketPtr ticket = nullptr);
  // A stanza that the server sends in an account's name by itself (presence): routed where the guards let it pass.
  void route_for(Resident& resident, Stanza stanza, TicketPtr ticket = nullptr);
  // Sends `payload` back as the result of `request`; or an error, unless it is none that is answered.
  void reply(const Stanza& request, std::string payload, TicketPtr ticket = nullptr);
  void reply_error(const Stanza& request, const Error& error);
  // The stanza ends here: its sender gets the error, and so does the origin of the ticket.
  void refuse(const Stanza& stanza, const TicketPtr& ticket, const Error& error);

  // A stanza that a local session sent: `from` is set here, and it passes the outbound phases. For c2s.
  void receive(Session& session, Stanza stanza);
  // The same for what the API sends as an account. `from` is set by the caller; `ticket` tells when all is on disk.
  void send_as(Resident& resident, Stanza stanza, const TicketPtr& ticket) {
    send(resident, nullptr, std::move(stanza), ticket);
  }

  // Where the address is the RFC 3920 form of an account's (Aliases), makes it that account's.
  void lead_to_account(Jid& address) const;
  void lead_to_account(BareJid& address) const;

 private:
  void send(Resident& resident, Session* session, Stanza stanza, const TicketPtr& ticket);
  std::optional<BareJid> find_by_form(std::string_view localpart, std::string_view domainpart) const;

  Home& home_;
  HomeChecker checker_;
};

}  // namespace teahouse
