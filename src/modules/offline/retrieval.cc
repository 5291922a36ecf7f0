#include "modules/offline/retrieval.h"

#include <algorithm>

#include "modules/offline/offline_module.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr const char* note_name = "offline-reads";

Error no_such_message() { return {ErrorKind::item_not_found, "No message of this node waits (any more)."}; }

Error no_such_request() {
  return {
      ErrorKind::bad_request,
      "Ask for items with the action 'view' or for <fetch/> by a get, and for items with the action 'remove' or for "
      "<purge/> by a set; for one of them at a time."};
}

// A node is the name of a row.
std::optional<std::string> read_node(const xml::Element& item) {
  const std::string node(item.attribute("node").value_or(""));
  const auto id = store::parse_archive_id(node);
  return id ? std::optional(node) : std::nullopt;
}

std::string make_items(const std::string& items) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items).attribute("node", ns::offline).raw(items).close();
  return payload;
}

}  // namespace

Retrieval::Retrieval(OfflineModule& queue, ModuleContext& context)
    : queue_(queue),
      context_(context),
      readers_(context.attach_to_sessions<Reader>()),
      lines_(context.attach_to_residents<LinePtr>()) {}

bool Retrieval::is_on(const Resident& resident) const {
  return std::ranges::any_of(resident.sessions(), [this](const auto& session) {
    const Reader* reader = readers_.find(*session);
    return reader && reader->is_on;
  });
}

void Retrieval::go_on(Session& session) const {
  Reader* reader = readers_.find(session);
  if (!reader || !reader->writable) return;
  std::exchange(reader->writable, nullptr)(true);
}

void Retrieval::park(Session& session, SessionNotes& notes) const {
  const Reader* reader = readers_.find(session);
  if (reader && reader->is_on) notes[note_name] = "1";
  go_on(session);
}

void Retrieval::wake(Session& session, const SessionNotes& notes) const {
  if (notes.contains(note_name)) readers_.of(session).is_on = true;
}

void Retrieval::take(const IqRequest& request) {
  if (!request.is_own_account()) {
    return context_.reply_error(request.stanza, {ErrorKind::forbidden, "What waits is for the account itself."});
  }
  Resident& resident = *request.resident;
  readers_.of(*request.session).is_on = true;
  queue_.stop_handing_over(resident);
  LinePtr& line = lines_.of(resident);
  if (!line) line = std::make_shared<Line>();
  if (line->waiting.size() >= waiting_max) {
    return context_.reply_error(request.stanza, {ErrorKind::resource_constraint,
                                                 "50 such requests wait to be answered. Send them one by one."});
  }
  line->waiting.push_back({request.session->number(), request.stanza});
  if (std::exchange(line->runs, true)) return;
  spawn(answer_all(*this, {resident.host()->tenant, resident.jid()}, line));
}

Task<void> Retrieval::answer_all(Retrieval& self, Place place, LinePtr line) {
  while (!line->waiting.empty()) {
    const Asked asked = std::move(line->waiting.front());
    line->waiting.pop_front();
    if (!self.context_.find_session(asked.session)) continue;
    auto answering = self.answer(place, asked);
    const auto answered = co_await answering;
    if (!answered) self.context_.reply_error(asked.request, answered.error());
  }
  line->runs = false;
}

Task<Result<void>> Retrieval::answer(const Place& place, const Asked& asked) {
  const auto payload = asked.request.first_child();
  if (!payload) co_return no_such_request();
  if (payload->ns() == ns::disco_info) {
    tell_number(place, asked);
    co_return Result<void>();
  }
  if (payload->ns() == ns::disco_items) {
    auto telling = tell_headers(place, asked);
    auto told = co_await telling;
    co_return told;
  }
  const bool is_get = asked.request.type == StanzaType::get;
  auto wish = is_get ? read_wish(*payload, "view", "fetch") : read_wish(*payload, "remove", "purge");
  if (!wish) co_return wish.error();
  auto doing = is_get      ? (wish->all ? send_all(place, asked) : send(place, asked, std::move(*wish)))
               : wish->all ? remove_all(place, asked)
                           : remove(place, asked, std::move(*wish));
  auto done = co_await doing;
  co_return done;
}

Result<Retrieval::Wish> Retrieval::read_wish(const xml::Element& offline, std::string_view action,
                                             std::string_view all) {
  Wish wish;
  std::optional<Error> fault;
  offline.for_each_child([&](const xml::Element& child) {
    if (fault) return;
    if (child.is(all, ns::offline)) {
      wish.all = true;
    } else if (child.is("item", ns::offline) && child.attribute("action") == action) {
      auto name = read_node(child);
      if (!name) {
        fault = no_such_message();
      } else if (wish.names.size() >= named_max) {
        fault = Error{ErrorKind::resource_constraint, "A request names at most 100 messages."};
      } else if (std::ranges::find(wish.names, *name) == wish.names.end()) {
        wish.names.push_back(std::move(*name));
      }
    } else {
      fault = no_such_request();
    }
  });
  if (fault) return *fault;
  if (wish.all != wish.names.empty()) return no_such_request();
  return wish;
}

void Retrieval::finish(const Asked& asked, std::string payload, Lsn gate) {
  if (Session* session = context_.find_session(asked.session)) {
    session->deliver(Stanza::make_reply(asked.request, StanzaType::result, std::move(payload)), gate);
  }
}

void Retrieval::tell_number(const Place& place, const Asked& asked) {
  Resident* resident = context_.find_resident(*place.tenant, place.account.str());
  if (!resident) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info).attribute("node", ns::offline);
  writer.open("identity").attribute("category", "automation").attribute("type", "message-list").close();
  writer.open("feature").attribute("var", ns::offline).close();
  DataForm form(DataForm::Type::result, ns::offline);
  form.add("number_of_messages", "", "").values = {std::to_string(queue_.count_free(*resident))};
  form.write(writer);
  writer.close();
  finish(asked, std::move(payload));
}

Task<Result<void>> Retrieval::tell_headers(const Place& place, const Asked& asked) {
  std::string items, after;
  xml::Writer writer(items);
  size_t count = 0;
  while (count < headers_max && items.size() < headers_bytes_max) {
    auto loading = load(place, after);
    const auto entries = co_await loading;
    if (!entries) co_return entries.error();
    if (entries->empty()) break;
    after = entries->back().name;
    for (const auto& entry : *entries) {
      Resident* resident = context_.find_resident(*place.tenant, place.account.str());
      if (!resident) co_return Result<void>();
      const auto message = queue_.read(*resident, entry);
      if (!message || count == headers_max || items.size() >= headers_bytes_max) continue;
      ++count;
      writer.open("item").attribute("jid", place.account.str()).attribute("node", entry.name);
      writer.attribute("name", message->from ? message->from->str() : place.account.str()).close();
    }
  }
  finish(asked, make_items(items));
  co_return Result<void>();
}

Task<Result<Retrieval::Entries>> Retrieval::load(const Place& place, std::string after) {
  for (;;) {
    auto loading = queue_.store(*place.tenant).load(context_.loop(), place.account.str(), offline_portion_bytes, after);
    auto entries = co_await loading;
    if (!entries) co_return entries.error();
    if (entries->empty()) co_return std::move(*entries);
    after = entries->back().name;
    std::erase_if(*entries, [&](const auto& entry) { return queue_.is_held(place.account, entry.name); });
    if (!entries->empty()) co_return std::move(*entries);
  }
}

// None for one that does not wait.
Task<Result<std::optional<std::string>>> Retrieval::load_one(const Place& place, const std::string& name) {
  auto loading = queue_.store(*place.tenant).load_entry(context_.loop(), place.account.str(), name);
  auto value = co_await loading;
  if (value && queue_.is_held(place.account, name)) co_return std::optional<std::string>();
  co_return value;
}

Task<Result<void>> Retrieval::check_there(const Place& place, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    auto loading = load_one(place, name);
    const auto value = co_await loading;
    if (!value) co_return value.error();
    if (!*value) co_return no_such_message();
  }
  co_return Result<void>();
}

// It stays in the queue until it is removed.
void Retrieval::deliver(const Place& place, const Asked& asked, const store::MapStore::Entry& entry) {
  Session* session = context_.find_session(asked.session);
  Resident* resident = context_.find_resident(*place.tenant, place.account.str());
  auto message = session && resident ? queue_.read(*resident, entry) : std::nullopt;
  if (!message) return;
  std::string offline;
  xml::Writer(offline).open("offline", ns::offline).open("item").attribute("node", entry.name).close().close();
  message->stamp(offline);
  session->deliver(std::move(*message));
}

Task<bool> Retrieval::wait_for_space(uint64_t session) {
  Async<bool> waiting(context_.loop(), [this, session](Async<bool>::Done done) {
    Session* there = context_.find_session(session);
    if (!there) return done(false);
    readers_.of(*there).writable = std::move(done);
    there->ask_for_space();
  });
  co_await waiting;
  co_return context_.find_session(session) != nullptr;
}

Task<Result<void>> Retrieval::send(const Place& place, const Asked& asked, Wish wish) {
  auto checking = check_there(place, wish.names);
  const auto there = co_await checking;
  if (!there) co_return there.error();
  size_t bytes = 0;
  for (std::string& name : wish.names) {
    auto loading = load_one(place, name);
    auto value = co_await loading;
    if (!value) co_return value.error();
    if (!*value) continue;
    bytes += (*value)->size();
    deliver(place, asked, {std::move(name), std::move(**value)});
    if (bytes < offline_portion_bytes) continue;
    bytes = 0;
    auto waiting = wait_for_space(asked.session);
    const bool is_there = co_await waiting;
    if (!is_there) co_return Result<void>();
  }
  finish(asked, {});
  co_return Result<void>();
}

Task<Result<void>> Retrieval::send_all(const Place& place, const Asked& asked) {
  std::string after;
  for (;;) {
    auto loading = load(place, after);
    const auto entries = co_await loading;
    if (!entries) co_return entries.error();
    if (entries->empty()) break;
    after = entries->back().name;
    for (const auto& entry : *entries) deliver(place, asked, entry);
    auto waiting = wait_for_space(asked.session);
    const bool is_there = co_await waiting;
    if (!is_there) co_return Result<void>();
  }
  finish(asked, {});
  co_return Result<void>();
}

// All of them go, or none.
Task<Result<void>> Retrieval::remove(const Place& place, const Asked& asked, Wish wish) {
  auto checking = check_there(place, wish.names);
  const auto there = co_await checking;
  if (!there) co_return there.error();
  Lsn gone = Lsn::none;
  for (const std::string& name : wish.names) {
    if (!queue_.is_held(place.account, name)) gone = queue_.drop(*place.tenant, place.account, name);
  }
  finish(asked, {}, gone);
  co_return Result<void>();
}

Task<Result<void>> Retrieval::remove_all(const Place& place, const Asked& asked) {
  std::string after;
  Lsn gone = Lsn::none;
  for (;;) {
    auto loading = load(place, after);
    const auto entries = co_await loading;
    if (!entries) co_return entries.error();
    if (entries->empty()) break;
    after = entries->back().name;
    for (const auto& entry : *entries) gone = queue_.drop(*place.tenant, place.account, entry.name);
  }
  finish(asked, {}, gone);
  co_return Result<void>();
}

}  // namespace teahouse
