// PushModule: wakes the devices of an account by Web Push when a message comes that no session of the account takes.
//
// A message with a body wakes, and in a room one that names the account, while the account's session there waits to be
// resumed. A session that has lost its stream is given the option `wait` to come back. Of a conversation one push is
// under way to a device; more that is said is told again_ms later, in one push, which replaces the first. All ends when
// a session of the account is there again, or the account answers or has read there (XEP-0333). Blocked people wake
// nobody, and nothing wakes an account that is disabled. A device shows nothing of what was said or by whom unless its
// user has asked for that.
//
// A call that is proposed (XEP-0353) wakes at once, and the same caller's next one call_again_ms later; what waits of
// it ends when the caller gives up, or the account takes or refuses it.
//
// A push leaves when the message that it tells of is on disk, for which there is commit_ms_max: so long the account
// stays in memory. Pushes that wait are in memory too: a restart loses them, and no message. A subscription that its
// push service calls gone is removed.
//
// Thread: its home loop.
// Limits: the option `devices` for an account; conversations_max of an account that wait are told apart; tests_per_min
// of an account. Sender's.
// Errors: conflict for a subscription before anybody asked for the site's key; resource_constraint for one too many;
// feature_not_implemented where the server sends no pushes.
// Spec: README.md (requests), webpush/ (pushes).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/token_buckets.h"
#include "modules/push/device.h"
#include "modules/push/notice.h"
#include "modules/push/services.h"
#include "server/module_context.h"
#include "tenant/vapid_keys.h"

namespace teahouse {

class PushModule final : public Module {
 public:
  static constexpr size_t devices_max = 10, conversations_max = 20;
  static constexpr int64_t again_ms = 20'000, call_again_ms = 5'000, commit_ms_max = 60'000, call_ttl_s = 60,
                           ttl_s = 86'400, test_ttl_s = 60, tests_per_min = 6;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  // All that the house lends it. Without, as in tests of other things, there are no pushes.
  struct House {
    webpush::Sender& sender;  // of this loop
    VapidKeys& keys;
    // The account, loaded if need be, now or later (Residents::with).
    std::function<void(const BareJid&, std::function<void(Result<Resident*>)>)> with_resident;
  };
  void move_in(House house) { house_.emplace(std::move(house)); }
  const House* house() const { return house_ ? &*house_ : nullptr; }

  // --- for requests of clients and of the HTTP API
  ModuleContext& context() const { return *context_; }
  std::vector<PushDevice> list(Resident& resident) const;
  struct Added {
    PushDevice device;
    bool created;
    Lsn stored;
  };
  // By an address "xmpp:push.example" push services are changed that an app has enabled.
  Result<Added> add(Resident& resident, const NewPushDevice& wanted);
  Result<Lsn> remove(Resident& resident, const std::string& id);
  static Error no_pushes() { return {ErrorKind::feature_not_implemented, "This server sends no pushes."}; }
  using Tested = std::function<void(std::vector<PushTest>)>;  // called once, never from test()
  Result<void> test(Resident& resident, Tested tested);

 private:
  struct Conversation {
    std::optional<push::Notice> newest;  // always there
    int64_t count = 0;                   // 0: of a call that is settled, so that the next one is not too soon
    int64_t pushed_ms = 0;               // monotonic clock; 0: not yet
    net::Timer timer;
  };
  // Of an account that has devices, or had some.
  struct State {
    std::vector<push::Device> devices;
    TextMap<Conversation> unseen;
  };
  struct Nicks {
    TextMap<std::string> of_room;  // that the session has asked for
  };
  static webpush::Push make_push(const Tenant& tenant, const BareJid& account, const push::Device& device);
  static Task<Result<void>> load(PushModule& self, Resident& resident);
  void add_hooks(ModuleContext& context);

  void note_nick(const Outbound& outbound);
  void note_read(const Outbound& outbound);
  void note_settled(Resident& resident, const Stanza& message, std::string_view other);
  void consider(Inbound& inbound, int64_t wait_ms);
  std::optional<push::Notice> find_notice(const Inbound& inbound) const;
  void remember(Resident& resident, State& state, push::Notice notice, int64_t wait_ms);
  void begin(const HostPtr& host, const BareJid& account, const std::string& conversation);
  static bool is_waited_for(const State* state, const std::string& conversation);
  static Task<void> push(PushModule& self, HostPtr host, BareJid account, std::string conversation);
  void send(const TenantPtr& tenant, const BareJid& account, const push::Device& device, webpush::Push made);
  void note_outcome(const TenantPtr& tenant, const BareJid& account, const std::string& id,
                    const webpush::Outcome& outcome);
  static push::Summary summarize(const State& state, const push::Notice& notice);
  void drop(Resident& resident, State& state, TextMap<Conversation>::iterator conversation);
  void cancel(Resident& resident, const State& state, const std::string& conversation);
  void drop_all(Resident& resident);

  // requests.cc
  void add_requests(ModuleContext& context);
  static Task<void> answer_list(PushModule& self, HostPtr host, Stanza request);
  void subscribe(const IqRequest& request);
  void unsubscribe(const IqRequest& request);
  void answer_test(const IqRequest& request);

  store::MapStore store(const Tenant& tenant) const { return context_->map(tenant, "push"); }

  ModuleContext* context_ = nullptr;
  std::optional<House> house_;
  push::Services services_;
  int64_t *accepted_ = nullptr, *failed_ = nullptr, *gone_ = nullptr;
  TokenBuckets tests_{10'000};
  std::optional<Attached<State>> states_;
  std::optional<Attached<Nicks>> nicks_;
};

}  // namespace teahouse
