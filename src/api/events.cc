// The events of a tenant, for a program of its owner that follows them: a page, or where there is nothing yet, a call
// that waits.
#include "events/event_log.h"

#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "base/text.h"
#include "events/event_reader.h"

namespace teahouse::api {
namespace {

constexpr int64_t wait_s_max = 30;

Result<EventKinds> read_kinds(const http::Form& query) {
  const std::string* listed = query.find("kinds");
  if (!listed) return EventKinds::all();
  std::vector<std::string> names(1);
  for (const char c : *listed) {
    if (c == ',') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return EventKinds::parse(names);
}

Result<int64_t> read_wait(const http::Form& query) {
  const std::string* given = query.find("wait_s");
  if (!given) return 0;
  const auto wait_s = parse_decimal<int64_t>(*given);
  if (wait_s && *wait_s >= 0 && *wait_s <= wait_s_max) return *wait_s;
  return Error{ErrorKind::bad_request, "The parameter 'wait_s' must be a number of seconds from 0 to 30."};
}

Result<EventsWanted> read_wanted(const http::Form& query, const ArchiveIds& ids) {
  EventsWanted wanted;
  const auto page = read_page(query);
  if (!page) return page.error();
  wanted.events_max = page->rows;
  const auto kinds = read_kinds(query);
  if (!kinds) return kinds.error();
  wanted.kinds = *kinds;
  const std::string_view after = query.value("after");
  if (after.empty()) return wanted;
  const auto id = ids.parse(after);
  if (!id) {
    return Error{ErrorKind::bad_request,
                 "The parameter 'after' must be the id of an event, or the 'cursor' of an earlier answer."};
  }
  wanted.after = *id;
  return wanted;
}

// Null: too many wait already.
std::shared_ptr<EventPoll> begin_poll(ApiContext& api, const ApiCall& call, EventKinds kinds, int64_t wait_s) {
  const auto poll = api.event_polls.begin();
  const std::weak_ptr<EventPoll> weak = poll;
  const auto end = [weak] {
    if (const auto there = weak.lock()) there->end();
  };
  auto waiter = call.tenant->event_log->add_waiter(api.loop(), kinds, [weak] {
    if (const auto there = weak.lock()) there->tell();
  });
  if (!waiter) return nullptr;
  poll->set(std::move(waiter), api.loop().start_timer(wait_s * 1000, end));
  if (call.responder) call.responder->when_peer_leaves(end);
  return poll;
}

JsonObject show(const ArchiveIds& ids, const EventPage::Entry& entry) {
  const EventType& type = *type_of(entry.event.body);
  JsonObject object = {{"id", ids.show(entry.id)},
                       {"at", format_time(entry.event.at_ms)},
                       {"kind", to_json(to_string(type.kind))},
                       {"type", to_json(type.name)}};
  const auto add = [&](const char* name, const auto& member) {
    if constexpr (std::is_same_v<std::decay_t<decltype(member)>, store::ArchiveId>) {
      object[name] = ids.show(member);
    } else {
      object[name] = member;
    }
  };
  std::visit(
      [&add](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (!std::is_same_v<Body, std::monostate>) Body::each_field(body, add);
      },
      entry.event.body);
  return object;
}

Answer show(const ArchiveIds& ids, const Tenant& tenant, const EventPage& page) {
  JsonArray events;
  for (const EventPage::Entry& entry : page.events) events.push_back(show(ids, entry));
  const bool at_start = page.last == store::ArchiveId::none;
  return make_answer(200, {{"events", std::move(events)},
                           {"cursor", at_start ? std::string() : ids.show(page.last)},
                           {"more", page.more},
                           {"kept", to_json(tenant.events.names())}});
}

}  // namespace

Task<Outcome> list_events(ApiContext& api, ApiCall call) {
  auto wanted = read_wanted(call.query, api.home.archive_ids());
  if (!wanted) co_return wanted.error();
  const auto wait_s = read_wait(call.query);
  if (!wait_s) co_return wait_s.error();
  const std::shared_ptr<EventPoll> poll =
      *wait_s > 0 ? begin_poll(api, call, wanted->kinds, *wait_s) : std::shared_ptr<EventPoll>();
  if (*wait_s > 0 && !poll) {
    co_return refuse_for_now("As many calls wait for events of this site as may at once (" +
                                 std::to_string(event_waiters_max) +
                                 "). Follow them with one program, or ask without "
                                 "'wait_s'.",
                             1);
  }
  while (true) {
    if (poll) poll->begin_look();
    const auto page = co_await read_events(api.loop(), api.shared().data, call.tenant->id, *wanted);
    if (!page) co_return page.error();
    if (!poll || poll->has_ended() || page->more || !page->events.empty()) {
      co_return show(api.home.archive_ids(), *call.tenant, *page);
    }
    wanted->after = page->last;
    co_await EventPoll::wait(api.loop(), poll);
  }
}

}  // namespace teahouse::api
