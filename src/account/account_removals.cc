#include "account/account_removals.h"

#include <map>
#include <mutex>
#include <set>

#include "account/account_rows.h"

namespace teahouse {
namespace {
constexpr size_t numbers_max = 10'000;
}

using store::as_int;
using store::as_text;

struct AccountRemovals::State {
  explicit State(store::ControlPlane& the_control) : control(the_control) {}

  store::ControlPlane& control;
  std::mutex mutex;
  using Name = std::pair<TenantId, std::string>;
  std::set<Name> underway;           // guarded by mutex, as is what follows
  std::map<Name, uint64_t> numbers;  // of names of which accounts were removed lately
  uint64_t removed = 0, others = 0;  // in all; the number of all other names

  using Self = std::shared_ptr<State>;
  void count(TenantId tenant, const std::string& localpart) {
    const std::lock_guard lock(mutex);
    ++removed;
    if (numbers.size() >= numbers_max) {
      numbers.clear();
      others = removed;
    }
    numbers[{tenant, localpart}] = removed;
  }
  static AccountRemovalPtr take_up(const Self& self, TenantId tenant, const std::string& localpart);
  static Task<Result<AccountRemovalPtr>> begin(Self self, Executor& home, TenantId tenant, std::string localpart,
                                               std::vector<store::Statement> statements);
  static Task<Result<bool>> has(Self self, Executor& home, TenantId tenant, std::string localpart);
  static Task<Result<std::vector<AccountRemovalPtr>>> find(Self self, Executor& home, size_t rows_max);
};

// Null: somebody is about it already.
AccountRemovalPtr AccountRemovals::State::take_up(const Self& self, TenantId tenant, const std::string& localpart) {
  const Name name(tenant, localpart);
  const std::lock_guard lock(self->mutex);
  if (!self->underway.insert(name).second) return nullptr;
  return std::make_shared<const AccountRemoval>(tenant, localpart, [self, name] {
    const std::lock_guard given_up(self->mutex);
    self->underway.erase(name);
  });
}

Task<Result<AccountRemovalPtr>> AccountRemovals::State::begin(Self self, Executor& home, TenantId tenant,
                                                              std::string localpart,
                                                              std::vector<store::Statement> statements) {
  const Error unknown{ErrorKind::item_not_found, "There is no account '" + localpart + "' (any more)."};
  auto removal = take_up(self, tenant, localpart);  // before it is noted, where find() would find it
  if (!removal) co_return unknown;
  for (auto& statement : account_rows::remove(tenant, localpart)) statements.push_back(std::move(statement));
  const auto answer = co_await self->control.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return unknown;
  self->count(tenant, localpart);
  co_return removal;
}

Task<Result<bool>> AccountRemovals::State::has(Self self, Executor& home, TenantId tenant, std::string localpart) {
  auto statement = account_rows::select_removal(tenant, localpart);
  const auto answer = co_await self->control.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  co_return !answer->rows.empty();
}

Task<Result<std::vector<AccountRemovalPtr>>> AccountRemovals::State::find(Self self, Executor& home, size_t rows_max) {
  auto statement = account_rows::select_removals(rows_max);
  const auto answer = co_await self->control.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  std::vector<AccountRemovalPtr> found;
  for (const store::Row& row : answer->rows) {
    auto removal = take_up(self, static_cast<TenantId>(as_int(row[0])), as_text(row[1]));
    if (!removal) continue;
    // It may have ended since the rows were read, and the name be another's.
    const auto noted = co_await has(self, home, removal->tenant(), removal->localpart());
    if (noted && *noted) found.push_back(std::move(removal));
  }
  co_return found;
}

AccountRemovals::AccountRemovals(store::ControlPlane& control) : state_(std::make_shared<State>(control)) {}

uint64_t AccountRemovals::number(TenantId tenant, const std::string& localpart) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->numbers.find({tenant, localpart});
  return found == state_->numbers.end() ? state_->others : found->second;
}

Task<Result<AccountRemovalPtr>> AccountRemovals::begin(Executor& home, TenantId tenant, std::string localpart,
                                                       std::vector<store::Statement> before) {
  return State::begin(state_, home, tenant, std::move(localpart), std::move(before));
}

Task<Result<void>> AccountRemovals::end(Executor& home, AccountRemovalPtr removal) {
  auto statement = account_rows::end_removal(removal->tenant(), removal->localpart());
  const auto answer = co_await state_->control.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

Task<Result<std::vector<AccountRemovalPtr>>> AccountRemovals::find(Executor& home, size_t rows_max) {
  return State::find(state_, home, rows_max);
}

Task<Result<bool>> AccountRemovals::has(Executor& home, TenantId tenant, std::string localpart) {
  return State::has(state_, home, tenant, std::move(localpart));
}

}  // namespace teahouse
