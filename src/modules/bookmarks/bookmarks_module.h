// BookmarksModule: the list of rooms that a user has marked, for clients of XEP-0402 and of XEP-0048 alike.
//
// The PEP node of XEP-0402 is the list. Clients of XEP-0048 read a list that is made of it, in private XML and in a PEP
// node of its own; a list that they store becomes a change of it, of which all clients hear in their own form.
//
// Thread: its home loop.
// Limits: those of PEP nodes and of OwnNodes: a larger list is for clients of XEP-0402 alone; rest_bytes_max of what
// is no room.
// Errors: feature_not_implemented for what the node of XEP-0048 can't do: beside reading and publishing, all.
// Spec: XEP-0402, XEP-0048, XEP-0411.
#pragma once

#include "modules/bookmarks/bookmark.h"
#include "modules/private_xml/private_xml_module.h"
#include "modules/pubsub/pubsub.h"

namespace teahouse {

class BookmarksModule final : public Module {
 public:
  static constexpr size_t rest_bytes_max = 64 * 1024;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

 private:
  // Private XML, and the node of XEP-0048; false: the tenant goes without bookmarks.
  bool serve_private(const IqRequest& iq);
  bool serve_node(const IqRequest& iq, const xml::Element& action);
  // The node of XEP-0402 has changed.
  void changed(Resident& resident);

  // Does it when all that the account has asked of its bookmarks before is done.
  void line_up(const IqRequest& iq, Task<void> work);
  using Answer = std::function<std::string(const std::optional<bookmarks::BookmarkList>&)>;  // empty: item-not-found
  Task<void> answer(HostPtr host, Stanza request, Answer make_payload);
  Task<void> store(HostPtr host, Stanza request, TicketPtr ticket, bookmarks::BookmarkList list, std::string payload);
  Task<void> tell(HostPtr host, BareJid account);
  // None: there is no list.
  Task<Result<std::optional<bookmarks::BookmarkList>>> load(HostPtr host, BareJid account);
  store::MapStore rest_of(const Tenant& tenant) const { return context_->map(tenant, "bookmarks"); }

  ModuleContext* context_ = nullptr;
  PrivateXmlModule* private_xml_ = nullptr;
  pubsub::OwnNodes* nodes_ = nullptr;
};

}  // namespace teahouse
