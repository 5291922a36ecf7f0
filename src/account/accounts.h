// Accounts: the users who may log in at a tenant: credentials, names, pictures, roles; and how a secret is checked.
//
// Thread: any; the tasks go on on `home`. Lifetime: it outlives its tasks, as the loops end before it does.
// Limits: the plan's accounts (resource_constraint, naming plan and limit); localpart as RFC 7622; password 1..1023
// bytes; name 128 characters and picture an https URL of 2048 bytes, as in a site token; 1,000 passwords waiting to
// be checked or set, 200 of one tenant (service_unavailable). A page of a list has 1,000 accounts. Errors:
// conflict for an account that is there, item_not_found for one that is not, jid_malformed for a localpart that cannot
// be, bad_request for details or a password that cannot be, and for a guest's id without an end.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/absent_names.h"
#include "account/account_removals.h"
#include "account/client_certificates.h"
#include "account/devices.h"
#include "account/invites.h"
#include "account/older_keys.h"
#include "account/password_queue.h"
#include "account/user_id.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "events/event.h"
#include "sasl/mechanism.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"
#include "tenant/turns.h"

namespace teahouse {

struct TenantTable;  // tenant/tables.h

struct Account {
  std::string localpart;
  std::string user_id;  // the site's spelling of the localpart; empty until the site has used one
  std::string name;     // shown; empty: the localpart
  std::string picture;  // URL; may be empty
  std::string role;     // "user"; "moderator" or "admin": of the tenant's staff
  bool has_password = false;
  bool disabled = false;  // nobody can sign in to it, by whatever means
  int64_t created_ms = 0;
  int64_t expires_ms = 0;    // from when on nobody can sign in any more (a guest's); 0: never
  bool is_new = false;       // this call made it
  bool is_rekeyed = false;   // this call gave it another password than it had
  bool is_switched = false;  // this call disabled or enabled it
  // Tells the account from all others that have had or will have its name; 0: it is from before there were such
  // numbers.
  int64_t incarnation = 0;
};
struct AccountChange {
  std::optional<std::string> name, picture, role;
  std::optional<int64_t> expires_ms;
  std::optional<bool> disabled;
  // The id as the site spells it. It is set once: upsert answers conflict to another spelling of the same localpart, so
  // that the users "ANN" and "ann" of a site that tells them apart can't be each other.
  std::optional<std::string> user_id;
};
// The error for an id that is_guest_id().
Error reserved_user_id();  // bad_request

// conflict: the site spells this user's id otherwise.
Error other_spelling(const std::string& wanted, const std::string& known);
struct AccountPage {
  std::vector<Account> accounts;
  std::string next_cursor;
};

class Accounts {
 public:
  // `seal_key`: 32 bytes from a file that is not in the database.
  Accounts(store::ControlPlane& control, const Clock& clock, std::string_view seal_key);
  static std::vector<store::Migration> migrations();
  static std::vector<TenantTable> tables();  // for Tenants::add_tables

  // An empty password: only tokens log in. By an invitation, which is used up with it: REQUIRES Invites::take(). A name
  // that is kept for another invitation is a conflict.
  Task<Result<Account>> create(Executor& home, TenantPtr tenant, std::string localpart, std::string password,
                               AccountChange details, InvitePtr invite = nullptr);
  Task<Result<Account>> find(Executor& home, TenantPtr tenant, std::string localpart);
  // True when find() has found nobody lately, and nobody has had the name since. REQUIRES: the localpart is prepared.
  bool is_known_absent(const Tenant& tenant, std::string_view localpart) const;
  // Makes the account or changes what differs, whole or not at all; an empty password is none, or stays. When nothing
  // differs, the password neither, nothing is written: cheap at every page view where no password is given.
  Task<Result<Account>> upsert(Executor& home, TenantPtr tenant, std::string localpart, AccountChange details,
                               std::string password = {});
  // The localpart that a user of the site has or will have: `localpart`, which is localpart_of_user() of the id, or,
  // where many programs could not tell that from another account's, the id spelt out. Nobody else is given such a
  // localpart.
  Task<Result<std::string>> find_place(Executor& home, TenantPtr tenant, std::string localpart);
  // upsert() of a user of the site, at find_place().
  Task<Result<Account>> upsert_user(Executor& home, TenantPtr tenant, std::string localpart, AccountChange details,
                                    std::string password = {});
  // Ends all devices and certificates of the account (Devices, ClientCertificates), as another password by upsert()
  // does.
  Task<Result<void>> set_password(Executor& home, TenantPtr tenant, std::string localpart, std::string password);
  // Whether that changed anything. Its sessions are the caller's to end (server/account_switch.h).
  Task<Result<bool>> set_disabled(Executor& home, TenantPtr tenant, std::string localpart, bool disabled);
  // The first of a removal's two steps (account_removals.h).
  Task<Result<AccountRemovalPtr>> remove(Executor& home, TenantPtr tenant, std::string localpart);
  AccountRemovals& removals() { return removals_; }
  Invites& invites() { return invites_; }
  Devices& devices() { return devices_; }
  ClientCertificates& certificates() { return certificates_; }
  // The accounts by localpart; `cursor` is a page's next_cursor, at first empty; an empty next_cursor is the end.
  Task<Result<AccountPage>> list(Executor& home, TenantPtr tenant, std::string cursor, size_t rows_max);

  // The keys for SCRAM and PLAIN; item_not_found when there is no such account or it has no password. PBKDF2 runs on a
  // thread of its own, never on a loop. An account that does not exist takes as long as a wrong password. Errors of
  // check_password: not_authorized when it is wrong, service_unavailable when it could not be checked. It gives the
  // salt of the keys, which no other password has (Devices::keep).
  Task<Result<sasl::ScramKeys>> load_keys(Executor& home, TenantPtr tenant, std::string localpart);
  Task<Result<std::string>> check_password(Executor& home, TenantPtr tenant, std::string localpart,
                                           std::string password);
  // Puts `more` in the place of `old`, which are keys of the same password. Errors: not_authorized where the account
  // has another password by now.
  Task<Result<void>> complete_keys(Executor& home, TenantPtr tenant, std::string localpart, sasl::ScramKeys old,
                                   sasl::ScramKeys more);
  // Whether keys of the tenant's accounts lack those of SHA-512.
  bool has_older_keys(TenantId tenant) const { return older_keys_.has(tenant); }
  // Accounts that have expired, of all tenants; at most so many.
  struct Expired {
    TenantId tenant;
    std::string localpart;
  };
  Task<Result<std::vector<Expired>>> find_expired(Executor& home, size_t rows_max);
  // For the start: how many accounts each tenant has, to start the meters with, which are its staff or disabled, and
  // invitations.
  Result<void> count_all(const std::vector<TenantPtr>& tenants);

 private:
  enum class Name { as_given, of_site_user };  // only the latter may be spelt out

  static Error unknown_account(const std::string& localpart, const Tenant& tenant);
  // All that follow are given prepared localparts and checked changes.
  Task<Result<std::string>> hash(Executor& home, TenantId tenant, std::string password);
  Task<Result<Account>> load(Executor& home, TenantPtr tenant, std::string prepared);
  // The account as an event names it, and the statements that put the event, where the tenant keeps those.
  static OfUser name_user(const Tenant& tenant, const std::string& localpart);
  std::vector<store::Statement> put_event(const Tenant& tenant, EventBody event, const store::Statement& is_done) const;
  // Writes the one row, after what goes `before`, with the event of it where the tenant keeps those; 1 change unless it
  // is not there, or was not to be: `is_done` (event_outbox.h).
  Task<Result<store::Answer>> write(Executor& home, TenantPtr tenant, store::Statement statement, EventBody event,
                                    store::Statement is_done, std::vector<store::Statement> before = {});
  // Of a row that has other keys now.
  Task<void> end_devices(Executor& home, TenantId tenant, std::string prepared);
  Task<Result<void>> insert(Executor& home, TenantPtr tenant, Account account, std::string keys, InvitePtr invite);
  Task<Result<Account>> add(Executor& home, TenantPtr tenant, std::string prepared, std::string password,
                            AccountChange checked, Name name, InvitePtr invite = nullptr);
  Task<Result<Account>> upsert_once(Executor& home, TenantPtr tenant, std::string prepared, std::string password,
                                    AccountChange checked, Name name);
  Task<Result<bool>> is_like_another(Executor& home, TenantPtr tenant, std::string localpart);
  // upsert(), and upsert_user() at its place.
  Task<Result<Account>> upsert_as(Name name, Executor& home, TenantPtr tenant, std::string localpart,
                                  AccountChange details, std::string password);
  // Taken by what makes or changes an account, from its look at the row until memory knows what was written: of two at
  // once the later one is what both have.
  const Turns& turns_of(const Tenant& tenant, std::string_view prepared) const;

  store::ControlPlane& control_;
  const Clock& clock_;
  const std::string fake_secret_;  // of the keys that accounts that do not exist are checked against
  AccountRemovals removals_{control_};
  Invites invites_{control_, clock_};
  Devices devices_;
  ClientCertificates certificates_{control_, clock_};
  OlderKeys older_keys_{control_};
  AbsentNames absent_;
  PasswordQueue queue_;
  std::array<Turns, 64> turns_;  // by hash
};

}  // namespace teahouse
