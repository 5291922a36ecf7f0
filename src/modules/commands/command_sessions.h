// CommandSessions: the commands that are under way, each of one asker (a full JID), at one host.
//
// A session's id is made of chance and of a code over all that it is bound to. So an id that this object has given to
// the same asker, for the same command, is told from all others also when its session is over.
//
// Thread: its home loop.
// Limits: asker_max of one asker, where the oldest goes; tenant_max of a tenant at this home (begin() finds no room);
// each ends when nothing was done for idle_ms.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "modules/commands/command.h"

namespace teahouse {

struct CommandSession {
  std::string id;
  TenantId tenant = TenantId::server;
  std::string host, node;
  std::string asker;
  std::vector<DataForm> forms;    // filled in so far
  std::optional<DataForm> shown;  // the form that waits to be filled in
  bool is_last = true;            // it is the last one
  bool runs = false;              // the command is at work for it
  int64_t until_ms = 0;           // monotonic
};

class CommandSessions {
 public:
  static constexpr size_t asker_max = 10, tenant_max = 1000;
  static constexpr int64_t idle_ms = 10 * 60 * 1000;

  // Null where the tenant has no room. Until the next begin() or end().
  CommandSession* begin(const CommandStep& step, std::string_view node, int64_t now_ms);
  // Null where there is none of this id, host, asker and command.
  CommandSession* find(std::string_view id, std::string_view host, std::string_view asker, std::string_view node,
                       int64_t now_ms);
  CommandSession* find(std::string_view id);
  // Whether such a session was there once.
  bool is_own(std::string_view id, std::string_view host, std::string_view asker, std::string_view node) const;
  void keep(CommandSession& session, int64_t now_ms) const { session.until_ms = now_ms + idle_ms; }
  void end(std::string_view id);
  void end_of(std::string_view asker);
  void end_of(TenantId tenant);
  size_t size() const { return sessions_.size(); }

 private:
  std::string sign(std::string_view chance, std::string_view host, std::string_view asker, std::string_view node) const;
  void sweep(int64_t now_ms);

  const std::string secret_ = random_bytes(32);
  std::map<std::string, CommandSession, std::less<>> sessions_;
  std::map<std::string, std::vector<std::string>, std::less<>> of_asker_;  // ids, the oldest first
  std::unordered_map<TenantId, size_t> of_tenant_;
  int64_t swept_ms_ = 0;
};

}  // namespace teahouse
