// ArrangedCall: a call between two users that a site has arranged (POST /v1/calls): a link for each, which signs its
// user in once to the page that joins the call.
//
// A row of the tenant's data plane, so it ends with the tenant. A link is "ID.SECRET"; kept is its hash.
//
// Thread: any; tasks go on on the context's loop.
// Limits: calls_max of a tenant that are remembered, which is until kept_ms after their links run out. Errors:
// item_not_found; resource_constraint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "base/task.h"
#include "tenant/tenant.h"

namespace teahouse::api {

struct ArrangedCall {
  static constexpr size_t calls_max = 1000;
  static constexpr int64_t lasts_s = 3600, lasts_s_min = 60, lasts_s_max = 24LL * 3600, kept_ms = 24LL * 3600 * 1000;

  struct Party {
    std::string localpart;
    int64_t incarnation = 0;  // of the account: a later one of the name is somebody else
    std::string link_hash;    // hexadecimal
    int64_t joined_ms = 0;    // when the link was used; 0: not yet
  };
  std::string id;
  bool has_video = false;
  int64_t created_ms = 0, expires_ms = 0;
  int64_t ended_ms = 0;  // taken back by the site; 0: not
  std::vector<Party> parties;
};

std::string make_call_link(std::string_view id);
std::string hash_call_link(std::string_view link);
// The id of the call that a link may be of; empty for what is none.
std::string find_call_id(std::string_view link);

Task<Result<ArrangedCall>> load_call(ApiContext& api, TenantPtr tenant, std::string id);
// Ends when it is on disk.
Task<Result<void>> store_call(ApiContext& api, TenantPtr tenant, ArrangedCall call);
// Forgets those that are too old. Errors: resource_constraint where there are as many as may be all the same.
Task<Result<void>> make_room_for_call(ApiContext& api, TenantPtr tenant);

}  // namespace teahouse::api
