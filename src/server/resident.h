// Resident: an account that is in memory at its home loop, with its sessions and what the modules loaded for it.
//
// Loaded when somebody needs it, kept while it has sessions, and a while longer.
//
// Thread: its home loop.
// Owns: its sessions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "server/attached.h"
#include "server/session.h"
#include "tenant/tenant.h"

namespace teahouse {

class Resident {
 public:
  Resident(BareJid jid, HostPtr host, int64_t incarnation = 0)
      : jid_(std::move(jid)), host_(std::move(host)), incarnation_(incarnation) {}

  const BareJid& jid() const { return jid_; }
  int64_t incarnation() const { return incarnation_; }  // of the account
  const HostPtr& host() const { return host_; }
  const Tenant& tenant() const { return *host_->tenant; }
  void set_host(HostPtr host) { host_ = std::move(host); }

  const std::vector<std::unique_ptr<Session>>& sessions() const { return sessions_; }
  Session* find_session(std::string_view resourcepart) const;
  Session& add_session(std::unique_ptr<Session> session);
  std::unique_ptr<Session> remove_session(Session& session);

  // True where a session is available with a priority that is not negative.
  bool has_available_resource() const;
  bool has_all_sessions() const;  // as many as the plan allows an account

  // It stays in memory until then at least, on the monotonic clock, also without a session: something of it is under
  // way.
  void stay_until(int64_t monotonic_ms) { stays_until_ms_ = std::max(stays_until_ms_, monotonic_ms); }
  bool may_leave(int64_t monotonic_ms) const { return sessions_.empty() && monotonic_ms >= stays_until_ms_; }

  AttachedValues attached;

 private:
  const BareJid jid_;
  HostPtr host_;
  const int64_t incarnation_;
  int64_t stays_until_ms_ = 0;
  std::vector<std::unique_ptr<Session>> sessions_;
  HomeChecker checker_;
};

}  // namespace teahouse
