// A coroutine that has taken a turn writes upon what it has read: nobody else writes meanwhile. A sign-in takes none
// while a password is hashed, which takes long: what it must not miss meanwhile (a code used twice, a person removed)
// its last statement finds out by itself.
#include "account/persons.h"

#include <algorithm>

#include "account/person_rows.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/scrypt.h"
#include "crypto/totp.h"
#include "tenant/email.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Row;
using store::Statement;

constexpr size_t persons_max = 100'000, roles_max = 200, sessions_max = 20, recovery_codes = 10;
constexpr size_t name_characters_max = 100, agent_bytes_max = 200;
constexpr size_t password_bytes_min = 10, password_bytes_max = 1023, token_bytes_max = 128;
constexpr int64_t session_ms = int64_t{30} * 24 * 60 * 60 * 1000;

Error unknown_person(std::string_view email) {
  return {ErrorKind::item_not_found, "There is no person '" + std::string(email.substr(0, 254)) + "'."};
}
Error wrong_sign_in() { return {ErrorKind::not_authorized, "The e-mail address or the password is wrong."}; }
Error wrong_code() {
  return {ErrorKind::not_authorized, "The code is wrong, or was used before. Take the one that the app shows now."};
}
Error too_many_tries() {
  return {ErrorKind::policy_violation, "There were too many wrong passwords. Try again in some minutes."};
}
Error too_busy() {
  return {ErrorKind::service_unavailable, "Too many passwords are waiting to be checked. Try again in a moment."};
}

void append(std::vector<Statement>& all, std::vector<Statement> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Result<void> check_new_password(std::string_view password) {
  if (password.size() >= password_bytes_min && password.size() <= password_bytes_max) return {};
  return Error{ErrorKind::bad_request, "The password must have 10 to 1023 bytes."};
}

// "abcd-efgh-ijkl-mnop" and "ABCDEFGHIJKLMNOP" are one code.
std::string hash_recovery_code(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    plain += 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return crypto::sha256(plain);
}

std::string make_recovery_code() {
  const std::string letters = crypto::to_base32(random_bytes(10));
  std::string code;
  for (size_t i = 0; i < letters.size(); i += 4) code.append(code.empty() ? "" : "-").append(letters, i, 4);
  return code;
}

}  // namespace

Persons::Persons(store::ControlPlane& control, const Clock& clock, Audit& audit, LoginThrottle& throttle,
                 std::string_view seal_key)
    : control_(control),
      clock_(clock),
      audit_(audit),
      throttle_(throttle),
      sealer_(*crypto::Sealer::make(seal_key)),
      fake_(crypto::make_false_password()) {}

std::vector<store::Migration> Persons::migrations() { return person_rows::migrations(); }

std::vector<TenantTable> Persons::tables() { return {{"person_roles", {}}}; }

std::string_view to_string(Role role) {
  switch (role) {
    case Role::operators: return "operator";
    case Role::reseller: return "reseller";
    case Role::owner: return "owner";
    case Role::moderate: return "moderate";
    case Role::agents: return "agents";
    case Role::read: return "read";
  }
  return {};
}

std::optional<Role> find_role(std::string_view name) {
  for (const Role role : {Role::operators, Role::reseller, Role::owner, Role::moderate, Role::agents, Role::read}) {
    if (to_string(role) == name) return role;
  }
  return std::nullopt;
}

Result<void> Persons::load_all() {
  const auto persons = control_.execute_now({"SELECT person_id, email, name, totp_on, created_ms FROM persons", {}});
  if (!persons) return persons.error();
  std::unordered_map<int64_t, std::shared_ptr<Person>> all;
  for (const Row& row : persons->rows) {
    auto person = std::make_shared<Person>();
    person->id = as_int(row[0]);
    person->email = as_text(row[1]);
    person->name = as_text(row[2]);
    person->has_totp = as_int(row[3]) != 0;
    person->created_ms = as_int(row[4]);
    all[person->id] = std::move(person);
  }
  const auto roles = control_.execute_now(
      {"SELECT person_id, reseller_id, tenant_id, role FROM person_roles ORDER BY person_id, reseller_id, tenant_id",
       {}});
  if (!roles) return roles.error();
  for (const Row& row : roles->rows) {
    const auto person = all.find(as_int(row[0]));
    const auto role = find_role(as_text(row[3]));
    if (person == all.end() || !role) continue;
    person->second->roles.push_back(
        {*role, static_cast<ResellerId>(as_int(row[1])), static_cast<TenantId>(as_int(row[2]))});
  }
  for (const auto& [id, person] : all) keep(person);
  const auto sessions =
      control_.execute_now({"SELECT person_id, id, hash, created_ms, address, agent FROM person_sessions", {}});
  if (!sessions) return sessions.error();
  for (const Row& row : sessions->rows) {
    sessions_[as_text(row[2])] = {as_int(row[0]),
                                  {as_int(row[1]), as_int(row[3]), as_int(row[3]), as_text(row[4]), as_text(row[5])}};
  }
  return {};
}

void Persons::keep(const PersonPtr& person) {
  const std::lock_guard lock(mutex_);
  by_email_[person->email] = person;
  by_id_[person->id] = person;
}

void Persons::drop_sessions(int64_t person, int64_t but) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_,
                [&](const auto& each) { return each.second.person == person && each.second.info.id != but; });
}

PersonPtr Persons::find(std::string_view email) const {
  const auto parsed = parse_email("The address", email);
  if (!parsed) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = by_email_.find(*parsed);
  return found == by_email_.end() ? nullptr : found->second;
}

std::vector<PersonPtr> Persons::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<PersonPtr> all;
  all.reserve(by_email_.size());
  for (const auto& [email, person] : by_email_) all.push_back(person);
  return all;
}

std::vector<Statement> Persons::note(std::string actor, std::string action, std::string detail) const {
  return audit_.insert({.actor = std::move(actor), .action = std::move(action), .detail = std::move(detail)});
}

Task<Result<std::string>> Persons::hash(Executor& home, std::string password) {
  using Hashed = Result<std::string>;
  if (const auto good = check_new_password(password); !good) co_return good.error();
  Async<Hashed> made(home, [this, password](Async<Hashed>::Done done) {
    const bool waits = queue_.post(TenantId::server, [done, password](bool run) {
      done(run ? Hashed(crypto::hash_password(password)) : Hashed(too_busy()));
    });
    if (!waits) done(too_busy());
  });
  auto hashed = co_await made;
  co_return hashed;
}

Task<Result<bool>> Persons::is_right(Executor& home, std::string password, std::string stored) {
  using Checked = Result<bool>;
  if (password.size() > password_bytes_max) co_return false;
  Async<Checked> checked(home, [this, password, stored](Async<Checked>::Done done) {
    const bool waits = queue_.post(TenantId::server, [done, password, stored](bool run) {
      done(run ? Checked(crypto::check_password(password, stored)) : Checked(too_busy()));
    });
    if (!waits) done(too_busy());
  });
  auto found = co_await checked;
  co_return found;
}

Task<Result<PersonPtr>> Persons::create(Executor& home, std::string email, std::string name, std::string password,
                                        std::string actor) {
  auto parsed = parse_email("The person's address", email);
  if (!parsed) co_return parsed.error();
  auto shown = parse_shown_text("The name", name, name_characters_max);
  if (!shown) co_return shown.error();
  auto hashing = hash(home, std::move(password));
  const auto hashed = co_await hashing;
  if (!hashed) co_return hashed.error();
  auto turn = co_await turns_.take(home);
  if (find(*parsed)) co_return Error{ErrorKind::conflict, "There is a person '" + *parsed + "' already."};
  if (list().size() >= persons_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 100,000 persons, which is the limit."};
  }
  auto draw = person_rows::draw_id();
  const auto drawn = co_await control_.transact(home, std::move(draw));
  if (!drawn) co_return drawn.error();
  Person person;
  person.id = as_int(drawn->rows[0][0]);
  person.name = shown->empty() ? *parsed : std::move(*shown);
  person.email = std::move(*parsed);
  person.created_ms = clock_.wall_ms();
  auto statements = note(std::move(actor), "person.create", person.email);
  statements.push_back(person_rows::insert(person, *hashed));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  const PersonPtr made = std::make_shared<const Person>(std::move(person));
  keep(made);
  co_return made;
}

Task<Result<void>> Persons::remove(Executor& home, std::string email, std::string actor) {
  auto turn = co_await turns_.take(home);
  const PersonPtr person = find(email);
  if (!person) co_return unknown_person(email);
  auto statements = person_rows::remove(person->id);
  append(statements, note(std::move(actor), "person.remove", person->email));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  drop_sessions(person->id, 0);
  const std::lock_guard lock(mutex_);
  by_email_.erase(person->email);
  by_id_.erase(person->id);
  co_return Result<void>();
}

Task<Result<void>> Persons::set_password(Executor& home, std::string email, std::string password, std::string actor,
                                         int64_t but) {
  auto hashing = hash(home, std::move(password));
  const auto hashed = co_await hashing;
  if (!hashed) co_return hashed.error();
  auto turn = co_await turns_.take(home);
  const PersonPtr person = find(email);
  if (!person) co_return unknown_person(email);
  std::vector<Statement> statements = {person_rows::set_password(person->id, *hashed),
                                       person_rows::remove_sessions(person->id, but)};
  append(statements, note(std::move(actor), "person.password", person->email));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  drop_sessions(person->id, but);
  co_return Result<void>();
}

Task<Result<PersonPtr>> Persons::set_role(Executor& home, std::string email, PersonRole role, bool is_given,
                                          std::string actor) {
  auto turn = co_await turns_.take(home);
  const PersonPtr person = find(email);
  if (!person) co_return unknown_person(email);
  Person changed = *person;
  std::erase_if(changed.roles, [&](const PersonRole& each) { return each.is_at_same_place(role); });
  if (is_given) changed.roles.push_back(role);
  if (changed.roles.size() > roles_max) {
    co_return Error{ErrorKind::resource_constraint, "A person has 200 roles at most; take one away first."};
  }
  auto statements = person_rows::set_role(person->id, role, is_given);
  const std::string place =
      " reseller " + std::to_string(raw(role.reseller)) + " tenant " + std::to_string(raw(role.tenant));
  append(statements, note(std::move(actor), is_given ? "person.role" : "person.role.remove",
                          person->email + ", " + std::string(to_string(role.role)) + place));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  const PersonPtr stored = std::make_shared<const Person>(std::move(changed));
  keep(stored);
  co_return stored;
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

// One who is not there takes as long as one who is.
Task<Result<SignedIn>> Persons::sign_in(Executor& home, SignIn asked) {
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
  auto opening = open_session(home, person, std::move(asked));
  auto token = co_await opening;
  if (!token) co_return token.error();
  co_return SignedIn{person, std::move(*token), false};
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
  if (token.size() > token_bytes_max) return std::nullopt;
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

Task<Result<std::string>> Persons::begin_totp(Executor& home, PersonPtr person) {
  auto turn = co_await turns_.take(home);
  const PersonPtr now = find(person->email);
  if (!now || now->id != person->id) co_return unknown_person(person->email);
  if (now->has_totp) co_return Error{ErrorKind::conflict, "One-time passwords are on already; end them first."};
  const std::string secret = random_bytes(crypto::totp_secret_bytes);
  auto statement = person_rows::set_totp(person->id, sealer_.seal(secret, totp_place(person->id)), false);
  const auto written = co_await control_.execute(home, std::move(statement));
  if (!written) co_return written.error();
  co_return secret;
}

Task<Result<std::vector<std::string>>> Persons::confirm_totp(Executor& home, PersonPtr person, std::string code) {
  auto turn = co_await turns_.take(home);
  const PersonPtr now = find(person->email);
  if (!now || now->id != person->id) co_return unknown_person(person->email);
  if (now->has_totp) co_return Error{ErrorKind::conflict, "One-time passwords are on already; end them first."};
  auto loading = load(home, person->id);
  const auto stored = co_await loading;
  if (!stored) co_return stored.error();
  const auto secret = sealer_.open(stored->totp, totp_place(person->id));
  const auto step =
      secret ? crypto::check_totp(*secret, code, clock_.wall_ms(), stored->totp_step) : std::optional<int64_t>();
  if (!step) co_return wrong_code();
  std::vector<std::string> codes, hashes;
  for (size_t i = 0; i < recovery_codes; ++i) {
    codes.push_back(make_recovery_code());
    hashes.push_back(hash_recovery_code(codes.back()));
  }
  std::vector<Statement> statements = {person_rows::set_totp(person->id, stored->totp, true),
                                       person_rows::use_totp_step(person->id, *step)};
  append(statements, person_rows::set_recovery_codes(person->id, hashes));
  append(statements, note("person:" + person->email, "person.totp", "on"));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  Person changed = *now;
  changed.has_totp = true;
  keep(std::make_shared<const Person>(std::move(changed)));
  co_return codes;
}

Task<Result<void>> Persons::end_totp(Executor& home, PersonPtr person) {
  auto turn = co_await turns_.take(home);
  const PersonPtr now = find(person->email);
  if (!now || now->id != person->id) co_return unknown_person(person->email);
  std::vector<Statement> statements = {person_rows::set_totp(person->id, {}, false)};
  append(statements, person_rows::set_recovery_codes(person->id, {}));
  append(statements, note("person:" + person->email, "person.totp", "off"));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  Person changed = *now;
  changed.has_totp = false;
  keep(std::make_shared<const Person>(std::move(changed)));
  co_return Result<void>();
}

}  // namespace teahouse
