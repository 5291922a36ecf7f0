#include "modules/commands/command_sessions.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse {
namespace {

constexpr size_t chance_bytes = 22, code_bytes = 32;
constexpr int64_t sweep_ms = 60'000;

}  // namespace

std::string CommandSessions::sign(std::string_view chance, std::string_view host, std::string_view asker,
                                  std::string_view node) const {
  std::string text;
  for (const std::string_view part : {chance, host, asker, node}) {
    text.append(std::to_string(part.size())).append(":").append(part);
  }
  return crypto::to_hex(crypto::hmac_sha256(secret_, text)).substr(0, code_bytes);
}

CommandSession* CommandSessions::begin(const CommandStep& step, std::string_view node, int64_t now_ms) {
  sweep(now_ms);
  const TenantId tenant = step.host->tenant->id;
  const std::string& asker = step.asker.str();
  const auto known = of_asker_.find(asker);
  if (known != of_asker_.end() && known->second.size() >= asker_max) {
    const std::string oldest = known->second.front();
    if (sessions_.at(oldest).runs) return nullptr;  // so many of one asker's are never carried out at once
    end(oldest);
  }
  if (of_tenant_[tenant] >= tenant_max) return nullptr;
  CommandSession session;
  const std::string chance = random_token(chance_bytes);
  session.id = chance + sign(chance, step.host->domain, asker, node);
  session.tenant = tenant;
  session.host = step.host->domain;
  session.node = node;
  session.asker = asker;
  keep(session, now_ms);
  ++of_tenant_[tenant];
  of_asker_[asker].push_back(session.id);
  const std::string id = session.id;
  return &sessions_.emplace(id, std::move(session)).first->second;
}

CommandSession* CommandSessions::find(std::string_view id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

CommandSession* CommandSessions::find(std::string_view id, std::string_view host, std::string_view asker,
                                      std::string_view node, int64_t now_ms) {
  if (!is_own(id, host, asker, node)) return nullptr;
  CommandSession* session = find(id);
  if (session && !session->runs && session->until_ms <= now_ms) {
    end(std::string(id));
    return nullptr;
  }
  return session;
}

bool CommandSessions::is_own(std::string_view id, std::string_view host, std::string_view asker,
                             std::string_view node) const {
  if (id.size() != chance_bytes + code_bytes) return false;
  return crypto::constant_time_equal(id.substr(chance_bytes), sign(id.substr(0, chance_bytes), host, asker, node));
}

void CommandSessions::end(std::string_view id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const CommandSession& session = found->second;
  if (const auto of = of_asker_.find(session.asker); of != of_asker_.end()) {
    std::erase(of->second, session.id);
    if (of->second.empty()) of_asker_.erase(of);
  }
  if (const auto count = of_tenant_.find(session.tenant); --count->second == 0) of_tenant_.erase(count);
  sessions_.erase(found);
}

void CommandSessions::end_of(std::string_view asker) {
  const auto found = of_asker_.find(asker);
  if (found == of_asker_.end()) return;
  for (const std::string& id : std::vector<std::string>(found->second)) end(id);
}

void CommandSessions::end_of(TenantId tenant) {
  std::vector<std::string> ids;
  for (const auto& [id, session] : sessions_) {
    if (session.tenant == tenant) ids.push_back(id);
  }
  for (const std::string& id : ids) end(id);
}

void CommandSessions::sweep(int64_t now_ms) {
  if (now_ms - swept_ms_ < sweep_ms) return;
  swept_ms_ = now_ms;
  std::vector<std::string> over;
  for (const auto& [id, session] : sessions_) {
    if (!session.runs && session.until_ms <= now_ms) over.push_back(id);
  }
  for (const std::string& id : over) end(id);
}

}  // namespace teahouse
