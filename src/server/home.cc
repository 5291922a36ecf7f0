// From any stanza to where it belongs.
//
// route() finds the home of `to` and hands the stanza over, in the order in which it was called; arrive() runs there: a
// host answers for itself, a service (rooms) takes all that is for its addresses, an account gets it by the rules of
// RFC 6121 section 8.5 (delivery.cc). Nobody there: one place makes the error (arrive_nowhere).
#include "server/home.h"

#include "server/module_context.h"
#include "xmpp/namespaces.h"

namespace teahouse {
Home& Homes::of(std::string_view bare_jid) const { return *all[std::hash<std::string_view>{}(bare_jid) % all.size()]; }

void Homes::on_each(Executor& home, std::function<void(Home&)> work, std::function<void()> done) const {
  // `done` may hold what belongs to `home`: there is one of it, and it goes back there.
  struct Rest {
    std::atomic<size_t> left = 0;
    std::function<void()> done;
  };
  const auto rest = std::make_shared<Rest>();
  rest->left = all.size();
  rest->done = std::move(done);
  for (Home* each : all) {
    each->loop().post([each, rest, &home, work] {
      work(*each);
      if (rest->left.fetch_sub(1) == 1) home.post(std::move(rest->done));
    });
  }
}

Home::Home(net::Loop& loop, House& house)
    : loop_(loop), house_(house), archive_ids_(house.data.arrivals(), loop.index(), house.archive_id_secret) {}
Home::~Home() = default;

void Home::add_module(std::unique_ptr<Module> module) {
  auto context = std::make_unique<ModuleContext>(*this, *module);
  infos_.push_back(&module->info());
  modules_.push_back({std::move(context), std::move(module)});
  modules_.back().module->attach(*modules_.back().context);
}

void Home::remove_module(std::string_view name) {
  const auto found = std::find_if(modules_.begin(), modules_.end(),
                                  [&](const Attached& each) { return each.module->info().name == name; });
  if (found == modules_.end()) return;
  std::erase(infos_, &found->module->info());
  found->context->detach();
  found->module->detach();
  detached_.push_back(std::move(*found));
  modules_.erase(found);
}

Module* Home::find_module(std::string_view name) const {
  for (const Attached& each : modules_) {
    if (each.module->info().name == name) return each.module.get();
  }
  return nullptr;
}

void Home::route(Stanza stanza, ReceiptPtr receipt) {
  Home& there = house_.homes.of(stanza.to->bare_view());
  if (&there == this) {
    arrive(std::move(stanza), std::move(receipt));
    return;
  }
  auto carried = std::make_shared<Stanza>(std::move(stanza));
  there.loop().post([&there, carried, receipt = std::move(receipt)]() mutable {
    there.arrive(std::move(*carried), std::move(receipt));
  });
}

void Home::reply(const Stanza& request, std::string payload, ReceiptPtr receipt) {
  route(Stanza::make_reply(request, StanzaType::result, std::move(payload)), std::move(receipt));
}

void Home::reply_error(const Stanza& request, const Error& error) {
  if (request.type == StanzaType::error || request.type == StanzaType::result) return;
  route(make_error(request, error));
}

void Home::receive(Session& session, Stanza stanza) {
  checker_.check();
  if (refuses_more_) return;
  const ReceiptPtr receipt = session.receive();
  stanza.from = session.jid();
  // Most of what users write goes to accounts of their own host, which then needs no search.
  const HostPtr& own = session.resident().host();
  if (stanza.to && (own->tenant->aliases->leads() || stanza.to->domainpart() != own->domain)) {
    lead_to_account(*stanza.to);
  }
  if (!stanza.to && stanza.kind != StanzaKind::presence) stanza.to = session.jid().bare();
  send(session.resident(), &session, std::move(stanza), receipt);
}

std::optional<BareJid> Home::find_by_form(std::string_view localpart, std::string_view domainpart) const {
  if (localpart.empty()) return std::nullopt;
  const HostPtr host = hosts_.find(domainpart);
  const auto owner = host && host->kind == HostKind::accounts ? host->tenant->aliases->owner(localpart) : std::nullopt;
  if (!owner || *owner == localpart) return std::nullopt;
  auto account = BareJid::make(*owner, domainpart);
  return account ? std::optional(std::move(*account)) : std::nullopt;
}

void Home::lead_to_account(BareJid& address) const {
  if (auto account = find_by_form(address.localpart(), address.domainpart())) address = std::move(*account);
}

void Home::lead_to_account(Jid& address) const {
  auto account = find_by_form(address.localpart(), address.domainpart());
  if (!account) return;
  if (!address.is_full()) {
    address = std::move(*account);
  } else if (auto full = account->with_resource(address.resourcepart())) {
    address = std::move(*full);
  }
}

void Home::send(Resident& resident, Session* session, Stanza stanza, const ReceiptPtr& receipt) {
  // RFC 6120 section 8.2.3. Whoever an iq is for may rely on it.
  if (is_request(stanza) && (stanza.id.empty() || stanza.root().child_count() != 1)) {
    reply_error(stanza, {ErrorKind::bad_request, "An iq of type get or set has an id and exactly one child element."});
    return;
  }
  stanza.incarnation = resident.incarnation();
  Outbound outbound{resident, session, stanza, receipt};
  for (const Phase phase : {Phase::guard, Phase::rewrite, Phase::archive, Phase::copy, Phase::deliver}) {
    if (hooks_.run(phase, outbound) == Flow::stop) return;
  }
  if (!stanza.to) return;  // undirected presence that no module took
  // An account's own iqs and those for a host need no other loop.
  if (is_request(stanza)) {
    if (stanza.to->str() == resident.jid().str()) {
      handle_iq(resident.host(), &resident, session, stanza, receipt);
      return;
    }
    if (!stanza.to->has_localpart() && stanza.to->is_bare()) {
      const HostPtr host = hosts_.find(stanza.to->domainpart());
      if (host && host->kind == HostKind::accounts && !host->tenant->suspended) {
        arrive_at_host(host, std::move(stanza), receipt, session);
        return;
      }
    }
  }
  route(std::move(stanza), receipt);
}

void Home::arrive(Stanza stanza, ReceiptPtr receipt) {
  checker_.check();
  const HostPtr host = hosts_.find(stanza.to->domainpart());
  if (!host) {
    if (!takes_no_error(stanza)) {
      reply_error(stanza, {ErrorKind::remote_server_not_found,
                           "No server is known for " + std::string(stanza.to->domainpart()) + "."});
    }
    return;
  }
  if (host->tenant->suspended) {
    // To enter a service's place is a question, unlike to tell a user that somebody is here.
    const bool asks = host->kind != HostKind::accounts && stanza.kind == StanzaKind::presence &&
                      stanza.type == StanzaType::none && stanza.to->is_full();
    if (asks) {
      reply_error(stanza, {ErrorKind::service_unavailable, ""});
    } else {
      arrive_nowhere(std::move(stanza));
    }
    return;
  }
  if (host->kind != HostKind::accounts) {
    if (const auto* service = hooks_.find_service(host->kind)) {
      (*service)(host, std::move(stanza), std::move(receipt));
    } else {
      arrive_nowhere(std::move(stanza));
    }
    return;
  }
  if (!stanza.to->has_localpart()) {
    arrive_at_host(host, std::move(stanza), receipt, nullptr);
    return;
  }
  Resident* known = find_resident(stanza.to->bare_view());
  if (known && !loading_.is_held(known->jid().str())) {
    arrive_at_account(*known, stanza, receipt);
    return;
  }
  const BareJid account = stanza.to->bare();
  if (loading_.is_full(account.str())) {
    if (!takes_no_error(stanza)) {
      reply_error(stanza, {ErrorKind::resource_constraint, "Too much waits for this account already: try again soon."});
    }
    return;
  }
  auto carried = std::make_shared<Stanza>(std::move(stanza));
  with_resident(account, [this, host, carried, receipt = std::move(receipt)](Result<Resident*> resident) {
    if (resident) {
      arrive_at_account(**resident, *carried, receipt);
    } else if (resident.error().kind == ErrorKind::item_not_found) {
      const std::string missed = carried->to->str();
      lead_to_account(*carried->to);
      if (carried->to->str() != missed) return route(std::move(*carried), receipt);
      arrive_at_nobody(host, std::move(*carried), receipt);
    } else if (!takes_no_error(*carried)) {
      reply_error(*carried, resident.error());
    }
  });
}

void Home::arrive_at_host(const HostPtr& host, Stanza stanza, const ReceiptPtr& receipt, Session* session) {
  if (stanza.kind == StanzaKind::iq) {
    handle_iq(host, nullptr, session, stanza, receipt);
  } else if (stanza.kind == StanzaKind::message && !stanza.child("displayed", ns::chat_markers)) {
    arrive_nowhere(std::move(stanza));  // all that a host hears is that its own messages were displayed
  }
}

// Nothing and nobody takes it.
void Home::arrive_nowhere(Stanza stanza) {
  if (takes_no_error(stanza)) return;
  // What an account asks for itself is forbidden to others (RFC 6121 section 2.3.3 for a roster), there or not.
  const auto query = stanza.to->is_bare() && is_request(stanza) ? stanza.first_child() : std::nullopt;
  const bool is_private = query && hooks_.is_for_own_account(stanza.type, query->name(), query->ns());
  reply_error(stanza, {is_private ? ErrorKind::forbidden : ErrorKind::service_unavailable, ""});
}

void Home::handle_iq(const HostPtr& host, Resident* resident, Session* session, const Stanza& stanza,
                     const ReceiptPtr& receipt) {
  if (!is_request(stanza)) return;  // an answer that nobody asked for
  const auto query = stanza.first_child();
  const IqRequest request{stanza, *query, host, resident, session, receipt};
  const auto* handler = hooks_.find_iq(request);
  if (handler) {
    (*handler)(request);
  } else if (resident) {
    arrive_nowhere(stanza);
  } else {
    reply_error(stanza, {ErrorKind::service_unavailable, ""});
  }
}

void Home::on_committed(Lsn lsn) {
  checker_.check();
  committed_ = std::max(committed_, lsn);
  std::vector<uint64_t> waiting;
  waiting.swap(waiting_sessions_);
  std::sort(waiting.begin(), waiting.end());
  waiting.erase(std::unique(waiting.begin(), waiting.end()), waiting.end());
  for (const uint64_t number : waiting) {
    if (Session* session = find_session(number)) session->flush();
  }
  while (!waiting_work_.empty() && waiting_work_.begin()->first <= committed_) {
    const auto work = std::move(waiting_work_.begin()->second);
    waiting_work_.erase(waiting_work_.begin());
    work();
  }
}

void Home::when_committed(Lsn lsn, std::function<void()> work) {
  if (lsn <= committed_) {
    work();
  } else {
    waiting_work_.emplace(lsn, std::move(work));
  }
}

}  // namespace teahouse
