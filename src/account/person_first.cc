// How the first operator comes, and how one opens a tenant as its owner.
#include <algorithm>

#include "account/persons.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse {
namespace {

constexpr int64_t first_ms = int64_t{24} * 60 * 60 * 1000, opened_ms = int64_t{60} * 60 * 1000;
constexpr size_t token_bytes_max = 128, opened_max = 100;

bool is_operator(const Person& person) {
  return std::any_of(person.roles.begin(), person.roles.end(),
                     [](const PersonRole& each) { return each.role == Role::operators; });
}

}  // namespace

bool Persons::has_operator() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(by_id_.begin(), by_id_.end(), [](const auto& each) { return is_operator(*each.second); });
}

std::string Persons::begin_first() {
  std::string token = "pf_" + random_token(32);
  const std::lock_guard lock(mutex_);
  first_ = {crypto::sha256(token), clock_.wall_ms() + first_ms};
  return token;
}

// Nobody else has it while an account is made with it.
Persons::First Persons::take_first(std::string_view token) {
  if (token.size() > token_bytes_max) return {};
  const std::string hash = crypto::sha256(token);
  const std::lock_guard lock(mutex_);
  if (first_.hash.empty() || !crypto::constant_time_equal(hash, first_.hash)) return {};
  if (clock_.wall_ms() >= first_.until_ms) return {};
  return std::exchange(first_, First{});
}

// A password that is too short has not used the token up.
Task<Result<SignedIn>> Persons::create_first(Executor& home, FirstOperator wanted) {
  const First taken = take_first(wanted.token);
  if (taken.hash.empty() || has_operator()) {
    co_return Error{ErrorKind::forbidden,
                    "This link has been used, or it is more than a day old, or the server was started anew since. Its "
                    "newest link is in what `teahouse serve` has printed; if somebody else has used it, look into "
                    "`teahouse person list`."};
  }
  auto making = make(home, wanted.sign_in, std::move(wanted.name), PersonRole{Role::operators}, "first operator");
  const auto made = co_await making;
  if (!made) {
    const std::lock_guard lock(mutex_);
    first_ = taken;
    co_return made.error();
  }
  auto opening = open_session(home, *made, std::move(wanted.sign_in));
  auto token = co_await opening;
  if (!token) co_return token.error();
  co_return SignedIn{*made, std::move(*token), false};
}

void Persons::open_tenant(int64_t session, TenantId tenant) {
  const std::lock_guard lock(mutex_);
  const int64_t now_ms = clock_.wall_ms();
  for (auto& [hash, each] : sessions_) {
    if (each.info.id != session) continue;
    std::erase_if(each.opened_until_ms, [now_ms](const auto& opened) { return opened.second <= now_ms; });
    if (each.opened_until_ms.size() >= opened_max) each.opened_until_ms.erase(each.opened_until_ms.begin());
    each.opened_until_ms[tenant] = now_ms + opened_ms;
  }
}

bool Persons::has_opened(int64_t session, TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  const int64_t now_ms = clock_.wall_ms();
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& each) {
    if (each.second.info.id != session) return false;
    const auto found = each.second.opened_until_ms.find(tenant);
    return found != each.second.opened_until_ms.end() && found->second > now_ms;
  });
}

}  // namespace teahouse
