#include "account/invites.h"

#include <algorithm>

#include "base/random.h"
#include "crypto/hash.h"
#include "tenant/key_rows.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Statement;

constexpr size_t invite_characters = 22;  // 131 bits
constexpr size_t invite_bytes_max = 64;   // of what a stranger shows us as one
constexpr int64_t kept_ms = 3'600'000;    // behind its end, for a stream that has shown it before
constexpr int64_t second_ms = 1000;

}  // namespace

std::vector<store::Migration> Invites::migrations() {
  return {{"account/invites",
           {"CREATE TABLE invites(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, hash BLOB NOT NULL, inviter TEXT NOT "
            "NULL, incarnation BIGINT NOT NULL, localpart TEXT NOT NULL, opens_account BIGINT NOT NULL, makes_contact "
            "BIGINT NOT NULL, created_ms "
            "BIGINT NOT NULL, expires_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, id))"}}};
}

Result<void> Invites::load_all() {
  const auto answer =
      control_.execute_now({"SELECT tenant_id, id, hash, inviter, incarnation, localpart, opens_account, "
                            "makes_contact, created_ms, expires_ms FROM "
                            "invites ORDER BY tenant_id, id",
                            {}});
  if (!answer) return answer.error();
  for (const store::Row& row : answer->rows) {
    keep(as_text(row[2]), {as_int(row[1]), static_cast<TenantId>(as_int(row[0])), as_text(row[3]), as_int(row[4]),
                           as_text(row[5]), as_int(row[6]) != 0, as_int(row[7]) != 0, as_int(row[8]), as_int(row[9])});
  }
  return {};
}

void Invites::keep(const std::string& hash, Invite invite) {
  const auto made = std::make_shared<const Invite>(std::move(invite));
  const std::lock_guard lock(mutex_);
  kept_[hash] = {made};
  ids_[made->id] = hash;
  of_tenant_[made->tenant].push_back(made);
}

template <class Which>
void Invites::erase(TenantId tenant, const Which& which) {
  const std::lock_guard lock(mutex_);
  const auto of = of_tenant_.find(tenant);
  if (of == of_tenant_.end()) return;
  std::erase_if(of->second, [&](const InvitePtr& each) {
    if (!which(*each)) return false;
    const auto hash = ids_.find(each->id);
    kept_.erase(hash->second);
    ids_.erase(hash);
    return true;
  });
  if (of->second.empty()) of_tenant_.erase(of);
}

Result<void> Invites::check_room(const Invite& wanted, bool is_by_admin) const {
  const auto all = list(wanted.tenant);
  const auto own = static_cast<size_t>(
      std::count_if(all.begin(), all.end(), [&](const InvitePtr& each) { return each->inviter == wanted.inviter; }));
  if (!is_by_admin && own >= inviter_max) {
    return Error{ErrorKind::resource_constraint,
                 "There are 20 open invitations of this user, which is the limit. They end by themselves when they are "
                 "used or run out."};
  }
  const size_t room = is_by_admin ? tenant_max : users_max;
  if (all.size() < room) return {};
  return Error{ErrorKind::resource_constraint, "There are " + std::to_string(room) +
                                                   " open invitations here, which is the limit" +
                                                   (is_by_admin ? "." : " for users; an admin may make more.")};
}

Task<Result<Invites::Made>> Invites::make(Executor& home, Invite wanted, int64_t lasts, bool is_by_admin) {
  auto turn = co_await turns_.take(home);
  if (lasts < lasts_s_min || lasts > lasts_s_max) {
    co_return Error{ErrorKind::bad_request, "An invitation lasts from a minute to 90 days: 60 to 7776000 seconds."};
  }
  if (!wanted.localpart.empty() && keeps_name(wanted.tenant, wanted.localpart)) {
    co_return Error{ErrorKind::conflict, "The name '" + wanted.localpart + "' is kept for another invitation."};
  }
  if (const auto room = check_room(wanted, is_by_admin); !room) co_return room.error();
  const std::string token = random_token(invite_characters), hash = crypto::sha256(token);
  wanted.created_ms = clock_.wall_ms();
  wanted.expires_ms = wanted.created_ms + lasts * second_ms;
  const int64_t over_ms = wanted.created_ms - kept_ms;
  std::vector<Statement> statements = {
      {"DELETE FROM invites WHERE tenant_id = ? AND expires_ms <= ?", {to_value(wanted.tenant), over_ms}}};
  for (Statement& each : key_rows::insert("invites", wanted.tenant,
                                          {{"hash", Blob{hash}},
                                           {"inviter", wanted.inviter},
                                           {"incarnation", wanted.incarnation},
                                           {"localpart", wanted.localpart},
                                           {"opens_account", int64_t{wanted.opens_account}},
                                           {"makes_contact", int64_t{wanted.makes_contact}},
                                           {"created_ms", wanted.created_ms},
                                           {"expires_ms", wanted.expires_ms}})) {
    statements.push_back(std::move(each));
  }
  statements.push_back(key_rows::select_newest("invites", wanted.tenant));
  const auto answer = co_await control_.transact(home, std::move(statements));
  const auto id = key_rows::read_newest(answer);
  if (!id) co_return id.error();
  wanted.id = *id;
  const TenantId tenant = wanted.tenant;
  erase(tenant, [&](const Invite& each) { return each.expires_ms <= over_ms; });
  keep(hash, wanted);
  co_return Made{std::make_shared<const Invite>(std::move(wanted)), token};
}

Task<Result<void>> Invites::revoke(Executor& home, TenantId tenant, int64_t id) {
  Invite sought;
  sought.tenant = tenant;
  sought.id = id;
  auto statement = remove(sought);
  const auto answer = co_await control_.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return Error{ErrorKind::item_not_found, "There is no such invitation."};
  drop(sought);
  co_return Result<void>();
}

std::vector<InvitePtr> Invites::list(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  std::vector<InvitePtr> invites;
  const auto found = of_tenant_.find(tenant);
  if (found == of_tenant_.end()) return invites;
  for (const InvitePtr& each : found->second) {
    if (!is_over(*each)) invites.push_back(each);
  }
  return invites;
}

InvitePtr Invites::find(TenantId tenant, std::string_view token) const {
  if (token.size() > invite_bytes_max) return nullptr;
  const std::string hash = crypto::sha256(token);
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(hash);
  if (found == kept_.end()) return nullptr;
  const InvitePtr& invite = found->second.invite;
  return invite->tenant == tenant && !is_over(*invite) ? invite : nullptr;
}

bool Invites::keeps_name(TenantId tenant, std::string_view localpart, const Invite* but) const {
  const auto all = list(tenant);
  return std::any_of(all.begin(), all.end(), [&](const InvitePtr& each) {
    return each->localpart == localpart && !(but && but->id == each->id);
  });
}

bool Invites::take(const Invite& invite) {
  const std::lock_guard lock(mutex_);
  const auto hash = ids_.find(invite.id);
  return hash != ids_.end() && !std::exchange(kept_[hash->second].taken, true);
}

void Invites::give_back(const Invite& invite) {
  const std::lock_guard lock(mutex_);
  if (const auto hash = ids_.find(invite.id); hash != ids_.end()) kept_[hash->second].taken = false;
}

void Invites::drop(const Invite& invite) {
  erase(invite.tenant, [&](const Invite& each) { return each.id == invite.id; });
}

Statement Invites::remove(const Invite& invite) {
  return {"DELETE FROM invites WHERE tenant_id = ? AND id = ?", {to_value(invite.tenant), invite.id}};
}

Task<Result<void>> Invites::use_up(Executor& home, InvitePtr invite) {
  drop(*invite);
  auto statement = remove(*invite);
  const auto answer = co_await control_.execute(home, std::move(statement));
  co_return answer ? Result<void>() : Result<void>(answer.error());
}

Statement Invites::remove_of(TenantId tenant, const std::string& inviter) {
  return {"DELETE FROM invites WHERE tenant_id = ? AND inviter = ?", {to_value(tenant), inviter}};
}

void Invites::forget(TenantId tenant, std::string_view inviter) {
  erase(tenant, [&](const Invite& each) { return each.inviter == inviter; });
}

void Invites::forget(TenantId tenant) {
  erase(tenant, [](const Invite&) { return true; });
}

}  // namespace teahouse
