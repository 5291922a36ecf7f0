#include "modules/private_xml/private_xml_module.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

std::string make_name(const xml::Element& element) {
  return std::string(element.name()) + " " + std::string(element.ns());
}

std::string make_query(std::string_view xml) {
  std::string payload;
  xml::Writer(payload).open("query", ns::private_xml).raw(xml).close();
  return payload;
}

std::string make_empty(const xml::Element& element) {
  std::string empty;
  xml::Writer(empty).open(element.name(), element.ns()).close();
  return empty;
}

Task<void> answer(const ModuleContext& context, store::MapStore elements, std::string account, Stanza request,
                  std::string name, std::string empty) {
  auto row = co_await elements.load_entry(context.loop(), account, name);
  if (!row) {
    context.reply_error(request, row.error());
  } else {
    context.reply(request, make_query(*row ? **row : empty));
  }
}

}  // namespace

const ModuleInfo& PrivateXmlModule::info() const {
  static const ModuleInfo info{
      .name = "private_xml",
      .summary = "What a user's clients keep on the server for each other.",
      .xeps = {{49, "1.2", "Private XML Storage", "a get names one element; no namespace is reserved"}},
      .host_features = {ns::private_xml},
      .is_optional = true};
  return info;
}

void PrivateXmlModule::attach(ModuleContext& context) {
  context_ = &context;
  names_.emplace(context.attach_to_residents<Names>());
  context.on_own_iq(StanzaType::get, "query", ns::private_xml, [this](const IqRequest& iq) { get(iq); });
  context.on_own_iq(StanzaType::set, "query", ns::private_xml, [this](const IqRequest& iq) { set(iq); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    store(*host->tenant).remove_all(jid.str());
  });
}

Result<std::vector<PrivateXmlModule::Item>> PrivateXmlModule::read(const xml::Element& query) {
  std::vector<Item> items;
  std::optional<Error> fault;
  query.for_each_child([&](const xml::Element& child) {
    Item item{make_name(child), {}};
    xml::write(item.xml, child, ns::private_xml);
    if (child.ns() == ns::private_xml || child.ns().empty()) {
      fault = Error{ErrorKind::bad_request, "An element that is to be kept needs a namespace of its own."};
    } else if (item.name.size() > name_bytes_max || item.xml.size() > element_bytes_max) {
      fault = Error{ErrorKind::policy_violation, "An element that is to be kept has at most 64 KiB, its name 1 KiB."};
    }
    items.push_back(std::move(item));
  });
  if (fault) return *fault;
  if (items.empty()) return {ErrorKind::bad_request, "Name an element: a child of the query, in its namespace."};
  return items;
}

// An element of another module comes alone.
bool PrivateXmlModule::serve(const IqRequest& request) const {
  std::optional<decltype(servers)::const_iterator> found;
  request.query.for_each_child([&](const xml::Element& child) {
    const auto server = servers.find(make_name(child));
    if (server != servers.end()) found = server;
  });
  if (!found) return false;
  if (request.query.child_count() == 1) return (*found)->second(request);
  context_->reply_error(request.stanza, {ErrorKind::bad_request, "Store and ask for " + (*found)->first + " alone."});
  return true;
}

// A get is answered with what was set before it.
void PrivateXmlModule::get(const IqRequest& request) {
  if (serve(request)) return;
  const auto items = read(request.query);
  if (!items) return context_->reply_error(request.stanza, items.error());
  if (items->size() > 1) {
    return context_->reply_error(request.stanza, {ErrorKind::bad_request, "Ask for one element at a time."});
  }
  const Resident& resident = *request.resident;
  auto look = [this, elements = store(resident.tenant()), account = resident.jid().str(), stanza = request.stanza,
               name = items->front().name, empty = make_empty(*request.query.first_child())] {
    spawn(answer(*context_, elements, account, stanza, name, empty));
  };
  Names* names = names_->find(*request.resident);
  if (names && names->state == Names::State::loading) {
    names->waiting.push_back(std::move(look));
  } else {
    look();
  }
}

void PrivateXmlModule::set(const IqRequest& request) {
  if (serve(request)) return;
  auto items = read(request.query);
  if (!items) return context_->reply_error(request.stanza, items.error());
  const auto session = request.session ? std::optional(request.session->number()) : std::nullopt;
  change(*request.resident, {session, request.stanza, std::move(*items), request.ticket});
}

void PrivateXmlModule::change(Resident& resident, Change change) {
  Names& names = names_->of(resident);
  switch (names.state) {
    case Names::State::known: return keep(resident, change);
    case Names::State::loading:
      names.waiting.push_back([this, tenant = resident.host()->tenant, account = resident.jid(), change] {
        if (Resident* there = context_->find_resident(*tenant, account.str())) this->change(*there, change);
      });
      return;
    case Names::State::unknown:
      names.state = Names::State::loading;
      spawn(load_names(*this, resident.host()->tenant, resident.jid(), std::move(change)));
  }
}

Task<void> PrivateXmlModule::load_names(PrivateXmlModule& self, TenantPtr tenant, BareJid account, Change change) {
  const ModuleContext& context = *self.context_;
  const auto rows = co_await self.store(*tenant).load(context.loop(), account.str());
  Resident* resident = context.find_resident(*tenant, account.str());
  if (!resident) co_return;
  Names& names = self.names_->of(*resident);
  names.state = rows ? Names::State::known : Names::State::unknown;
  if (rows) {
    for (const auto& row : *rows) names.names.insert(row.name);
    self.keep(*resident, change);
  } else {
    context.reply_error(change.request, rows.error());
  }
  for (const auto& work : std::exchange(names.waiting, {})) work();
}

void PrivateXmlModule::keep(Resident& resident, const Change& change) {
  if (const auto may = context_->disk().check_addition(); !may) {
    return context_->reply_error(change.request, may.error());
  }
  Names& names = names_->of(resident);
  std::set<std::string> added;
  for (const Item& item : change.items) {
    if (!names.names.contains(item.name)) added.insert(item.name);
  }
  if (names.names.size() + added.size() > elements_max) {
    return context_->reply_error(change.request, {ErrorKind::resource_constraint,
                                                  "An account keeps at most 100 elements. Store over an old one."});
  }
  names.names.merge(added);
  Lsn lsn = Lsn::none;
  for (const Item& item : change.items) {
    lsn = store(resident.tenant()).store(resident.jid().str(), item.name, item.xml);
  }
  await(change.ticket, lsn);
  Stanza done = Stanza::make_reply(change.request, StanzaType::result, {});
  if (!change.session) {
    context_->when_committed(lsn, [this, done = std::move(done)]() mutable { context_->route(std::move(done)); });
  } else if (Session* asking = context_->find_session(*change.session)) {
    asking->deliver(std::move(done), lsn);
  }
}

}  // namespace teahouse
