#include "modules/push/push_module.h"

#include "account/accounts.h"
#include "account/user_id.h"
#include "base/text.h"
#include "server/occupant_id.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

using push::Notice;

constexpr size_t nicks_max = 50;  // rooms that a session's nicks are known of
constexpr size_t name_bytes_max = 200;
constexpr std::string_view kind_names[] = {"message", "mention", "call"};
constexpr char many[] = "";  // the conversation of all that are too many to be told apart

bool is_disabled(const Tenant& tenant, const BareJid& account) { return tenant.disabled->has(account.localpart()); }

bool has_stream(const Session& session) { return session.stream() != nullptr; }

// As the HTTP API names the other side, for the page that is opened.
std::string make_party(const Tenant& tenant, const Jid& from) {
  if (!from.has_localpart()) return from.domainpart() == tenant.domain() ? "site" : from.str();
  if (from.domainpart() == tenant.domain()) return "user:" + user_id_at(tenant, from.localpart());
  const bool is_room = !from.is_full() && from.domainpart() == tenant.domain_of(HostKind::rooms);
  return is_room ? "room:" + user_id_of(from.localpart()) : from.str();
}

// Of what was said, for a device whose user wants to see that.
std::string find_name(const Tenant& tenant, const Notice& notice) {
  if (!notice.nick.empty()) return std::string(cut(notice.nick, name_bytes_max));
  if (notice.from.domainpart() != tenant.domain()) return std::string(notice.from.bare_view());
  return notice.from.has_localpart() ? user_id_at(tenant, notice.from.localpart()) : tenant.title;
}

}  // namespace

const ModuleInfo& PushModule::info() const {
  static const ModuleInfo info{
      .name = "push",
      .summary =
          "Phones and pages that sleep are woken by Web Push, or by the push services of their apps, when "
          "a message comes.",
      .xeps =
          {{353, "0.8.0", "Jingle Message Initiation",
            "the server's part: a proposal wakes devices at once; copies, archives and the queue are their modules'"},
           {357, "0.4.1", "Push Notifications", "no additional elements; this server is no push service itself"}},
      .account_features = {push::ns, push::services_ns},
      .options = {OptionInfo::number("devices", devices_max, 1, 50, "devices", "How many devices an account may have."),
                  OptionInfo::number("services", push::Services::services_max, 1, 50, "push services",
                                     "How many push services (XEP-0357) the apps of an account may have enabled; "
                                     "another one takes the place of the oldest."),
                  OptionInfo::duration("wait", 10, 0, 300,
                                       "How long a client whose connection broke is given to come back before its "
                                       "user's devices are woken.")},
      .metrics = {{"accepted", MetricInfo::Kind::counter, "Pushes that a push service has taken."},
                  {"failed", MetricInfo::Kind::counter, "Pushes that no push service took."},
                  {"gone", MetricInfo::Kind::counter, "Subscriptions that their push services have ended."}},
      .needs = {"roster"},
      .is_optional = true};
  return info;
}

void PushModule::attach(ModuleContext& context) {
  context_ = &context;
  accepted_ = &context.count_as("accepted");
  failed_ = &context.count_as("failed");
  gone_ = &context.count_as("gone");
  states_.emplace(context.attach_to_residents<State>());
  nicks_.emplace(context.attach_to_sessions<Nicks>());
  services_.attach(context, {accepted_, failed_, gone_});
  add_hooks(context);
  add_requests(context);
}

void PushModule::add_hooks(ModuleContext& context) {
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on_inbound(InboundPhase::keep, StanzaKind::message, [this](Inbound& inbound) {
    consider(inbound, 0);
    return Flow::go_on;
  });
  context.on_inbound(InboundPhase::hold, StanzaKind::message, [this](Inbound& inbound) {
    consider(inbound, context_->option<int64_t>(*inbound.resident.host(), "wait") * 1000);
    return Flow::go_on;
  });
  context.on_inbound(InboundPhase::archive, StanzaKind::message, [this](Inbound& inbound) {
    if (inbound.stanza.from) note_settled(inbound.resident, inbound.stanza, inbound.stanza.from->bare_view());
    return Flow::go_on;
  });
  context.on_outbound(OutboundPhase::archive, StanzaKind::message, [this](Outbound& outbound) {
    note_read(outbound);
    if (outbound.stanza.to) note_settled(outbound.resident, outbound.stanza, outbound.stanza.to->bare_view());
    return Flow::go_on;
  });
  context.on_outbound(OutboundPhase::archive, StanzaKind::presence, [this](Outbound& outbound) {
    note_nick(outbound);
    return Flow::go_on;
  });
  context.on(&Hooks::session_available, [this](Session& session, bool) { drop_all(session.resident()); });
  context.on(&Hooks::session_resumed, [this](Session& session) { drop_all(session.resident()); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    store(*host->tenant).remove_all(jid.str());
    if (house_) house_->sender.cancel_all(host->tenant->id, jid.str());
  });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) {
    if (!house_) return;
    house_->sender.forget(tenant->id);
    house_->keys.forget(tenant->id);
  });
}

Task<Result<void>> PushModule::load(PushModule& self, Resident& resident) {
  const auto rows = co_await self.store(resident.tenant()).load(self.context_->loop(), resident.jid().str());
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    auto device = push::read_device(row.name, row.value);
    if (device) self.states_->of(resident).devices.push_back(std::move(*device));
  }
  co_return Result<void>();
}

// Of a tenant that has devices, or accounts with push services: by which name rooms know the session.
void PushModule::note_nick(const Outbound& outbound) {
  const Stanza& presence = outbound.stanza;
  if (!presence.to || !presence.to->is_full() || presence.type != StanzaType::none || !outbound.session) return;
  if (context_->kind_of(presence.to->domainpart()) != HostKind::rooms) return;
  const TenantId tenant = outbound.resident.tenant().id;
  if (!services_.are_used_at(tenant) && (!house_ || !house_->keys.find(tenant))) return;
  auto& of_room = nicks_->of(*outbound.session).of_room;
  if (of_room.size() >= nicks_max) of_room.clear();
  of_room[std::string(presence.to->bare_view())] = std::string(presence.to->resourcepart());
}

// The account answers, or has read: on the sending session, or elsewhere by the API.
void PushModule::note_read(const Outbound& outbound) {
  State* state = states_->find(outbound.resident);
  if (!state || state->unseen.empty() || !outbound.stanza.to) return;
  const Stanza& message = outbound.stanza;
  if (!message.child("displayed", ns::chat_markers) && !message.child("body", ns::client)) return;
  for (const std::string_view address : {message.to->bare_view(), std::string_view(message.to->str())}) {
    const auto found = state->unseen.find(address);
    if (found != state->unseen.end()) drop(outbound.resident, *state, found);
  }
}

// The caller gives up, or the account takes or refuses the call, on whatever session.
void PushModule::note_settled(Resident& resident, const Stanza& message, std::string_view other) {
  State* state = states_->find(resident);
  if (!state || state->unseen.empty()) return;
  const std::string_view id = push::find_settled_call(message);
  if (id.empty()) return;
  const auto found = state->unseen.find(std::string(push::call_prefix).append(other));
  if (found == state->unseen.end() || found->second.newest->call_id != id) return;
  found->second.count = 0;
  found->second.timer.stop();
  cancel(resident, *state, found->first);
}

// A message with a row was considered in the hold phase; now its session has ended.
void PushModule::consider(Inbound& inbound, int64_t wait_ms) {
  if (is_disabled(inbound.resident.tenant(), inbound.resident.jid())) return;
  const State* known = states_->find(inbound.resident);
  if ((!known || known->devices.empty()) && !services_.has_any(inbound.resident)) return;
  if (inbound.delivery && inbound.delivery->row) return;
  for (const auto& [session, delivery] : inbound.copied_to) {
    if (has_stream(*session)) return;
  }
  auto notice = find_notice(inbound);
  const bool is_call = notice && notice->kind == push::NoticeKind::call;
  if (!notice || (is_call && inbound.is_late)) return;  // nobody calls any more
  remember(inbound.resident, states_->of(inbound.resident), std::move(*notice), is_call ? 0 : wait_ms);
}

std::optional<Notice> PushModule::find_notice(const Inbound& inbound) const {
  const Stanza& message = inbound.stanza;
  const std::string& account = inbound.resident.jid().str();
  if (!message.from) return std::nullopt;
  if (message.type != StanzaType::groupchat) {
    if (auto call = push::find_call(message, account)) return call;
    return push::find_message(message, account, context_->kind_of(message.from->domainpart()) == HostKind::rooms);
  }
  Session* session = inbound.resident.find_session(message.to->resourcepart());
  const Nicks* nicks = session ? nicks_->find(*session) : nullptr;
  std::string_view nick;
  if (nicks) {
    const auto found = nicks->of_room.find(message.from->bare_view());
    if (found != nicks->of_room.end()) nick = found->second;
  }
  // Rooms of other tenants have secrets of their own, by which they name the account.
  const Tenant& tenant = inbound.resident.tenant();
  std::string occupant_id;
  if (message.child("mention", teahouse::ns::mentions) && context_->find_host(tenant, message.from->domainpart())) {
    occupant_id = make_occupant_id(tenant, message.from->bare(), account, inbound.resident.incarnation());
  }
  return push::find_mention(message, account, nick, occupant_id);
}

void PushModule::remember(Resident& resident, State& state, Notice notice, int64_t wait_ms) {
  if (!state.unseen.contains(notice.conversation) && state.unseen.size() >= conversations_max) {
    notice.conversation = many;
  }
  Conversation& conversation = state.unseen[notice.conversation];
  const std::string name = notice.conversation;
  conversation.newest = std::move(notice);
  ++conversation.count;
  if (conversation.timer.running()) return;
  const int64_t now_ms = context_->clock().monotonic_ms();
  const int64_t pause_ms = conversation.newest->kind == push::NoticeKind::call ? call_again_ms : again_ms;
  const int64_t next_ms = conversation.pushed_ms == 0 ? 0 : conversation.pushed_ms + pause_ms;
  const int64_t due_ms = std::max(now_ms + wait_ms, next_ms);
  resident.stay_until(due_ms + commit_ms_max);
  if (due_ms <= now_ms) {
    conversation.pushed_ms = now_ms;
    return begin(resident.host(), resident.jid(), name);
  }
  conversation.timer = context_->loop().start_timer(
      due_ms - now_ms, [this, host = resident.host(), account = resident.jid(), name] { begin(host, account, name); });
}

void PushModule::begin(const HostPtr& host, const BareJid& account, const std::string& conversation) {
  context_->when_committed(context_->appended(),
                           [this, host, account, conversation] { spawn(push(*this, host, account, conversation)); });
}

// Of a call that is settled nothing waits.
bool PushModule::is_waited_for(const State* state, const std::string& conversation) {
  const auto found = state ? state->unseen.find(conversation) : TextMap<Conversation>::const_iterator();
  return state && found != state->unseen.end() && found->second.count > 0;
}

Task<void> PushModule::push(PushModule& self, HostPtr host, BareJid account, std::string name) {
  Resident* resident = self.context_->find_resident(*host->tenant, account.str());
  State* state = resident ? self.states_->find(*resident) : nullptr;
  if (!is_waited_for(state, name) || is_disabled(*host->tenant, account)) co_return;
  const Tenant& tenant = *host->tenant;
  Notice notice = *state->unseen.at(name).newest;
  const bool shows =
      std::any_of(state->devices.begin(), state->devices.end(), [](const push::Device& d) { return d.shows_text; });
  const bool is_of_house = notice.from.has_localpart() && notice.from.domainpart() == tenant.domain();
  if (shows && is_of_house) {
    auto finding =
        self.context_->accounts().find(self.context_->loop(), host->tenant, std::string(notice.from.localpart()));
    const auto sender = co_await finding;
    notice.nick = sender ? sender->name : std::string();  // whatever name the message gives: others have it too
    resident = self.context_->find_resident(tenant, account.str());
    state = resident ? self.states_->find(*resident) : nullptr;
    if (!is_waited_for(state, name)) co_return;
  }
  Conversation& conversation = state->unseen.at(name);
  conversation.pushed_ms = self.context_->clock().monotonic_ms();
  const auto with = name == many ? Result<Jid>(Jid(account)) : Jid::parse(push::address_of(name));
  for (const push::Device& device : state->devices) {
    push::Shown shown;
    shown.kind = kind_names[name == many ? 0 : static_cast<size_t>(notice.kind)];
    shown.tag = push::make_topic(device, name);
    shown.count = conversation.count;
    if (name != many && with) shown.with = make_party(tenant, *with);
    shown.site = tenant.title;
    if (device.shows_text && name != many) {
      shown.name = find_name(tenant, notice);
      shown.text = notice.text;
    }
    webpush::Push made = make_push(tenant, account, device);
    made.topic = shown.tag;
    made.ttl_s = notice.kind == push::NoticeKind::call ? call_ttl_s : ttl_s;
    if (notice.kind == push::NoticeKind::call) made.urgency = webpush::Urgency::high;
    made.text = push::make_json(shown);
    self.send(host->tenant, account, device, std::move(made));
  }
  self.services_.wake(*resident, summarize(*state, notice));
}

push::Summary PushModule::summarize(const State& state, const Notice& notice) {
  push::Summary summary{0, 0, notice.from.str(), notice.text};
  for (const auto& [name, conversation] : state.unseen) {
    if (conversation.newest->kind != push::NoticeKind::call) summary.messages += conversation.count;
  }
  return summary;
}

void PushModule::send(const TenantPtr& tenant, const BareJid& account, const push::Device& device, webpush::Push made) {
  made.key = house_ ? house_->keys.find(tenant->id) : nullptr;
  if (!made.key) return;
  tenant->meter->usage.add(Used::pushes);
  house_->sender.send(std::move(made), [this, tenant, account, id = device.id](const webpush::Outcome& outcome) {
    note_outcome(tenant, account, id, outcome);
  });
}

void PushModule::note_outcome(const TenantPtr& tenant, const BareJid& account, const std::string& id,
                              const webpush::Outcome& outcome) {
  using Kind = webpush::Outcome::Kind;
  if (outcome.kind == Kind::replaced || outcome.kind == Kind::cancelled) return;
  *accepted_ += outcome.kind == Kind::accepted;
  *gone_ += outcome.kind == Kind::gone;
  *failed_ += outcome.kind != Kind::accepted && outcome.kind != Kind::gone;
  if (outcome.kind == Kind::gone) store(*tenant).remove(account.str(), id);
  Resident* resident = context_->find_resident(*tenant, account.str());
  State* state = resident ? states_->find(*resident) : nullptr;
  if (!state) return;
  if (outcome.kind == Kind::gone) {
    std::erase_if(state->devices, [&id](const push::Device& device) { return device.id == id; });
    return;
  }
  for (push::Device& device : state->devices) {
    if (device.id != id) continue;
    device.last_ms = context_->clock().wall_ms();
    device.last = outcome;
  }
}

void PushModule::drop(Resident& resident, State& state, TextMap<Conversation>::iterator conversation) {
  const std::string name = conversation->first;
  state.unseen.erase(conversation);
  if (state.unseen.empty()) services_.cancel(resident);
  cancel(resident, state, name);
}

void PushModule::cancel(Resident& resident, const State& state, const std::string& conversation) {
  if (!house_) return;
  const std::vector<push::Device> devices = state.devices;  // cancel() may tell of one that is gone
  for (const push::Device& device : devices) {
    house_->sender.cancel(resident.tenant().id, device.subscription.endpoint, push::make_topic(device, conversation));
  }
}

void PushModule::drop_all(Resident& resident) {
  services_.cancel(resident);
  State* state = states_->find(resident);
  if (!state) return;
  while (!state->unseen.empty()) drop(resident, *state, state->unseen.begin());
}

}  // namespace teahouse
