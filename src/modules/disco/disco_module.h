// DiscoModule: service discovery, ping, software version and entity time of accounts hosts and accounts.
//
// The features are those that the modules declare (ModuleInfo). An account shows itself to itself and to those that see
// its presence; to anybody else it looks like one that does not exist (XEP-0030 section 8).
//
// Thread: its home loop.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "modules/roster/roster_module.h"

namespace teahouse {

class DiscoModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  // Of an account's nodes, which some other module has: answers what is asked of the node that the request names
  // (false: it is not answered); and adds to the items of an account that is seen by the asker.
  std::function<bool(const IqRequest&)> on_account_node;
  // The same of an accounts host's nodes.
  std::function<bool(const IqRequest&)> on_host_node;
  std::function<void(const IqRequest&, xml::Writer&)> on_account_items;
  // A node of each account that is for the account alone: what itself asks of it is answered here, others that see the
  // account hear forbidden, and strangers what they hear of any node.
  struct OwnNode {
    std::string_view name;
    std::function<bool(const Host&)> is_at;
    std::function<void(const IqRequest&)> answer;
  };
  std::optional<OwnNode> own_node;
  // Of a node of an accounts host: it stands for all that the host says of itself now (XEP-0115).
  std::function<bool(const HostPtr&, std::string_view node)> is_own_node;
  // An accounts host says these of itself, besides the declarations of the modules.
  struct HostWords {
    std::vector<std::string_view> features;
    std::vector<DataForm> forms;
  };
  std::function<HostWords(const Host&)> host_words;
  // The disco#info answer of an accounts host.
  std::string make_host_info(const Host& host, std::string_view node = {}) const;

 private:
  void host_info(const IqRequest& request);
  void host_items(const IqRequest& request);
  void account_info(const IqRequest& request);
  void account_items(const IqRequest& request);
  bool answer_own_node(const IqRequest& request) const;
  bool may_see(const IqRequest& request) const;

  RosterModule* roster_ = nullptr;
  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
