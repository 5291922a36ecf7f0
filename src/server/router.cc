#include "server/router.h"

#include "server/forged.h"
#include "server/home.h"

namespace teahouse {

namespace {

// To move a stanza often costs more than to move a pointer.
struct RoutedStanza {
  std::shared_ptr<Stanza> stanza;
  TicketPtr ticket;
  void arrive(Home& here) { here.arrivals().arrive(std::move(*stanza), std::move(ticket)); }
};

}  // namespace

void Router::route(Stanza&& stanza, TicketPtr ticket) {
  const Homes& homes = home_.shared().homes;
  const Place to = homes.place_of(stanza.to->bare_view());
  if (to == home_.place()) {
    home_.arrivals().arrive(std::move(stanza), std::move(ticket));
  } else {
    homes.send(to, RoutedStanza{std::make_shared<Stanza>(std::move(stanza)), std::move(ticket)});
  }
}

void Router::reply(const Stanza& request, std::string payload, TicketPtr ticket) {
  route(Stanza::make_reply(request, StanzaType::result, std::move(payload)), std::move(ticket));
}

void Router::reply_error(const Stanza& request, const Error& error) {
  if (request.type == StanzaType::error || request.type == StanzaType::result) return;
  route(make_error(request, error));
}

void Router::route_for(Resident& resident, Stanza stanza, TicketPtr ticket) {
  Outbound outbound{resident, nullptr, stanza, ticket};
  if (home_.hooks().run(OutboundPhase::guard, outbound) == Flow::go_on) route(std::move(stanza), std::move(ticket));
}

void Router::refuse(const Stanza& stanza, const TicketPtr& ticket, const Error& error) {
  if (ticket) ticket->refuse(error);
  if (!takes_no_error(stanza)) reply_error(stanza, error);
}

void Router::receive(Session& session, Stanza stanza) {
  checker_.check();
  if (home_.refuses_more()) return;
  const TicketPtr ticket = session.receive();
  stanza.from = session.jid();
  // Most of what users write goes to accounts of their own host, which then needs no search.
  const HostPtr& own = session.resident().host();
  if (stanza.to && (own->tenant->aliases->leads() || stanza.to->domainpart() != own->domain)) {
    lead_to_account(*stanza.to);
  }
  if (!stanza.to && stanza.kind != StanzaKind::presence) stanza.to = session.jid().bare();
  send(session.resident(), &session, std::move(stanza), ticket);
}

std::optional<BareJid> Router::find_by_form(std::string_view localpart, std::string_view domainpart) const {
  if (localpart.empty()) return std::nullopt;
  const HostPtr host = home_.hosts().find(domainpart);
  const auto owner = host && host->kind == HostKind::accounts ? host->tenant->aliases->owner(localpart) : std::nullopt;
  if (!owner || *owner == localpart) return std::nullopt;
  auto account = BareJid::make(*owner, domainpart);
  return account ? std::optional(std::move(*account)) : std::nullopt;
}

void Router::lead_to_account(BareJid& address) const {
  if (auto account = find_by_form(address.localpart(), address.domainpart())) address = std::move(*account);
}

void Router::lead_to_account(Jid& address) const {
  auto account = find_by_form(address.localpart(), address.domainpart());
  if (!account) return;
  if (!address.is_full()) {
    address = std::move(*account);
  } else if (auto full = account->with_resource(address.resourcepart())) {
    address = std::move(*full);
  }
}

void Router::send(Resident& resident, Session* session, Stanza stanza, const TicketPtr& ticket) {
  // RFC 6120 section 8.2.3. A handler of an iq may rely on it.
  if (is_request(stanza) && (stanza.id.empty() || stanza.root().child_count() != 1)) {
    reply_error(stanza, {ErrorKind::bad_request, "An iq of type get or set has an id and exactly one child element."});
    return;
  }
  stanza.incarnation = resident.incarnation();
  if (stanza.kind == StanzaKind::message) remove_forged(stanza, resident.jid());
  Outbound outbound{resident, session, stanza, ticket};
  if (home_.hooks().run(outbound) == Flow::stop) return;
  if (!stanza.to) return;  // undirected presence that no module took
  // An account's own iqs and those for a host need no other loop.
  if (is_request(stanza)) {
    if (stanza.to->str() == resident.jid().str()) {
      home_.arrivals().handle_iq(resident.host(), &resident, session, stanza, ticket);
      return;
    }
    if (!stanza.to->has_localpart() && stanza.to->is_bare()) {
      const HostPtr host = home_.hosts().find(stanza.to->domainpart());
      if (host && host->kind == HostKind::accounts && !host->tenant->suspended) {
        home_.arrivals().arrive_at_host(host, std::move(stanza), ticket, session);
        return;
      }
    }
  }
  route(std::move(stanza), ticket);
}

}  // namespace teahouse
