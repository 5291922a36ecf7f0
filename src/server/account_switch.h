// An account that is disabled, and enabled again. Disabled, its sessions end with SASL's account-disabled, those too
// that wait to be resumed, and no login, token or resumption is good until it is enabled. Its password, its devices and
// all that it has stay; what comes for it is kept as for anybody who is away, and wakes no device.
//
// Thread: any loop's; the task goes on there. Errors: as Accounts::set_disabled has them; then no session ends.
// Spec: XEP-0133 sections 4.3 and 4.4.
#pragma once

#include <string>
#include <string_view>

#include "base/task.h"
#include "net/loop.h"
#include "tenant/tenant.h"
#include "xmpp/jid.h"

namespace teahouse {

struct Shared;

// The text that a client is told with account-disabled.
inline constexpr std::string_view disabled_text = "This account is disabled.";

// The action of its line in the audit.
constexpr const char* switch_action(bool disabled) { return disabled ? "account.disable" : "account.enable"; }

// Whether that changed anything.
Task<Result<bool>> switch_account(Shared& shared, net::Loop& loop, TenantPtr tenant, std::string localpart,
                                  bool disabled);
// The second half alone: for what has disabled it already.
void end_sessions_of_disabled(Shared& shared, const BareJid& account);

}  // namespace teahouse
