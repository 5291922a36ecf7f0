#include "modules/conferences/conferences_module.h"

#include <algorithm>

#include "modules/muc/muc.h"
#include "modules/muc/service.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse {

using conferences::Conference;

namespace {

constexpr std::string_view limits_form = "urn:teahouse:calls:0";  // web/widget/src/calls/group/service.ts reads it

int64_t find_participants_max(const Host& host) {
  const int64_t limit = host.tenant->limits().call_participants;
  return limit == unlimited ? ConferencesModule::participants_max
                            : std::min(limit, ConferencesModule::participants_max);
}

}  // namespace

// To the home of the room.
struct ConferencesModule::AskRoom {
  Entry entry;
  void arrive(Module* module, const HostPtr& host) const {
    if (module && host) static_cast<ConferencesModule*>(module)->answer_as_room(host, entry);
  }
};

// And back, to that of the call.
struct ConferencesModule::RoomSays {
  Entry entry;
  void arrive(Module* module, const HostPtr& host) const {
    if (module && host) static_cast<ConferencesModule*>(module)->enter(host, entry);
  }
};

// From the room to its call.
struct ConferencesModule::RoleChanged {
  BareJid call;
  FullJid who;
  std::string role;
  void arrive(Module* module, const HostPtr&) const {
    if (module) static_cast<ConferencesModule*>(module)->change_role(call, who, role);
  }
};

// From the call to its room: whether there is one, and who is in it (empty: as before); or that an entry is settled.
struct ConferencesModule::CallSays {
  BareJid call, room;
  bool is_on = false, settles = false;
  std::string info = {};
  void arrive(Module* module, const HostPtr& host) const {
    if (module) static_cast<ConferencesModule*>(module)->hear_call(host, *this);
  }
};

const ModuleInfo& ConferencesModule::info() const {
  static const ModuleInfo info{
      .name = "conferences",
      .summary = "Group calls of rooms, by a media engine (Janus) that forwards each participant's streams.",
      .xeps = {{521, "0.1.0", "Jingle Audio/Video Conferences",
                "bound to rooms, whose roles hold; no configuration, as there is nothing to configure"},
               {298, "0.2", "Delivering Conference Information to Jingle Participants (Coin)",
                "conference-info stands inside of a session-info"},
               {338, "1.0.0", "Jingle Grouping Framework", "BUNDLE alone"},
               {339, "1.0.1", "Source-Specific Media Attributes in Jingle", ""}},
      .options = {OptionInfo::number("direct", 5, 0, 5, "people",
                                     "A room's call of so many goes directly between the site's chat windows; one of "
                                     "more is held by the engine. 0: each is.")},
      .metrics = {{"calls", MetricInfo::Kind::gauge, "Group calls that are going on."},
                  {"participants", MetricInfo::Kind::gauge, "People in group calls."},
                  {"joined", MetricInfo::Kind::counter, "Streams with which people have called in."}},
      .is_optional = true};
  return info;
}

void ConferencesModule::attach(ModuleContext& context) {
  context_ = &context;
  joined_ = &context.count_as("joined");
  context.measure("calls", [this] { return static_cast<int64_t>(calls_.size()); });
  context.measure("participants", [this] { return count_participants(); });
}

void ConferencesModule::detach() {
  calls_.clear();
  watched_.clear();
  outgoing_.clear();
  engine_.reset();
}

void ConferencesModule::move_in(std::unique_ptr<conferences::MediaEngine> engine,
                                std::vector<std::string> media_addresses, Module* rooms) {
  rooms_ = rooms;
  engine_ = std::move(engine);
  media_addresses_ = std::move(media_addresses);
  context_->on_service(HostKind::calls, [this](const HostPtr& host, const Stanza& stanza, const TicketPtr&) {
    if (stanza.from && stanza.to) handle(host, stanza);
  });
  context_->on(&Hooks::role_changed, [this](const HostPtr& host, const BareJid& room, const FullJid& session,
                                            const char* role) { hear_role(host, room, session, role); });
  context_->on(&Hooks::tenant_changed, [this](const TenantPtr& tenant) { follow(tenant->id); });
  context_->on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { follow(tenant->id); });
  context_->on(&Hooks::stopping, [this] { end_all("The server stops. Call again in a moment."); });
}

int64_t ConferencesModule::count_participants() const {
  size_t count = 0;
  for (const auto& [address, call] : calls_) count += call.conference->size();
  return static_cast<int64_t>(count);
}

void ConferencesModule::handle(const HostPtr& host, const Stanza& stanza) {
  if (stanza.kind == StanzaKind::iq && stanza.type == StanzaType::error) {
    const auto call = calls_.find(stanza.to->str());
    const auto who = stanza.from->full();
    if (call != calls_.end() && who) call->second.conference->bounce(*who, stanza.id);
    return;
  }
  const auto query = stanza.first_child();
  if (is_request(stanza) && query && stanza.to->is_bare()) {
    const bool is_get = stanza.type == StanzaType::get;
    if (!is_get && query->is("jingle", ns::jingle) && stanza.to->has_localpart()) {
      return handle_jingle(host, stanza, *query);
    }
    if (is_get && query->is("query", ns::disco_info) && !query->attribute("node")) return answer_info(*host, stanza);
    if (is_get && query->is("query", ns::disco_items) && !query->attribute("node")) {
      std::string payload;
      xml::Writer(payload).open("query", ns::disco_items).close();
      return context_->reply(stanza, std::move(payload));
    }
    if (is_get && query->is("ping", ns::ping)) return context_->reply(stanza, {});
  }
  if (!takes_no_error(stanza)) context_->reply_error(stanza, {ErrorKind::service_unavailable, ""});
}

// Every address of the host is one of a call: whether there is such a room is the room's to say.
void ConferencesModule::answer_info(const Host& host, const Stanza& request) const {
  const std::string_view title = host_kind_names()[static_cast<size_t>(HostKind::calls)].title;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info).open("identity");
  writer.attribute("category", "conference").attribute("type", "audio-video").attribute("name", title).close();
  for (const char* feature :
       {ns::disco_info, ns::disco_items, ns::ping, ns::jingle, ns::jingle_rtp, "urn:xmpp:jingle:apps:rtp:audio",
        "urn:xmpp:jingle:apps:rtp:video", ns::jingle_rtp_info, ns::jingle_ice_udp, ns::jingle_dtls, ns::jingle_rtcp_fb,
        ns::jingle_rtp_hdrext, ns::jingle_grouping, ns::jingle_ssma, ns::coin, ns::av_conferences}) {
    writer.open("feature").attribute("var", feature).close();
  }
  DataForm form(DataForm::Type::result, limits_form);
  form.add("direct", {}, {}, std::to_string(context_->option<int64_t>(host, "direct")));
  form.add("participants", {}, {}, std::to_string(find_participants_max(host)));
  form.write(writer);
  writer.close();
  context_->reply(request, std::move(payload));
}

void ConferencesModule::refuse(const Stanza& request, const Error& error) const {
  const auto jingle = request.first_child();
  const bool is_first = jingle && jingle->attribute("action").value_or("") == "session-initiate";
  const char* extra = "";
  if (error.kind == ErrorKind::item_not_found && !is_first)
    extra = "<unknown-session xmlns='urn:xmpp:jingle:errors:1'/>";
  if (error.kind == ErrorKind::unexpected_request) extra = "<out-of-order xmlns='urn:xmpp:jingle:errors:1'/>";
  context_->route(make_error(request, error, extra));
}

void ConferencesModule::handle_jingle(const HostPtr& host, const Stanza& stanza, const xml::Element& jingle) {
  const auto who = stanza.from->full();
  if (!who) return refuse(stanza, {ErrorKind::bad_request, "A call is made by a client, from its full address."});
  if (jingle.attribute("action").value_or("") == "session-initiate") return ask_room(host, stanza);
  const auto call = calls_.find(stanza.to->str());
  const auto done = call == calls_.end() ? Result<void>(ErrorKind::item_not_found, "There is no such session.")
                                         : call->second.conference->handle(*who, jingle);
  if (!done) return refuse(stanza, done.error());
  context_->reply(stanza, {});
}

void ConferencesModule::ask_room(const HostPtr& host, const Stanza& stanza) {
  const auto room = BareJid::make(stanza.to->localpart(), host->tenant->domain_of(HostKind::rooms));
  if (!room) return refuse(stanza, {ErrorKind::item_not_found, "This site has no rooms, and so no group calls."});
  context_->send(host->tenant->id, *room,
                 AskRoom{{stanza.to->bare(), *room, std::make_shared<const Stanza>(stanza), {}, {}}});
}

// From now on the call hears of the room's people, until it has settled the entry and is over: the answer and what
// follows it stay in order.
void ConferencesModule::answer_as_room(const HostPtr& host, Entry entry) {
  muc::Service* service = muc::find_service(rooms_);
  const TenantId tenant = host->tenant->id;
  ++watched_.try_emplace(entry.room.str(), Watched{tenant, entry.call}).first->second.asked;
  if (!service || !service->is_at(*host)) {
    const BareJid call = entry.call;
    return context_->send(tenant, call, RoomSays{std::move(entry)});
  }
  service->with_room(host, entry.room, [this, tenant, entry](const Result<muc::Room*>& room) {
    Entry told = entry;
    const auto session = entry.request->from->full();
    const muc::Occupant* occupant =
        room && *room && !(*room)->destroyed && session ? (*room)->occupants.find_by_session(*session) : nullptr;
    if (occupant) {
      told.occupant = occupant->address.str();
      told.role = muc::to_string(occupant->role);
    }
    context_->send(tenant, entry.call, RoomSays{std::move(told)});
  });
}

void ConferencesModule::enter(const HostPtr& host, const Entry& entry) {
  const Stanza& request = *entry.request;
  const auto joined = try_entry(host, entry);
  context_->send(host->tenant->id, entry.room,
                 CallSays{entry.call, entry.room, calls_.contains(entry.call.str()), true});
  if (!joined) return refuse(request, joined.error());
  ++*joined_;
  context_->reply(request, {});
}

Result<void> ConferencesModule::try_entry(const HostPtr& host, const Entry& entry) {
  const bool is_there = engine_ && host->kind == HostKind::calls && !host->tenant->suspended && context_->is_at(*host);
  const auto jingle = entry.request->child("jingle", ns::jingle);
  if (!is_there || !jingle) return Error{ErrorKind::service_unavailable, ""};
  if (entry.occupant.empty()) {
    return Error{ErrorKind::forbidden, "A call is for those who are in its room. Enter " + entry.room.str() +
                                           " first, with the same client."};
  }
  Conference& conference = *make_call(host, entry.call, entry.room).conference;
  auto joined = conference.join(*entry.request->from->full(), entry.occupant, entry.role != "visitor", *jingle);
  if (!joined && conference.empty()) calls_.erase(entry.call.str());
  return joined;
}

ConferencesModule::Call& ConferencesModule::make_call(const HostPtr& host, const BareJid& address,
                                                      const BareJid& room) {
  const auto there = calls_.find(address.str());
  if (there != calls_.end()) return there->second;
  Conference::Settings settings{address.str(), find_participants_max(*host), media_addresses_};
  Call call{host, address, room, nullptr};
  call.conference = std::make_unique<Conference>(
      *engine_, std::move(settings),
      Conference::Events{[this, address](const FullJid& to, std::string id, std::string payload) {
                           send(address, to, std::move(id), std::move(payload));
                         },
                         [this, address](const std::string& info) { tell_room(calls_.at(address.str()), true, info); },
                         [this, address] { forget_soon(address); }});
  return calls_.emplace(address.str(), std::move(call)).first->second;
}

void ConferencesModule::send(const BareJid& from, const FullJid& to, std::string id, std::string payload) {
  Stanza stanza = Stanza::make(StanzaKind::iq, StanzaType::set, std::move(payload));
  stanza.from = from;
  stanza.to = to;
  stanza.id = std::move(id);
  outgoing_.push_back(std::move(stanza));
  if (outgoing_.size() > 1) return;
  context_->loop().at_turn_end([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    std::vector<Stanza> all = std::move(outgoing_);
    outgoing_.clear();
    for (Stanza& each : all) context_->route(std::move(each));
  });
}

// Its own functions may be running.
void ConferencesModule::forget_soon(const BareJid& address) {
  context_->loop().at_turn_end([this, address, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto call = calls_.find(address.str());
    if (call == calls_.end() || !call->second.conference->empty()) return;
    tell_room(call->second, false, {});
    calls_.erase(call);
  });
}

void ConferencesModule::change_role(const BareJid& address, const FullJid& who, const std::string& role) {
  const auto call = calls_.find(address.str());
  if (call == calls_.end()) return;
  if (role == "none") {
    return call->second.conference->remove(who, "gone", "You are not in the room of this call any more.");
  }
  call->second.conference->set_voice(who, role != "visitor");
}

void ConferencesModule::tell_room(const Call& call, bool is_on, const std::string& info) const {
  context_->send(call.host->tenant->id, call.room, CallSays{call.address, call.room, is_on, false, info});
}

void ConferencesModule::hear_role(const HostPtr& host, const BareJid& room, const FullJid& session, const char* role) {
  const auto watched = watched_.find(room.str());
  if (watched == watched_.end()) return;
  const Watched& call = watched->second;
  context_->send(host->tenant->id, call.call, RoleChanged{call.call, session, role});
  if (!call.is_on || call.info.empty() || std::string_view(role) == "none") return;
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::headline, call.info);
  message.from = call.call;
  message.to = session;
  context_->route(std::move(message));
}

void ConferencesModule::hear_call(const HostPtr& host, const CallSays& said) {
  const auto found = watched_.find(said.room.str());
  if (found == watched_.end()) return;
  Watched& watched = found->second;
  if (said.settles) --watched.asked;
  watched.is_on = said.is_on;
  if (!said.info.empty()) watched.info = said.info;
  if (!said.info.empty() && host) tell_occupants(host, watched, said.room);
  if (!watched.is_on && watched.asked == 0) watched_.erase(found);
}

void ConferencesModule::tell_occupants(const HostPtr& host, const Watched& watched, const BareJid& room) const {
  muc::Service* service = muc::find_service(rooms_);
  if (!service || !service->is_awake(room)) return;
  service->with_room(host, room, [call = watched.call, info = watched.info](const Result<muc::Room*>& found) {
    if (!found || !*found) return;
    const auto recipients = (*found)->occupants.recipients();
    for (const FullJid& each : *recipients) {
      Stanza message = Stanza::make(StanzaKind::message, StanzaType::headline, info);
      message.from = call;
      message.to = each;
      (*found)->traffic()->send(std::move(message));
    }
  });
}

void ConferencesModule::follow(TenantId tenant) {
  for (auto& [address, call] : calls_) {
    if (call.host->tenant->id != tenant) continue;
    const HostPtr now = context_->current(call.host);
    const bool is_there = now && now->kind == HostKind::calls && !now->tenant->suspended && context_->is_at(*now);
    if (!is_there) call.conference->end("gone", "There are no group calls here any more.");
  }
}

void ConferencesModule::end_all(std::string_view text) {
  for (auto& [address, call] : calls_) call.conference->end("gone", text);
}

}  // namespace teahouse
