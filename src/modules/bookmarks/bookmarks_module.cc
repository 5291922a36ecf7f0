#include "modules/bookmarks/bookmarks_module.h"

#include "modules/pubsub/notify.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

using bookmarks::BookmarkList;

constexpr char list_element[] = "storage storage:bookmarks";  // as PrivateXmlModule names it
constexpr char list_item[] = "current";                       // the one item of the node of XEP-0048
constexpr char rest_entry[] = "rest";

// XEP-0402 section 4.2: what clients set by their publish-options.
pubsub::NodeConfig make_bookmarks_config() {
  pubsub::NodeConfig config;
  config.access = pubsub::AccessModel::whitelist;
  config.max_items = pubsub::items_unbounded;
  config.send_last = pubsub::SendLast::never;
  return config;
}

std::string wrap_private(std::string_view storage) {
  std::string payload;
  xml::Writer(payload).open("query", ns::private_xml).raw(storage).close();
  return payload;
}

// <items/> in a <pubsub/>, or in an <event/>.
std::string wrap_items(std::string_view parent, std::string_view parent_ns, std::string_view storage) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open(parent, parent_ns).open("items").attribute("node", ns::bookmark_list);
  writer.open("item").attribute("id", list_item).raw(storage).close();
  writer.close().close();
  return payload;
}

std::string make_publish_result() {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("publish").attribute("node", ns::bookmark_list);
  writer.open("item").attribute("id", list_item).close().close().close();
  return payload;
}

BookmarkList make_list(const pubsub::OwnNode& node) {
  BookmarkList list;
  for (const pubsub::OwnItem& item : node.items) {
    const auto document = xml::Document::parse_own(SharedBytes(item.payload));
    if (document) list.rooms.emplace_back(item.id, bookmarks::read_bookmark(document->root()));
  }
  return list;
}

pubsub::OwnChange make_change(const pubsub::OwnNode& node, const BookmarkList& wanted) {
  bookmarks::ListChange change = bookmarks::find_changes(make_list(node), wanted);
  pubsub::OwnChange made{{}, std::move(change.gone)};
  for (const auto& [room, bookmark] : change.put) made.published.push_back({room, bookmarks::write_item(bookmark)});
  return made;
}

}  // namespace

const ModuleInfo& BookmarksModule::info() const {
  static const ModuleInfo info{
      .name = "bookmarks",
      .summary = "The rooms that a user has marked, as one list for clients of all ages.",
      .xeps = {{402, "1.2.0", "PEP Native Bookmarks", ""},
               {48, "1.2", "Bookmarks", "the PEP node is read and published to, and has one item, 'current'"},
               {411, "1.1.0", "Bookmarks Conversion", ""},
               {492, "0.2.0", "Chat notification settings", "kept as clients write them, which obey them"}},
      .account_features = {ns::bookmarks_compat, ns::bookmarks_compat_pep, ns::bookmarks_conversion},
      .needs = {"private_xml", "pubsub"},
      .is_optional = true};
  return info;
}

void BookmarksModule::attach(ModuleContext& context) {
  context_ = &context;
  private_xml_ = &context.need<PrivateXmlModule>("private_xml");
  nodes_ = &context.need<PubsubModule>("pubsub").own_nodes();
  private_xml_->servers[list_element] = [this](const IqRequest& iq) { return serve_private(iq); };
  nodes_->servers[ns::bookmark_list] = [this](const IqRequest& iq, const xml::Element& action) {
    return serve_node(iq, action);
  };
  nodes_->watchers[ns::bookmarks] = [this](Resident& resident) { changed(resident); };
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    rest_of(*host->tenant).remove_all(jid.str());
  });
}

void BookmarksModule::detach() {
  private_xml_->servers.erase(list_element);
  nodes_->servers.erase(ns::bookmark_list);
  nodes_->watchers.erase(ns::bookmarks);
}

bool BookmarksModule::serve_private(const IqRequest& iq) {
  if (!context_->is_at(*iq.host)) return false;
  if (iq.stanza.type == StanzaType::get) {
    line_up(iq, answer(iq.host, iq.stanza, [](const std::optional<BookmarkList>& list) {
              return wrap_private(bookmarks::write_list(list.value_or(BookmarkList())));
            }));
  } else {
    line_up(iq, store(iq.host, iq.stanza, iq.ticket, bookmarks::read_list(*iq.query.first_child()), {}));
  }
  return true;
}

bool BookmarksModule::serve_node(const IqRequest& iq, const xml::Element& action) {
  if (!context_->is_at(*iq.host)) return false;
  if (iq.stanza.type == StanzaType::get && action.is("items", ns::pubsub)) {
    line_up(iq, answer(iq.host, iq.stanza, [](const std::optional<BookmarkList>& list) {
              return list ? wrap_items("pubsub", ns::pubsub, bookmarks::write_list(*list)) : std::string();
            }));
    return true;
  }
  const auto item = action.is("publish", ns::pubsub) ? action.child("item", ns::pubsub) : std::nullopt;
  const auto storage = item ? item->child("storage", ns::bookmark_list) : std::nullopt;
  if (iq.stanza.type == StanzaType::set && storage) {
    line_up(iq, store(iq.host, iq.stanza, iq.ticket, bookmarks::read_list(*storage), make_publish_result()));
  } else {
    context_->reply_error(iq.stanza, {ErrorKind::feature_not_implemented,
                                      "This node is read, and a <storage/> is published to it. All else is done with "
                                      "the node urn:xmpp:bookmarks:1."});
  }
  return true;
}

void BookmarksModule::line_up(const IqRequest& iq, Task<void> work) {
  const auto may = nodes_->line_up(*iq.resident, iq.stanza.held_bytes(), std::move(work));
  if (!may) context_->refuse(iq.stanza, iq.ticket, may.error());
}

void BookmarksModule::changed(Resident& resident) {
  if (!context_->is_at(*resident.host()) || !nodes_->is_followed(resident, ns::bookmark_list)) return;
  nodes_->line_up_once(resident, ns::bookmark_list, tell(resident.host(), resident.jid()));
}

Task<Result<std::optional<BookmarkList>>> BookmarksModule::load(HostPtr host, BareJid account) {
  auto loading = nodes_->load(host, account, ns::bookmarks);
  const auto node = co_await loading;
  if (!node) co_return node.error();
  auto loading_rest = rest_of(*host->tenant).load_entry(context_->loop(), account.str(), rest_entry);
  auto rest = co_await loading_rest;
  if (!rest) co_return rest.error();
  if (!node->is_there && !*rest) co_return std::optional<BookmarkList>();
  BookmarkList list = make_list(*node);
  if (*rest) list.rest = std::move(**rest);
  co_return std::optional(std::move(list));
}

Task<void> BookmarksModule::answer(HostPtr host, Stanza request, Answer make_payload) {
  auto loading = load(host, request.from->bare());
  const auto list = co_await loading;
  if (!list) {
    context_->reply_error(request, list.error());
    co_return;
  }
  std::string payload = make_payload(*list);
  const auto on_disk = co_await context_->wait(context_->loop(), context_->appended());
  if (!on_disk) {
    context_->reply_error(request, on_disk.error());
  } else if (payload.empty()) {
    context_->reply_error(request, {ErrorKind::item_not_found, "There is no such node here."});
  } else {
    context_->reply(request, std::move(payload));
  }
}

Task<void> BookmarksModule::store(HostPtr host, Stanza request, TicketPtr ticket, BookmarkList list,
                                  std::string payload) {
  const BareJid account = request.from->bare();
  if (list.rest.size() > rest_bytes_max) {
    context_->refuse(request, ticket, {ErrorKind::policy_violation, "Beside rooms a list has at most 64 KiB."});
    co_return;
  }
  auto loading = rest_of(*host->tenant).load_entry(context_->loop(), account.str(), rest_entry);
  const auto known = co_await loading;
  const bool has_other_rest = known && known->value_or("") != list.rest;
  if (const auto may = context_->disk().check_addition(); !known || !may) {
    context_->refuse(request, ticket, !known ? known.error() : may.error());
    co_return;
  }
  pubsub::OwnNodes::Decide decide = [list](const pubsub::OwnNode& node) -> Result<pubsub::OwnChange> {
    return make_change(node, list);
  };
  auto changing = nodes_->change(host, account, ns::bookmarks, make_bookmarks_config(), std::move(decide));
  const auto stored = co_await changing;
  if (!stored) {
    context_->refuse(request, ticket, stored.error());
    co_return;
  }
  Lsn lsn = *stored;
  if (has_other_rest) {
    lsn = std::max(lsn, rest_of(*host->tenant).store(account.str(), rest_entry, list.rest));
    Resident* resident = context_->find_resident(*host->tenant, account.str());
    if (resident && *stored == Lsn::none) changed(*resident);
  }
  await(ticket, lsn);
  const auto on_disk = co_await context_->wait(context_->loop(), lsn);
  on_disk ? context_->reply(request, std::move(payload)) : context_->reply_error(request, on_disk.error());
}

Task<void> BookmarksModule::tell(HostPtr host, BareJid account) {
  const auto list = co_await load(host, account);
  if (!list || !*list) co_return;
  const auto on_disk = co_await context_->wait(context_->loop(), context_->appended());
  Resident* resident = context_->find_resident(*host->tenant, account.str());
  if (!on_disk || !resident) co_return;
  nodes_->tell(*resident, ns::bookmark_list, wrap_items("event", ns::pubsub_event, bookmarks::write_list(**list)));
}

}  // namespace teahouse
