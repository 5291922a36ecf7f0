#include "modules/roster/roster_module.h"

#include <algorithm>

#include "base/random.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

Task<Result<void>> load_roster(ModuleContext& context, store::MapStore store, Resident& resident, Roster& roster) {
  const auto entries = co_await store.load(context.loop(), resident.jid().str());
  if (!entries) co_return entries.error();
  for (const auto& entry : *entries) {
    auto item = RosterItem::decode(entry.value);
    if (!item) {
      co_return Error{ErrorKind::internal_server_error,
                      "the roster of " + resident.jid().str() + ": its contact " + entry.name + " can't be read"};
    }
    roster.add(std::move(*item));
  }
  co_return Result<void>();
}

Mention make_mention(const Tenant& tenant, const BareJid& account, const BareJid& contact) {
  return {tenant.id, account, contact.domainpart() == account.domainpart()};
}

}  // namespace

Error roster_is_full() {
  return {ErrorKind::resource_constraint,
          "A roster holds at most 2000 contacts, and 1 MiB with their names and groups. Remove some first."};
}

const ModuleInfo& RosterModule::info() const {
  static const ModuleInfo info{.name = "roster",
                               .summary = "Contacts, with versioning (RFC 6121 section 2).",
                               .xeps = {{237, "1.3", "Roster Versioning", ""}},
                               .stream_features = {{StreamFeature::Time::after_login, "ver", ns::roster_versioning}},
                               .mentions = {"roster"}};
  return info;
}

void RosterModule::attach(ModuleContext& context) {
  context_ = &context;
  slot_.emplace(context.attach_to_residents<Roster>());
  context.on(&Hooks::resident_load,
             [this](Resident& resident) { return load_roster(*context_, store(resident), resident, of(resident)); });
  context.on_own_iq(StanzaType::get, "query", ns::roster, [this](const IqRequest& iq) { get(iq); });
  context.on_own_iq(StanzaType::set, "query", ns::roster, [this](const IqRequest& iq) { set(iq); });
  mentions_.emplace(context.mentions("roster"));
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr& removal) {
    spawn(forget(*this, host->tenant, jid, removal));
  });
  context.on(&Hooks::address_gone, [this](const BareJid& address, const RemovalPtr& removal) {
    spawn(forget_elsewhere(*this, address, removal));
  });
  context.on(&Hooks::named_at,
             [this](std::string domain) { return mentions_->load_named(context_->loop(), std::move(domain)); });
}

store::MapStore RosterModule::store(const Resident& resident) { return context_->map(resident.tenant(), "roster"); }

void RosterModule::answer_for(const IqRequest& request) {
  request.stanza.type == StanzaType::get ? get(request) : set(request);
}

void RosterModule::get(const IqRequest& request) {
  if (request.session) request.session->interested = true;
  const Roster& roster = of(*request.resident);
  const std::string version = roster.version();
  if (request.query.attribute("ver") == version) {
    context_->reply(request.stanza, {});
    return;
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::roster).attribute("ver", version);
  for (const auto& [jid, item] : roster.items()) {
    if (item.listed) item.write(writer);
  }
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void RosterModule::set(const IqRequest& request) {
  auto set = parse_roster_set(request.query);
  if (!set) {
    context_->reply_error(request.stanza, set.error());
    return;
  }
  context_->lead_to_account(set->jid);
  Resident& resident = *request.resident;
  Roster& roster = of(resident);
  RosterItem* known = roster.find(set->jid);
  Lsn lsn = Lsn::none;
  if (set->remove) {
    if (!known || !known->listed) {
      context_->reply_error(request.stanza, {ErrorKind::item_not_found, "The roster has no " + set->jid.str() + "."});
      return;
    }
    if (const auto may = context_->disk().check_removal(); !may) {
      context_->reply_error(request.stanza, may.error());
      return;
    }
    lsn = remove(resident, set->jid);
  } else {
    if (const auto may = context_->disk().check_addition(); !may) {
      context_->reply_error(request.stanza, may.error());
      return;
    }
    RosterItem wanted = known ? *known : RosterItem{set->jid};
    wanted.listed = true;
    wanted.name = std::move(set->name);
    wanted.groups = std::move(set->groups);
    if (!roster.has_room(wanted)) {
      context_->reply_error(request.stanza, roster_is_full());
      return;
    }
    roster.item(set->jid) = std::move(wanted);
    lsn = save(resident, set->jid);
  }
  await(request.ticket, lsn);
  context_->reply_when(lsn, request);
}

Lsn RosterModule::save(Resident& resident, const BareJid& contact) {
  const Lsn lsn = write(resident, contact);
  const RosterItem* item = of(resident).find(contact);
  if (item && item->listed) {
    std::string text;
    xml::Writer writer(text);
    item->write(writer);
    push(resident, text);
  }
  return lsn;
}

Lsn RosterModule::save(Resident& resident, const BareJid& contact, const Subscription& before) {
  const RosterItem* item = of(resident).find(contact);
  if (!item) return Lsn::none;
  Subscription known = before, now = item->subscription;
  known.pending_in = now.pending_in = false;
  return known == now ? write(resident, contact) : save(resident, contact);
}

Lsn RosterModule::write(Resident& resident, const BareJid& contact) {
  Roster& roster = of(resident);
  RosterItem* item = roster.find(contact);
  if (!item) return Lsn::none;
  const Subscription& state = item->subscription;
  if (state.to || state.from || state.pending_out || state.approved) item->listed = true;
  if (!state.pending_in) item->request.clear();
  if (!item->listed && !state.pending_in) {
    roster.remove(contact);
    return forget_item(resident.tenant(), resident.jid(), contact);
  }
  roster.changed(*item);
  mentions_->add(make_mention(resident.tenant(), resident.jid(), contact), contact);
  return store(resident).store(resident.jid().str(), contact.str(), item->encode());
}

Lsn RosterModule::forget_item(const Tenant& tenant, const BareJid& account, const BareJid& contact) {
  context_->map(tenant, "roster").remove(account.str(), contact.str());
  return mentions_->remove(make_mention(tenant, account, contact), contact);
}

Lsn RosterModule::remove(Resident& resident, const BareJid& contact) {
  const Subscription was = of(resident).find(contact)->subscription;
  of(resident).remove(contact);
  const Lsn lsn = forget_item(resident.tenant(), resident.jid(), contact);
  std::string text;
  xml::Writer writer(text);
  writer.open("item").attribute("jid", contact.str()).attribute("subscription", "remove").close();
  push(resident, text);
  if (on_removed) on_removed(resident, contact, was);
  return lsn;
}

Task<void> RosterModule::forget(RosterModule& self, TenantPtr tenant, BareJid account, RemovalPtr removal) {
  const store::MapStore map = self.context_->map(*tenant, "roster");
  const auto entries = co_await map.load(self.context_->loop(), account.str());
  std::vector<BareJid> contacts;
  if (entries) {
    for (const auto& entry : *entries) {
      if (auto contact = BareJid::parse(entry.name)) contacts.push_back(std::move(*contact));
    }
  }
  std::function<void(const BareJid&, const RemovalPtr&)> work = [&self, account](const BareJid& contact,
                                                                                 const RemovalPtr& part) {
    self.context_->tell_gone(contact, account, part);
  };
  const bool told = co_await remove_in_portions(self.context_->loop(), contacts, std::move(work));
  if (!entries || !told) {
    removal->fail();
    co_return;
  }
  map.remove_all(account.str());
  for (const BareJid& contact : contacts) self.mentions_->remove(make_mention(*tenant, account, contact), contact);
  removal->await(self.context_->appended());
}

Task<void> RosterModule::forget_elsewhere(RosterModule& self, BareJid address, RemovalPtr removal) {
  const auto own = self.context_->tenant_at(address.domainpart());
  const auto mentions = co_await self.mentions_->load(self.context_->loop(), address, own);
  if (!mentions) {
    removal->fail();
    co_return;
  }
  std::function<void(const Mention&, const RemovalPtr&)> work = [&self, address](const Mention& each,
                                                                                 const RemovalPtr& part) {
    self.context_->tell_gone(each.by, address, part);
  };
  const bool told = co_await remove_in_portions(self.context_->loop(), *mentions, std::move(work));
  if (told) {
    removal->await(self.mentions_->forget(*mentions, address));
  } else {
    removal->fail();
  }
}

void RosterModule::push(Resident& resident, const std::string& item) {
  if (on_pushed) on_pushed(resident, item);
  const auto& sessions = resident.sessions();
  if (std::none_of(sessions.begin(), sessions.end(), [](const auto& session) { return session->interested; })) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::roster).attribute("ver", of(resident).version()).raw(item).close();
  const Stanza push = Stanza::make(StanzaKind::iq, StanzaType::set, std::move(payload));
  for (const auto& session : resident.sessions()) {
    if (!session->interested) continue;
    Stanza one = push;
    one.id = "push-" + random_token(10);
    one.to = session->jid();
    session->deliver(std::move(one));
  }
}

}  // namespace teahouse
