// Items read: all, the last ones, some by their ids, or a page of them (XEP-0059). Pages go by the order in which the
// items were published, the oldest first; an answer that would grow too long holds the newest of what was asked for,
// and tells by its <set/> that there are more.
#include <algorithm>

#include "base/log.h"
#include "modules/pubsub/notify.h"
#include "modules/pubsub/request.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"
#include "xmpp/rsm.h"

namespace teahouse::pubsub {
namespace {

constexpr int64_t answer_overhead_bytes = 300;  // of an answer, and of an item in it, beside the payload: about

struct Page {
  std::vector<std::pair<uint64_t, Item>> items;
  size_t first_index = 0, count = 0;
  bool tells_set = false;
};

Error no_such_item() { return {ErrorKind::item_not_found, "There is no such item."}; }

// Those of the ids that are there.
Result<Page> find_by_id(const Node& node, const xml::Element& items) {
  Page page;
  int64_t bytes = 0;
  for (auto child = items.first_child(); child; child = child->next_sibling()) {
    if (!child->is("item", ns::pubsub)) continue;
    const auto number = node.items.find(child->attribute("id").value_or(""));
    if (!number) continue;
    const Item& item = node.items.all().at(*number);
    bytes += item.bytes;
    const bool is_there =
        std::any_of(page.items.begin(), page.items.end(), [&](const auto& each) { return each.first == *number; });
    if (is_there || (!page.items.empty() && bytes > static_cast<int64_t>(answer_bytes))) continue;
    page.items.emplace_back(*number, item);
  }
  if (page.items.empty()) return no_such_item();
  return page;
}

// The part of the list, from `begin` up to `end`, that the <set/> asks for.
Result<std::pair<size_t, size_t>> find_bounds(const ItemList& items, const RsmRequest& rsm) {
  size_t begin = 0, end = items.size();
  const auto place_of = [&](const std::string& id) -> std::optional<size_t> {
    const auto number = items.find(id);
    if (!number) return std::nullopt;
    return static_cast<size_t>(std::distance(items.all().begin(), items.all().find(*number)));
  };
  if (rsm.after && !rsm.after->empty()) {
    const auto place = place_of(*rsm.after);
    if (!place) return no_such_item();
    begin = *place + 1;
  }
  if (rsm.before && !rsm.before->empty()) {
    const auto place = place_of(*rsm.before);
    if (!place) return no_such_item();
    end = *place;
  }
  if (rsm.index) begin = std::max(begin, std::min(*rsm.index, end));
  return std::pair(std::min(begin, end), end);
}

// Cuts what is beyond the number of items, and beyond the bytes of an answer, off the end that is not asked for.
void fit(Page& page, size_t most, bool keeps_newest) {
  size_t kept = 0;
  int64_t bytes = 0;
  while (kept < std::min(most, page.items.size())) {
    const auto& next = keeps_newest ? page.items[page.items.size() - 1 - kept] : page.items[kept];
    bytes += next.second.bytes;
    if (kept > 0 && bytes > static_cast<int64_t>(answer_bytes)) break;
    ++kept;
  }
  const size_t cut = page.items.size() - kept;
  const auto count = static_cast<std::ptrdiff_t>(cut);
  if (keeps_newest) {
    page.items.erase(page.items.begin(), page.items.begin() + count);
    page.first_index += cut;
  } else {
    page.items.erase(page.items.end() - count, page.items.end());
  }
}

Result<Page> find_page(const Node& node, const Request& request) {
  const auto set = request.pubsub.child("set", ns::rsm);
  const auto rsm = parse_rsm_of(request.pubsub);
  if (!rsm) return rsm.error();
  const auto wanted = request.action.attribute("max_items");
  const auto newest = wanted ? xml::parse_integer(*wanted) : std::nullopt;
  if (wanted && (!newest || *newest < 1)) { return Error{ErrorKind::bad_request, "max_items is a number from 1."}; }
  const auto bounds = find_bounds(node.items, *rsm);
  if (!bounds) return bounds.error();
  Page page;
  page.count = node.items.size();
  page.first_index = bounds->first;
  auto at = std::next(node.items.all().begin(), static_cast<std::ptrdiff_t>(bounds->first));
  for (size_t i = bounds->first; i < bounds->second; ++i, ++at) page.items.emplace_back(at->first, at->second);
  const size_t most = std::min(rsm->page_size(SIZE_MAX, SIZE_MAX), newest ? static_cast<size_t>(*newest) : SIZE_MAX);
  fit(page, most, !set || newest || rsm->backwards());
  page.tells_set = set || (!newest && page.items.size() < page.count);
  return page;
}

void write_set(xml::Writer& writer, const Page& page) {
  RsmAnswer answer;
  answer.count = page.count;
  if (!page.items.empty()) {
    answer.first = page.items.front().second.id;
    answer.last = page.items.back().second.id;
    answer.first_index = page.first_index;
  }
  write_rsm(writer, answer);
}

struct Answer {
  Stanza request;
  std::string node;
  bool shows_publisher;
  Page page;
};

Task<void> send_items(ModuleContext& context, Storage storage, Answer answer) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("items").attribute("node", answer.node);
  for (const auto& [number, item] : answer.page.items) {
    const auto read = co_await storage.load_payload(context.loop(), answer.node, number);
    if (!read) {
      context.reply_error(answer.request, read.error());
      co_return;
    }
    if (!*read) continue;  // it was removed meanwhile
    writer.open("item").attribute("id", item.id);
    if (answer.shows_publisher && !item.publisher.empty()) writer.attribute("publisher", item.publisher);
    writer.raw(**read).close();
  }
  writer.close();
  if (answer.page.tells_set) write_set(writer, answer.page);
  writer.close();
  // An item that was read may not be on disk yet.
  const auto on_disk = co_await context.wait(context.loop(), context.appended());
  if (on_disk) {
    context.reply(answer.request, std::move(payload));
  } else {
    context.reply_error(answer.request, on_disk.error());
  }
}

}  // namespace

void answer_items(const Request& request) {
  const Node* node = request.find_node(Action::retrieve);
  if (!node) return;
  if (request.action.attribute("subid")) {
    return request.fail(ErrorKind::not_acceptable, "No subscription of this node has an id.", "invalid-subid");
  }
  const bool by_id = request.action.child("item", ns::pubsub).has_value();
  auto page = by_id ? find_by_id(*node, request.action) : find_page(*node, request);
  if (!page) return request.fail({page.error()});
  const size_t held_bytes = request.stanza.held_bytes() + page->items.size() * sizeof(page->items[0]);
  int64_t bytes = answer_overhead_bytes;
  for (const auto& [number, item] : page->items) bytes += item.bytes + answer_overhead_bytes;
  const auto may = request.service.front().answers().add(
      request.asker, bytes, held_bytes,
      send_items(request.service.context(), request.service.storage(),
                 {request.stanza, node->name, node->config.show_publisher, std::move(*page)}));
  if (!may) request.fail({may.error()});
}

}  // namespace teahouse::pubsub
