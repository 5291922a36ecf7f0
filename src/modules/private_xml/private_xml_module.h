// PrivateXmlModule: elements that an account's clients keep on the server, each by its name and namespace.
//
// Thread: its home loop.
// Limits: elements_max elements an account, element_bytes_max bytes each (resource-constraint; policy-violation).
// Errors: forbidden for what is another account's; bad-request for a get that does not name one element.
// Spec: XEP-0049.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/module_context.h"

namespace teahouse {

class PrivateXmlModule final : public Module {
 public:
  static constexpr size_t elements_max = 100;
  static constexpr size_t element_bytes_max = 64 * 1024;
  static constexpr size_t name_bytes_max = 1024;  // of an element's name and namespace

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  // Elements that other modules answer for, as "NAME NAMESPACE"; false: it is not the tenant's, and is kept here. To be
  // set and cleared by attach() and detach().
  std::map<std::string, std::function<bool(const IqRequest&)>> servers;

 private:
  // The elements that are stored, of an account that stored one since it came into memory.
  struct Names {
    enum class State : uint8_t { unknown, loading, known } state = State::unknown;
    std::set<std::string> names;
    std::vector<std::function<void()>> waiting;  // for them: what came since, in its order
  };
  struct Item {
    std::string name, xml;
  };
  static Result<std::vector<Item>> read(const xml::Element& query);
  bool serve(const IqRequest& request) const;
  struct Change {
    std::optional<uint64_t> session;  // that asks; none: a component does, in the account's name
    Stanza request;
    std::vector<Item> items;
    TicketPtr ticket;
  };
  void get(const IqRequest& request);
  void set(const IqRequest& request);
  void change(Resident& resident, Change change);
  static Task<void> load_names(PrivateXmlModule& self, TenantPtr tenant, BareJid account, Change change);
  void keep(Resident& resident, const Change& change);
  store::MapStore store(const Tenant& tenant) const { return context_->map(tenant, "private"); }

  ModuleContext* context_ = nullptr;
  std::optional<Attached<Names>> names_;
};

}  // namespace teahouse
