// Sender: the pushes that a loop has to send: it encrypts and signs them, tries again what failed, and tells what came
// of each.
//
// One push at a time is under way to an endpoint. A newer push takes the place of one with the same topic that waits.
// A push that fails for a reason that may pass (no answer, 429, 5xx) is tried tries_max times, after pauses that grow,
// or when the service says (Retry-After), as long as the push is worth anything (its ttl_s). Nothing is on disk: what
// waits ends with the server.
//
// Thread: its loop's. Lifetime: loop, clock and all that `post` needs outlive it. `done` is not called once it is gone.
// Limits: of a tenant waiting_max pushes wait, under_way_max are under way, per_origin_max of them at one service; of
// an account account_waiting_max and per_account_max. A tenant's slow service keeps nobody else's pushes waiting. Spec:
// RFC 8030 sections 5 and 8.4, RFC 8291, RFC 8292.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/ids.h"
#include "base/text_map.h"
#include "http/client.h"
#include "webpush/subscription.h"

namespace teahouse::webpush {

// RFC 8030 section 5.3: which devices a push wakes: very_low: only those on power and Wi-Fi ... high: all.
enum class Urgency : uint8_t { very_low, low, normal, high };

struct Push {
  TenantId tenant = TenantId::server;
  std::string account;  // whose it is
  Subscription to;
  std::shared_ptr<const crypto::P256Key> key;  // the tenant's
  std::string contact;                         // vapid.h
  std::string topic;                           // at most 32 letters of base64url; empty: it replaces nothing
  Urgency urgency = Urgency::normal;
  int64_t ttl_s = 0;       // so long the service keeps it for a device that is off
  std::string text;        // at most text_bytes_max
  bool is_urgent = false;  // now or never: tried once, before all that waits
};

struct Outcome {
  enum class Kind : uint8_t {
    accepted,   // by the service
    gone,       // the subscription has ended: 404 or 410
    refused,    // by the service, or it may not be connected to; for good
    failed,     // it could not be sent while it was worth anything
    dropped,    // too many wait
    replaced,   // a newer one of the same topic goes instead
    cancelled,  // by cancel(), cancel_all() or forget()
  };
  Kind kind = Kind::failed;
  int status = 0;    // of the service's last answer; 0: it gave none
  std::string text;  // a sentence; empty for what is accepted
};
const char* to_string(Outcome::Kind kind);

class Sender {
 public:
  static constexpr size_t waiting_max = 1000, under_way_max = 8, per_origin_max = 4, per_account_max = 4,
                          account_waiting_max = 100;
  static constexpr int tries_max = 5;

  // http::Client::fetch, or a test's.
  using Post = std::function<http::Exchange(http::ClientRequest, http::Client::Done)>;
  using Done = std::function<void(const Outcome&)>;

  Sender(net::Loop& loop, const Clock& clock, Post post);
  ~Sender();
  Sender(const Sender&) = delete;

  // `done` is called once: from here only for what is dropped.
  void send(Push push, Done done);
  // A push that waits for this endpoint with this topic need not be sent any more; one under way is not tried again.
  void cancel(TenantId tenant, std::string_view endpoint, std::string_view topic);
  // So it is with all of the account's that are for the endpoint; an empty one: with all of them.
  void cancel_all(TenantId tenant, std::string_view account, std::string_view endpoint = {});
  // The tenant is no more: of what waits nothing is sent.
  void forget(TenantId tenant);

  size_t waiting() const;  // of all tenants, those under way included

 private:
  struct Item;
  struct Queue;
  using Items = std::list<Item>;

  void end(TenantId tenant, Queue& queue, const std::function<bool(const Item&)>& which);
  bool may_go(const Queue& queue, const Item& item, int64_t now_ms) const;
  void pump(TenantId tenant);
  void post(TenantId tenant, Queue& queue, Items::iterator item);
  void finish(TenantId tenant, uint64_t number, const Result<http::ClientResponse>& answer);
  const std::string& find_vapid(Queue& queue, const Item& item);

  net::Loop& loop_;
  const Clock& clock_;
  const Post post_;
  uint64_t next_number_ = 1;
  std::unordered_map<TenantId, std::unique_ptr<Queue>> queues_;
};

}  // namespace teahouse::webpush
