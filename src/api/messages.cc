// Sending. An answer of 2xx comes after the message is on disk: a CommitTicket follows it through every home that
// writes it, and then its last write is waited for. A message that its recipient does not have, nor will, is answered
// with the reason that its DeliveryOutcome has.
#include "api/archive_rows.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "base/random.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::api {
namespace {

constexpr int64_t tags_bytes = 1024;  // of a stanza, beside its text

struct Draft {
  std::optional<Account> from;  // none: the site itself
  Party to;
  std::string text;
  std::string id;  // of the message
};

std::string make_body(const std::string& text) {
  std::string payload;
  xml::Writer(payload).leaf("body", text);
  return payload;
}

// Between two it may be marked as displayed (XEP-0333), or nobody would ever learn that it was read.
std::string make_chat_body(const std::string& text) {
  std::string payload = make_body(text);
  xml::Writer(payload).open("markable", ns::chat_markers).close();
  return payload;
}

Result<void> check_size(const Tenant& tenant, const std::string& text) {
  std::string escaped;
  xml::append_escaped(escaped, text);
  const int64_t limit = tenant.limits().stanza_bytes;
  if (limit < 0 || static_cast<int64_t>(escaped.size()) + tags_bytes <= limit) return {};
  return Error{ErrorKind::policy_violation, "The field 'text' is too long: this site's plan allows messages of " +
                                                std::to_string(limit - tags_bytes) + " bytes."};
}

// A message from an account goes out on its home and through all phases, so that its own archive and devices have it
// too. An earlier try may have come as far as its archive (`is_archived`), and not to the recipient's: then only the
// rest of the way is gone.
struct UserMessage {
  Stanza message;
  bool is_archived;
  TicketPtr ticket;
  void arrive(Home& here) {
    const BareJid from = message.from->bare();
    here.residents().with(from, [&here, sent = std::move(*this)](Result<Resident*> resident) mutable {
      if (!resident) return;
      sent.message.incarnation = (*resident)->incarnation();
      if (sent.is_archived) return here.router().route(std::move(sent.message), sent.ticket);
      here.router().send_as(**resident, std::move(sent.message), sent.ticket);
    });
  }
};

// A message from the site itself goes straight to the recipient's home.
Task<DeliveryOutcome> send_chat(ApiContext& api, TenantPtr tenant, std::optional<BareJid> from, BareJid to,
                                std::string id, std::string text, bool is_archived) {
  Async<DeliveryOutcome> sent(
      api.loop(), [&api, tenant, from, to, id, text, is_archived](Async<DeliveryOutcome>::Done done) {
        std::string payload = make_chat_body(text);
        if (!from) xml::Writer(payload).leaf("nick", tenant->title, ns::nick);
        Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, std::move(payload));
        message.from = from ? *from : BareJid::make({}, tenant->domain()).value();
        message.to = to;
        message.id = id;
        const auto ticket = std::make_shared<CallbackTicket>(done);
        const Homes& homes = api.shared().homes;
        if (!from) return api.home.router().route(std::move(message), ticket);
        homes.send(homes.place_of(from->str()), UserMessage{std::move(message), is_archived, ticket});
      });
  co_return co_await sent;
}

// The query for a message by its id, which an earlier try wrote that did not live to answer. It came after the call was
// begun, and no more than a day before that by a clock that was put back since.
store::ArchiveQuery make_id_query(const std::string& id, int64_t begun_ms) {
  constexpr int64_t day_ms = 24LL * 3600 * 1000;
  store::ArchiveQuery query;
  query.start_ms = begun_ms - day_ms;
  query.matches = [id](std::string_view bytes) { return bytes.find(id) != bytes.npos; };
  query.backwards = true;
  query.counted = false;
  query.rows_max = 1;
  return query;
}

// Why the recipient has it not, nor will. A user does not learn that another has blocked them, as over XMPP; their site
// does. By then it stands in its sender's archive.
std::optional<Outcome> find_refusal(const ApiCall& call, const DeliveryOutcome& outcome) {
  if (outcome.is_kept()) return std::nullopt;
  const auto& refusal = outcome.refusal;
  const bool is_blocked = refusal && refusal->kind == ErrorKind::forbidden;
  if (is_blocked && !call.by.user) return Refusal{403, to_string(refusal->kind), refusal->text, 0, true};
  if (!is_blocked && refusal && !refusal->text.empty()) return *refusal;
  return Error{ErrorKind::service_unavailable, "The message was not taken: nothing kept it. Try again later."};
}

Outcome make_sent(const std::string& id, const std::string& to) {
  return make_answer(201, {{"id", id}, {"to", to}}, id);
}

Task<Outcome> send_to_user(ApiContext& api, ApiCall call, Draft draft) {
  const TenantPtr tenant = call.tenant;
  const auto to = party_jid(*tenant, draft.to);
  if (!to) co_return to.error();
  const std::optional<BareJid> from =
      draft.from ? std::optional(account_jid(*tenant, draft.from->localpart)) : std::nullopt;
  bool is_archived = false;  // at its sender
  if (call.may_be_done) {
    const auto archive = api.shared().data.archive(tenant->id, account_archive);
    const store::ArchiveQuery query = make_id_query(draft.id, call.begun_ms);
    const auto page = co_await archive.page(api.loop(), to->str(), query);
    if (!page) co_return page.error();
    if (!page->rows.empty()) co_return make_sent(draft.id, "user:" + user_id_at(*tenant, to->localpart()));
    if (from) {
      const auto sent = co_await archive.page(api.loop(), from->str(), query);
      if (!sent) co_return sent.error();
      is_archived = !sent->rows.empty();
    }
  }
  const auto recipient = co_await load_or_make_user(api, call, draft.to.id);
  if (!recipient) co_return recipient.error();
  const BareJid there =
      account_jid(*tenant, recipient->localpart);  // `to` is where they would be if nobody was like them
  auto sending = send_chat(api, tenant, from, there, draft.id, draft.text, is_archived);
  const DeliveryOutcome outcome = co_await sending;
  if (auto refusal = find_refusal(call, outcome)) co_return std::move(*refusal);
  const auto stored = co_await api.shared().data.wait(api.loop(), outcome.stored);
  if (!stored) co_return stored.error();
  co_return make_sent(draft.id, "user:" + user_id_at(*tenant, there.localpart()));
}

// As by a user's token: a user who may not speak in the room by its rules may not speak through the API either.
Result<void> check_may_speak(const ApiCall& call, const RoomInfo& room) {
  const auto checked = check_not_banned(call, room);
  if (!checked) return checked;
  if (is_member(call, room) || (!room.members_only && !room.moderated)) return {};
  return Error{ErrorKind::forbidden, "Only members may speak in the room '" + room.id + "'."};
}

Task<Outcome> send_to_room(ApiContext& api, ApiCall call, Draft draft) {
  if (call.by.user) {
    const auto room = co_await api.rooms.find(api.loop(), call.tenant, draft.to.id);
    const bool opens = !room && room.error().kind == ErrorKind::item_not_found && draft.to.id == lobby_room;
    if (!room && !opens) co_return room.error();
    const auto may = room ? check_may_speak(call, *room) : Result<void>();
    if (!may) co_return may.error();
  }
  const std::string told_to = "room:" + draft.to.id;
  const auto shown = [&api](store::ArchiveId id) { return api.home.archive_ids().show(id); };
  if (call.may_be_done) {
    const auto page =
        co_await api.rooms.messages(api.loop(), call.tenant, draft.to.id, make_id_query(draft.id, call.begun_ms));
    if (!page && page.error().kind != ErrorKind::item_not_found) co_return page.error();
    if (page && !page->rows.empty()) co_return make_sent(shown(page->rows.front().id), told_to);
  }
  std::string name = call.tenant->title;
  if (draft.from) name = draft.from->name.empty() ? user_id_at(*call.tenant, draft.from->localpart) : draft.from->name;
  Rooms::Speech speech{std::move(name), draft.from ? user_id_of(draft.from->localpart) : std::string(),
                       make_body(draft.text), draft.id, draft.from ? draft.from->incarnation : 0};
  const auto said = co_await api.rooms.say(api.loop(), call.tenant, draft.to.id, std::move(speech));
  if (!said) co_return said.error();
  co_return make_sent(shown(*said), told_to);
}

// The id of the user who speaks; empty for the site itself.
Result<std::string> read_speaker(const ApiCall& call, const std::optional<std::string>& from) {
  if (!from) return call.by.user ? call.by.user->user_id : std::string();
  const auto party = parse_party("from", *from);
  if (!party) return party.error();
  if (party->kind == Party::Kind::site && !call.by.user) return std::string();
  if (party->kind == Party::Kind::user) {
    const auto localpart = read_own_user(call, party->id);
    return localpart ? Result<std::string>(party->id) : Result<std::string>(localpart.error());
  }
  return Error{ErrorKind::bad_request,
               "The field 'from' must be \"user:\" and your site's id of the user, or left out."};
}

}  // namespace

Task<Outcome> send_message(ApiContext& api, ApiCall call) {
  Draft draft;
  draft.id = call.effect_id.empty() ? random_token(22) : call.effect_id;
  const auto to = call.fields.text("to");
  draft.text = call.fields.text("text");
  const auto from = call.fields.optional_text("from");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto party = parse_party("to", to);
  if (!party) co_return party.error();
  if (party->kind != Party::Kind::user && party->kind != Party::Kind::room) {
    co_return Error{ErrorKind::bad_request, "The field 'to' must be \"user:\" and an id, or \"room:\" and a name."};
  }
  draft.to = *party;
  if (const auto fits = check_size(*call.tenant, draft.text); !fits) co_return fits.error();
  const auto speaker = read_speaker(call, from);
  if (!speaker) co_return speaker.error();
  if (!speaker->empty()) {
    auto account = co_await load_or_make_user(api, call, *speaker);
    if (!account) co_return account.error();
    draft.from = std::move(*account);
  }
  const TenantPtr tenant = call.tenant;
  auto outcome = party->kind == Party::Kind::room ? send_to_room(api, std::move(call), std::move(draft))
                                                  : send_to_user(api, std::move(call), std::move(draft));
  auto sent = co_await outcome;
  if (sent.good()) {
    tenant->meter->messages.fetch_add(1, std::memory_order_relaxed);
    tenant->meter->usage.add(Used::messages);
  }
  co_return sent;
}

}  // namespace teahouse::api
