// Pushes: what the HTTP API needs of the devices that an account is woken on. Implemented by modules/push, which the
// API may not include.
//
// Thread: any; tasks go on on `home`. Errors: item_not_found for an account or device that is not there, or a tenant
// that goes without pushes; bad_request for a subscription that is none; resource_constraint at devices_max.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "tenant/tenant.h"

namespace teahouse {

struct PushDevice {
  std::string id;
  std::string name;     // as its user, or the site, calls it; may be empty
  std::string service;  // the host of its push service
  bool shows_text = false;
  int64_t created_ms = 0;
  // Of the last push that ended, if one has since the account came into memory:
  int64_t last_ms = 0;      // wall clock; 0: none
  std::string last_result;  // "accepted", "failed" ...
  int last_status = 0;      // of HTTP; 0: the service did not answer
};

// As a browser gives it (PushSubscription.toJSON()), and what its user wants.
struct NewPushDevice {
  std::string endpoint, p256dh, auth;
  std::string name;
  bool shows_text = false;
};

struct PushTest {
  std::string id, name, service;
  std::string result;  // "accepted", or what stood in the way
  int status = 0;
  std::string text;  // a sentence; empty for what was accepted
};

class Pushes {
 public:
  virtual ~Pushes() = default;
  struct Listed {
    std::string key;  // the tenant's, in base64url: applicationServerKey
    std::vector<PushDevice> devices;
  };
  virtual Task<Result<Listed>> list(Executor& home, TenantPtr tenant, std::string localpart) = 0;
  // One that has this endpoint already is changed; `created` says which.
  struct Added {
    PushDevice device;
    bool created;
  };
  virtual Task<Result<Added>> add(Executor& home, TenantPtr tenant, std::string localpart, NewPushDevice device) = 0;
  virtual Task<Result<void>> remove(Executor& home, TenantPtr tenant, std::string localpart, std::string id) = 0;
  // Sends each device a push now; ends when all have been answered, or after half a minute.
  virtual Task<Result<std::vector<PushTest>>> test(Executor& home, TenantPtr tenant, std::string localpart) = 0;
};

}  // namespace teahouse
