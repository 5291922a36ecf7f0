// Accounts, how their passwords are set and checked. Hashing takes milliseconds: PasswordQueue's thread does it.
#include "account/account_rows.h"
#include "account/accounts.h"

namespace teahouse {
namespace {

constexpr size_t password_bytes_max = 1023;

Error too_busy() {
  return {ErrorKind::service_unavailable, "Too many passwords are waiting to be checked. Try again in a moment."};
}

Error wrong_password() { return {ErrorKind::not_authorized, "The user name or the password is wrong."}; }

}  // namespace

// The keys of a password, as they are stored; made on the queue's thread.
Task<Result<std::string>> Accounts::hash(Executor& home, TenantId tenant, std::string password) {
  if (password.empty() || password.size() > password_bytes_max) {
    co_return Error{ErrorKind::bad_request, "The password must have 1 to 1023 bytes."};
  }
  using Keys = Result<sasl::ScramKeys>;
  Async<Keys> made(home, [this, tenant, password](Async<Keys>::Done done) {
    const bool waits = queue_.post(
        tenant, [done, password](bool run) { done(run ? sasl::make_scram_keys(password) : Keys(too_busy())); });
    if (!waits) done(too_busy());
  });
  const Keys keys = co_await made;
  if (!keys && keys.error().kind == ErrorKind::not_acceptable) {
    co_return Error{ErrorKind::bad_request, "The password cannot be taken. " + keys.error().text};
  }
  if (!keys) co_return keys.error();
  co_return account_rows::to_text(*keys);
}

Task<Result<void>> Accounts::set_password(Executor& home, TenantPtr tenant, std::string localpart,
                                          std::string password) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  const auto there = co_await load(home, tenant, *prepared);
  if (!there) co_return there.error();
  auto keys = co_await hash(home, tenant->id, std::move(password));
  if (!keys) co_return keys.error();
  auto update = account_rows::update(tenant->id, *prepared, {}, *keys);
  auto is_there = account_rows::select_there(tenant->id, *prepared);
  EventBody event = UserChanged{name_user(*tenant, *prepared)};
  auto before = device_rows::remove({tenant->id, *prepared, {}});
  const auto answer =
      co_await write(home, tenant, std::move(update), std::move(event), std::move(is_there), std::move(before));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return unknown_account(*prepared, *tenant);
  co_await end_devices(home, tenant->id, *prepared);
  co_return Result<void>();
}

Task<void> Accounts::end_devices(Executor& home, TenantId tenant, std::string prepared) {
  devices_.logins().end(tenant, prepared, {});
  co_await older_keys_.look_again(home, tenant);
}

Task<Result<sasl::ScramKeys>> Accounts::load_keys(Executor& home, TenantPtr tenant, std::string localpart) {
  const auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return unknown_account(localpart, *tenant);
  auto select = account_rows::select_keys(tenant->id, *prepared);
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  const std::string stored = answer->rows.empty() ? std::string() : store::as_text(answer->rows[0][0]);
  if (stored.empty()) co_return unknown_account(*prepared, *tenant);
  auto keys = account_rows::parse_keys(stored);
  if (keys) co_return std::move(*keys);
  co_return Error{ErrorKind::internal_server_error,
                  "The stored keys of '" + *prepared + "' at " + tenant->domain() + " can't be read."};
}

Task<Result<std::string>> Accounts::check_password(Executor& home, TenantPtr tenant, std::string localpart,
                                                   std::string password) {
  if (password.empty() || password.size() > password_bytes_max) co_return wrong_password();
  if (auto prepared = account_rows::parse_localpart(*tenant, localpart)) localpart = std::move(*prepared);
  const auto stored = co_await load_keys(home, tenant, localpart);
  if (!stored && stored.error().kind != ErrorKind::item_not_found) co_return stored.error();
  const sasl::ScramKeys keys = stored ? *stored : sasl::make_fake_keys(fake_secret_, localpart);
  struct Found {
    bool is_right = false;
    std::optional<sasl::ScramKeys> more_keys;
  };
  using Checked = Result<Found>;
  Async<Checked> checked(home, [this, tenant, keys, password](Async<Checked>::Done done) {
    const bool waits = queue_.post(tenant->id, [done, keys, password](bool run) {
      if (!run) return done(too_busy());
      Found found{sasl::check_password(keys, password), {}};
      if (found.is_right) found.more_keys = sasl::complete_keys(keys, password);
      done(std::move(found));
    });
    if (!waits) done(too_busy());
  });
  const Checked found = co_await checked;
  if (!found) co_return found.error();
  if (!found->is_right || !stored) co_return wrong_password();
  if (found->more_keys) {
    co_await complete_keys(home, tenant, localpart, keys, *found->more_keys);  // else at the next login
  }
  co_return keys.salt;
}

Task<Result<void>> Accounts::complete_keys(Executor& home, TenantPtr tenant, std::string localpart, sasl::ScramKeys old,
                                           sasl::ScramKeys more) {
  auto replace = account_rows::replace_keys(tenant->id, localpart, old, more);
  const auto answer = co_await control_.execute(home, std::move(replace));
  if (!answer) co_return answer.error();
  co_await older_keys_.look_again(home, tenant->id);
  if (answer->changes > 0) co_return Result<void>();
  const auto now = co_await load_keys(home, tenant, localpart);  // another client may have done the same
  if (!now && now.error().kind != ErrorKind::item_not_found) co_return now.error();
  if (!now || now->salt != old.salt) co_return wrong_password();
  co_return Result<void>();
}

}  // namespace teahouse
