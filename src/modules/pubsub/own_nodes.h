// OwnNodes: an account's nodes for the other modules of its home: they look at what is in one, read it, change it as
// the account itself does, follow it, and answer for nodes that are not kept here.
//
// Thread: its home loop.
// Limits: load_bytes_max of a node that is read, or changed, as a whole; those of AccountLines.
// Errors: of load() and change(): resource_constraint for a node that is larger; of changes: those of publishing, and
// what `decide` gives; service_unavailable where the account left memory.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/pubsub/account_lines.h"
#include "modules/pubsub/config.h"
#include "server/module_context.h"

namespace teahouse::pubsub {

class Pep;

struct OwnItem {
  std::string id;
  std::string payload;  // XML
};
struct OwnNode {
  bool is_there = false;
  AccessModel access = AccessModel::whitelist;
  std::vector<OwnItem> items;  // in the order of publication
};
// Which item it is, as memory knows it.
struct OwnPlace {
  uint64_t number = 0;  // grows with each publication
  std::string id;
};
struct OwnChange {
  std::vector<OwnItem> published;
  std::vector<std::string> retracted;
};

class OwnNodes {
 public:
  static constexpr int64_t load_bytes_max = 512 * 1024;

  using Decide = std::function<Result<OwnChange>(const OwnNode&)>;
  using DecideByIds = std::function<OwnChange(const std::vector<std::string>& ids)>;  // in the order of publication
  // False: it is not the tenant's, and the request is answered as without it.
  using Server = std::function<bool(const IqRequest&, const xml::Element& action)>;
  using Watcher = std::function<void(Resident&)>;

  OwnNodes(ModuleContext& context, Pep& pep) : context_(context), pep_(pep) {}

  // The last item, or the one of this id. None: there is no such node, or no such item. A resident that is being loaded
  // has its nodes once this module has loaded them.
  std::optional<OwnPlace> find_last(Resident& resident, std::string_view name) const;
  std::optional<OwnPlace> find_item(Resident& resident, std::string_view name, std::string_view id) const;
  // None: there is no such node.
  std::optional<AccessModel> find_access(Resident& resident, std::string_view name) const;
  // False also where there is no such node.
  bool may_read(Resident& resident, std::string_view name, const BareJid& entity) const;
  // The payload of one item. None: it was removed meanwhile.
  Task<Result<std::optional<std::string>>> load_payload(HostPtr host, BareJid account, std::string name,
                                                        uint64_t number) const;

  // Begins the task when all that was lined up before for the account has ended; `bytes`: what it holds while it waits.
  // It is dropped where the account is gone by then. Errors: resource_constraint where too much waits.
  Result<void> line_up(Resident& resident, size_t bytes, Task<void> work);
  // The same for work that looks at what is there when it begins: once, where one of this name waits already.
  void line_up_once(Resident& resident, std::string_view name, Task<void> work);

  // REQUIRES of load() and change(): their caller is lined up, for they keep the whole node in memory.
  Task<Result<OwnNode>> load(HostPtr host, BareJid account, std::string name) const;
  // Puts and removes items of the node as it is then, and tells of it. A node that is made gets `config`; of one that
  // is there, the access is what `config` has, if that is narrower, and items have no number if they have none in
  // `config`.
  Task<Result<Lsn>> change(HostPtr host, BareJid account, std::string name, NodeConfig config, Decide decide) const;
  // The same, decided without a look at the payloads.
  Result<Lsn> change_by_ids(Resident& resident, const std::string& name, const NodeConfig& config,
                            const DecideByIds& decide) const;
  // Publishes one item, without a look at what is in the node; the oldest one makes room. Else as change() does.
  Result<Lsn> publish(Resident& resident, const std::string& name, const NodeConfig& config, OwnItem item) const;
  // Does a resource of the account itself want notifications of the node?
  bool is_followed(Resident& resident, std::string_view name) const;
  // Sends an event of a node that is another module's to those resources.
  void tell(Resident& resident, std::string_view name, std::string event) const;

  // --- by the name of the node; to be set and cleared by attach() and detach()
  std::map<std::string, Server, std::less<>> servers;    // what the account itself asks of it
  std::map<std::string, Watcher, std::less<>> watchers;  // it was published to, or something else of it changed

 private:
  static Task<void> begin(const OwnNodes& self, HostPtr host, BareJid account, int64_t incarnation, Task<void> work);
  struct Loaded {
    OwnNode node;
    std::vector<uint64_t> numbers;
  };
  Task<Result<Loaded>> load_numbered(HostPtr host, BareJid account, std::string name) const;
  std::vector<uint64_t> numbers_of(Resident& resident, std::string_view name) const;
  Result<Lsn> apply(Resident& resident, const std::string& name, const NodeConfig& config,
                    const OwnChange& change) const;

  ModuleContext& context_;
  Pep& pep_;
  AccountLines lines_;
};

}  // namespace teahouse::pubsub
