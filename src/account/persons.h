// Persons: makes, lists and removes the people of the panel, and signs them in.
//
// A password is kept as scrypt has it, a session's token (ps_…) and each recovery code as a SHA-256, and the secret of
// one-time passwords sealed. All but passwords, secrets and codes is in memory, read once at the start; changes take
// turns, so memory is always what the disk is. Guesses are bounded by the LoginThrottle, under TenantId::server.
//
// The very first operator makes their account with a token of begin_first() (pf_…), which is kept in memory alone, as a
// SHA-256: it is good once, for 24 hours, until the program ends, and only while no person is an operator.
//
// Thread: any; the tasks go on on `home`.
// Limits: 100,000 persons; of each 200 roles, 10 recovery codes and 20 sessions, the oldest of which ends for a new
// one. A password has 10 to 1023 bytes. A session ends 30 days after it was opened. Errors: bad_request with a
// sentence, conflict for an address that is taken, item_not_found, not_authorized for a wrong password or code,
// policy_violation for too many tries, service_unavailable when too many wait.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account/login_throttle.h"
#include "account/password_queue.h"
#include "account/person.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"
#include "tenant/audit.h"
#include "tenant/tables.h"
#include "tenant/tenants.h"
#include "tenant/turns.h"

namespace teahouse {

struct SignIn {
  std::string email, password;
  std::string code;            // a one-time password or a recovery code; empty: none was given
  std::string address, agent;  // of the one who asks
};
struct SignedIn {
  PersonPtr person;
  std::string token;        // the only time that it is seen
  bool needs_code = false;  // the password was right, and a code is wanted: no session is made
};

// One who signs up: with `known`, who has proved to be that person; else a person is made with what `sign_in` says.
struct NewOwner {
  SignIn sign_in;
  PersonPtr known;
  NewTenant tenant;  // theirs; its `also` is given by the other one
  // Written in the same transaction.
  std::function<std::vector<store::Statement>(int64_t person, TenantId tenant)> also = {};
};
struct SignedUp {
  SignedIn signed_in;
  TenantPtr tenant;
};

// The first operator, as they name themselves.
struct FirstOperator {
  std::string token;
  SignIn sign_in;  // without a code
  std::string name;
};

class Persons {
 public:
  Persons(store::ControlPlane& control, const Clock& clock, Audit& audit, LoginThrottle& throttle,
          std::string_view seal_key);
  static std::vector<store::Migration> migrations();
  static std::vector<TenantTable> tables();
  Result<void> load_all();

  Task<Result<PersonPtr>> create(Executor& home, std::string email, std::string name, std::string password,
                                 std::string actor);
  Task<Result<void>> remove(Executor& home, std::string email, std::string actor);
  // Ends all sessions but `but`.
  Task<Result<void>> set_password(Executor& home, std::string email, std::string password, std::string actor,
                                  int64_t but = 0);
  // In place of the role at the same place. `is_given` false: takes that one away.
  Task<Result<PersonPtr>> set_role(Executor& home, std::string email, PersonRole role, bool is_given,
                                   std::string actor);
  PersonPtr find(std::string_view email) const;  // null for none
  std::vector<PersonPtr> list() const;           // by address

  Task<Result<SignedIn>> sign_in(Executor& home, SignIn asked);
  // The same, but that no session is made: without a token.
  Task<Result<SignedIn>> prove(Executor& home, SignIn asked);
  // The person, their tenant and their role in it, in one transaction, and then a session. Errors: besides those of
  // create() and of Tenants::create(), conflict for a new person whose address is taken meanwhile.
  Task<Result<SignedUp>> create_owner(Executor& home, Tenants& tenants, NewOwner wanted);
  // Whether a person is the operator; a token for the first who will be, in place of the last token.
  bool has_operator() const;
  std::string begin_first();
  // Errors: besides those of create(), forbidden for a token that is not, or no longer, good.
  Task<Result<SignedIn>> create_first(Executor& home, FirstOperator wanted);
  // Whether this is the person's password, as sign_in() asks.
  Task<Result<void>> check_password(Executor& home, PersonPtr person, std::string password, std::string address);
  struct Found {
    PersonPtr person;
    int64_t session = 0;
  };
  std::optional<Found> find_session(std::string_view token);  // found by its hash
  std::vector<PersonSession> sessions(int64_t person) const;  // by id
  Task<Result<void>> end_session(Executor& home, PersonPtr person, int64_t id);
  // For an hour, and no longer than the program runs, the session acts as this tenant's owner too.
  void open_tenant(int64_t session, TenantId tenant);
  bool has_opened(int64_t session, TenantId tenant) const;

  // A secret that an app is given; it is asked for when confirm_totp() has seen a code of it.
  Task<Result<std::string>> begin_totp(Executor& home, PersonPtr person);
  Task<Result<std::vector<std::string>>> confirm_totp(Executor& home, PersonPtr person, std::string code);
  Task<Result<void>> end_totp(Executor& home, PersonPtr person, std::string actor);

 private:
  struct Session {
    int64_t person = 0;
    PersonSession info;
    std::map<TenantId, int64_t> opened_until_ms = {};
  };
  struct First {
    std::string hash;  // of the token; empty: there is none
    int64_t until_ms = 0;
  };
  struct Stored {
    std::string password, totp;
    int64_t totp_step = 0;
  };

  Task<Result<std::string>> hash(Executor& home, std::string password);
  Task<Result<Person>> draft(Executor& home, std::string email, std::string name);
  // With this role, in the same transaction.
  Task<Result<PersonPtr>> make(Executor& home, SignIn of, std::string name, std::optional<PersonRole> role,
                               std::string actor);
  First take_first(std::string_view token);
  Task<Result<bool>> is_right(Executor& home, std::string password, std::string stored);
  Task<Result<Stored>> load(Executor& home, int64_t person);
  Task<Result<void>> check_code(Executor& home, PersonPtr person, Stored stored, std::string code);
  Task<Result<std::string>> open_session(Executor& home, PersonPtr person, SignIn asked);
  std::vector<store::Statement> note(std::string actor, std::string action, std::string detail) const;
  std::string totp_place(int64_t person) const { return "person " + std::to_string(person) + " totp"; }
  void keep(const PersonPtr& person);
  void drop_sessions(int64_t person, int64_t but);

  store::ControlPlane& control_;
  const Clock& clock_;
  Audit& audit_;
  LoginThrottle& throttle_;
  const crypto::Sealer sealer_;
  const std::string fake_;  // a stored password that is nobody's
  Turns turns_;

  mutable std::mutex mutex_;  // of what follows
  std::map<std::string, PersonPtr, std::less<>> by_email_;
  std::unordered_map<int64_t, PersonPtr> by_id_;
  std::unordered_map<std::string, Session> sessions_;  // by the token's hash
  First first_;

  PasswordQueue queue_;  // the last: it ends first
};

}  // namespace teahouse
