// Persons, how they sign in, and their sessions. A sign-in takes no turn while a password is hashed, which takes long:
// what it must not miss meanwhile (a code used twice, a person removed) its last statement finds out by itself.
#include <algorithm>

#include "account/person_codes.h"
#include "account/person_rows.h"
#include "account/persons.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/scrypt.h"
#include "crypto/totp.h"
#include "tenant/email.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

using person_codes::hash_recovery_code;
using person_codes::wrong_code;
using person_codes::wrong_sign_in;
using store::as_int;
using store::as_text;
using store::Row;
using store::Statement;

constexpr size_t sessions_max = 20, agent_bytes_max = 200, shown_password_bytes_max = 1023,
                 session_token_bytes_max = 128;
constexpr int64_t session_ms = int64_t{30} * 24 * 60 * 60 * 1000;

Error too_many_tries() {
  return {ErrorKind::policy_violation, "There were too many wrong passwords. Try again in some minutes."};
}

}  // namespace

Task<Result<bool>> Persons::is_right(Executor& home, std::string password, std::string stored) {
  using Checked = Result<bool>;
  if (password.size() > shown_password_bytes_max) co_return false;
  Async<Checked> checked(home, [this, password, stored](Async<Checked>::Done done) {
    const bool waits = queue_.post(TenantId::server, [done, password, stored](bool run) {
      done(run ? Checked(crypto::check_password(password, stored)) : Checked(person_codes::too_busy()));
    });
    if (!waits) done(person_codes::too_busy());
  });
  auto found = co_await checked;
  co_return found;
}

Task<Result<Persons::Stored>> Persons::load(Executor& home, int64_t person) {
  auto select = person_rows::select(person);
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  if (answer->rows.empty()) co_return wrong_sign_in();
  const Row& row = answer->rows[0];
  co_return Stored{as_text(row[0]), as_text(row[1]), as_int(row[2])};
}

Task<Result<void>> Persons::check_password(Executor& home, PersonPtr person, std::string password,
                                           std::string address) {
  if (!throttle_.take(TenantId::server, person->email, address)) co_return too_many_tries();
  auto loading = load(home, person->id);
  const auto stored = co_await loading;
  auto checking = is_right(home, std::move(password), stored ? stored->password : fake_);
  const auto right = co_await checking;
  if (stored && right && *right) {
    throttle_.succeeded(TenantId::server, person->email, address);
    co_return Result<void>();
  }
  if (!right) {
    throttle_.give_back(TenantId::server, person->email, address);
    co_return right.error();
  }
  throttle_.failed(TenantId::server, person->email, address);
  co_return wrong_sign_in();
}

Task<Result<SignedIn>> Persons::sign_in(Executor& home, SignIn asked) {
  auto proving = prove(home, asked);
  auto proved = co_await proving;
  if (!proved || proved->needs_code) co_return proved;
  auto opening = open_session(home, proved->person, std::move(asked));
  auto token = co_await opening;
  if (!token) co_return token.error();
  co_return SignedIn{proved->person, std::move(*token), false};
}

// One who is not there takes as long as one who is.
Task<Result<SignedIn>> Persons::prove(Executor& home, SignIn asked) {
  const auto parsed = parse_email("The address", asked.email);
  const std::string tried = parsed ? *parsed : asked.email.substr(0, 254);
  if (!throttle_.take(TenantId::server, tried, asked.address)) co_return too_many_tries();
  const PersonPtr person = find(tried);
  Stored stored{fake_, {}, 0};
  if (person) {
    auto loading = load(home, person->id);
    auto loaded = co_await loading;
    if (loaded) stored = std::move(*loaded);
  }
  auto checking = is_right(home, asked.password, stored.password);
  const auto right = co_await checking;
  if (!right) {
    throttle_.give_back(TenantId::server, tried, asked.address);
    co_return right.error();
  }
  if (!person || !*right) {
    throttle_.failed(TenantId::server, tried, asked.address);
    co_return wrong_sign_in();
  }
  if (person->has_totp) {
    if (asked.code.empty()) {
      throttle_.give_back(TenantId::server, tried, asked.address);
      co_return SignedIn{person, {}, true};
    }
    auto proving = check_code(home, person, stored, asked.code);
    const auto proved = co_await proving;
    if (!proved) {
      throttle_.failed(TenantId::server, tried, asked.address);
      co_return proved.error();
    }
  }
  throttle_.succeeded(TenantId::server, tried, asked.address);
  co_return SignedIn{person, {}, false};
}

Task<Result<void>> Persons::check_code(Executor& home, PersonPtr person, Stored stored, std::string code) {
  const auto secret = sealer_.open(stored.totp, totp_place(person->id));
  const auto step =
      secret ? crypto::check_totp(*secret, code, clock_.wall_ms(), stored.totp_step) : std::optional<int64_t>();
  auto use = step ? person_rows::use_totp_step(person->id, *step)
                  : person_rows::use_recovery_code(person->id, hash_recovery_code(code));
  const auto used = co_await control_.execute(home, std::move(use));
  if (!used) co_return used.error();
  co_return used->changes == 1 ? Result<void>() : Result<void>(wrong_code());
}

Task<Result<std::string>> Persons::open_session(Executor& home, PersonPtr person, SignIn asked) {
  auto turn = co_await turns_.take(home);
  const std::string token = "ps_" + random_token(32), hash = crypto::sha256(token);
  PersonSession session;
  session.created_ms = session.used_ms = clock_.wall_ms();
  session.address = asked.address;
  const auto agent = parse_person_name("The agent", cut(asked.agent, agent_bytes_max), agent_bytes_max);
  if (agent) session.agent = *agent;
  const auto open = sessions(person->id);
  std::vector<Statement> statements;
  for (size_t i = 0; i + sessions_max <= open.size(); ++i) {
    statements.push_back(person_rows::remove_session(person->id, open[i].id));
  }
  const size_t ended = statements.size();
  append(statements, note("person:" + person->email, "person.sign-in", session.address));
  append(statements, person_rows::insert_session(person->id, hash, session));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  if (written->rows.empty()) co_return wrong_sign_in();  // removed meanwhile
  session.id = as_int(written->rows[0][0]);
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < ended; ++i) {
    std::erase_if(sessions_, [&](const auto& each) { return each.second.info.id == open[i].id; });
  }
  sessions_[hash] = {person->id, std::move(session)};
  co_return token;
}

std::optional<Persons::Found> Persons::find_session(std::string_view token) {
  if (token.size() > session_token_bytes_max) return std::nullopt;
  const std::string hash = crypto::sha256(token);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(hash);
  if (found == sessions_.end()) return std::nullopt;
  const int64_t now_ms = clock_.wall_ms();
  const auto person = by_id_.find(found->second.person);
  if (person == by_id_.end() || now_ms - found->second.info.created_ms > session_ms) return std::nullopt;
  found->second.info.used_ms = now_ms;
  return Found{person->second, found->second.info.id};
}

std::vector<PersonSession> Persons::sessions(int64_t person) const {
  const std::lock_guard lock(mutex_);
  std::vector<PersonSession> all;
  for (const auto& [hash, session] : sessions_) {
    if (session.person == person) all.push_back(session.info);
  }
  std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) { return one.id < other.id; });
  return all;
}

Task<Result<void>> Persons::end_session(Executor& home, PersonPtr person, int64_t id) {
  auto turn = co_await turns_.take(home);
  auto statement = person_rows::remove_session(person->id, id);
  const auto written = co_await control_.execute(home, std::move(statement));
  if (!written) co_return written.error();
  if (written->changes == 0) co_return Error{ErrorKind::item_not_found, "There is no such session of yours."};
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_,
                [&](const auto& each) { return each.second.person == person->id && each.second.info.id == id; });
  co_return Result<void>();
}

}  // namespace teahouse
