#include "server/arrivals.h"

#include "server/home.h"
#include "xmpp/namespaces.h"

namespace teahouse {

void Arrivals::arrive(Stanza&& stanza, TicketPtr ticket) {
  checker_.check();
  const HostPtr host = home_.hosts().find(stanza.to->domainpart());
  if (!host) {
    for (const auto& each : home_.hooks().remote) {
      if (each.hook(stanza, ticket) == Flow::stop) return;
    }
    home_.router().refuse(
        stanza, ticket,
        {ErrorKind::remote_server_not_found, "No server is known for " + std::string(stanza.to->domainpart()) + "."});
    return;
  }
  const auto* service = host->kind == HostKind::accounts ? nullptr : home_.hooks().find_service(*host);
  if (host->tenant->suspended || (host->kind != HostKind::accounts && !service)) {
    // To enter a service's place is a question, unlike to tell a user that somebody is here.
    const bool asks = host->kind != HostKind::accounts && stanza.kind == StanzaKind::presence &&
                      stanza.type == StanzaType::none && stanza.to->is_full();
    if (asks) {
      home_.router().reply_error(stanza, {ErrorKind::service_unavailable, ""});
    } else {
      arrive_nowhere(stanza, ticket);
    }
    return;
  }
  if (service) {
    (*service)(host, std::move(stanza), std::move(ticket));
    return;
  }
  if (!stanza.to->has_localpart()) {
    arrive_at_host(host, std::move(stanza), ticket, nullptr);
    return;
  }
  if (Resident* known = home_.residents().find_ready(stanza.to->bare_view())) {
    arrive_at_account(*known, stanza, ticket);
    return;
  }
  const BareJid account = stanza.to->bare();
  if (home_.residents().is_full(account)) {
    if (!takes_no_error(stanza)) {
      home_.router().reply_error(
          stanza, {ErrorKind::resource_constraint, "Too much waits for this account already: try again soon."});
    }
    return;
  }
  auto carried = std::make_shared<Stanza>(std::move(stanza));
  home_.residents().with(account, [this, host, carried, ticket = std::move(ticket)](Result<Resident*> resident) {
    if (resident) {
      arrive_at_account(**resident, *carried, ticket);
    } else if (resident.error().kind == ErrorKind::item_not_found) {
      const std::string missed = carried->to->str();
      home_.router().lead_to_account(*carried->to);
      if (carried->to->str() != missed) return home_.router().route(std::move(*carried), ticket);
      arrive_at_nobody(host, std::move(*carried), ticket);
    } else {
      home_.router().refuse(*carried, ticket, resident.error());
    }
  });
}

void Arrivals::arrive_at_host(const HostPtr& host, Stanza stanza, const TicketPtr& ticket, Session* session) {
  if (stanza.kind == StanzaKind::iq) {
    handle_iq(host, nullptr, session, stanza, ticket);
  } else if (stanza.kind == StanzaKind::message && !stanza.child("displayed", ns::chat_markers)) {
    arrive_nowhere(stanza, ticket);  // all that a host hears is that its own messages were displayed
  }
}

void Arrivals::arrive_nowhere(const Stanza& stanza, const TicketPtr& ticket) {
  // A request that an account makes for itself is forbidden to others (RFC 6121 section 2.3.3 for a roster), whether
  // the account is there or not.
  const auto query = stanza.to->is_bare() && is_request(stanza) ? stanza.first_child() : std::nullopt;
  const HostPtr host = query ? home_.hosts().find(stanza.to->domainpart()) : nullptr;
  const bool is_private = host && home_.hooks().is_for_own_account(*host, stanza.type, query->name(), query->ns());
  home_.router().refuse(stanza, ticket, {is_private ? ErrorKind::forbidden : ErrorKind::service_unavailable, ""});
}

void Arrivals::handle_iq(const HostPtr& host, Resident* resident, Session* session, const Stanza& stanza,
                         const TicketPtr& ticket) {
  if (!is_request(stanza)) {  // an answer: to a module that asked in the host's name, or to nobody
    const xml::Element iq = stanza.root();
    const IqRequest answer{stanza, iq, host, resident, session, ticket};
    const auto* taker = resident ? nullptr : home_.hooks().find_iq(IqTarget::host, answer);
    if (taker) (*taker)(answer);
    return;
  }
  const auto query = stanza.first_child();
  const IqRequest request{stanza, *query, host, resident, session, ticket};
  const auto* handler = home_.hooks().find_iq(request);
  if (handler) {
    (*handler)(request);
  } else if (resident) {
    arrive_nowhere(stanza, ticket);
  } else {
    home_.router().reply_error(stanza, {ErrorKind::service_unavailable, ""});
  }
}

}  // namespace teahouse
