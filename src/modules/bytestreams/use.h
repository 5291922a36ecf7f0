// Use: a stream as it counts for its tenant and for the account that asked for it, from its activation to its end.
//
// Thread: any. Limits: the plan's bytestreams and bytestreams_per_account.
// Errors: resource-constraint, with a sentence.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "tenant/tenant.h"
#include "xmpp/jid.h"

namespace teahouse::bytestreams {

class Use {
 public:
  static Result<std::shared_ptr<const Use>> take(const HostPtr& host, const Jid& requester, const Jid& target);
  ~Use();
  Use(const Use&) = delete;

  const HostPtr& host() const { return host_; }  // the proxy's, as it was at the activation
  const BareJid& requester() const { return requester_; }
  const BareJid& target() const { return target_; }
  void count(size_t bytes) const;

 private:
  Use(HostPtr host, BareJid requester, BareJid target);

  const HostPtr host_;
  const BareJid requester_, target_;
};
using UsePtr = std::shared_ptr<const Use>;

}  // namespace teahouse::bytestreams
