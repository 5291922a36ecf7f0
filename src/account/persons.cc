// A coroutine that has taken a turn writes upon what it has read: nobody else writes meanwhile.
#include "account/persons.h"

#include <algorithm>

#include "account/person_codes.h"
#include "account/person_rows.h"
#include "crypto/scrypt.h"
#include "tenant/email.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

using person_codes::unknown_person;
using store::as_int;
using store::as_text;
using store::Row;
using store::Statement;

constexpr size_t persons_max = 100'000, person_roles_max = 200, name_characters_max = 100;
constexpr size_t new_password_bytes_min = 10, new_password_bytes_max = 1023;

Result<void> check_new_password(std::string_view password) {
  if (password.size() >= new_password_bytes_min && password.size() <= new_password_bytes_max) return {};
  return Error{ErrorKind::bad_request, "The password must have 10 to 1023 bytes."};
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
      done(run ? Hashed(crypto::hash_password(password)) : Hashed(person_codes::too_busy()));
    });
    if (!waits) done(person_codes::too_busy());
  });
  auto hashed = co_await made;
  co_return hashed;
}

Task<Result<PersonPtr>> Persons::create(Executor& home, std::string email, std::string name, std::string password,
                                        std::string actor) {
  SignIn of;
  of.email = std::move(email);
  of.password = std::move(password);
  auto making = make(home, std::move(of), std::move(name), std::nullopt, std::move(actor));
  auto made = co_await making;
  co_return made;
}

// REQUIRES: it is the caller's turn.
Task<Result<Person>> Persons::draft(Executor& home, std::string email, std::string name) {
  if (find(email)) co_return Error{ErrorKind::conflict, "There is a person '" + email + "' already."};
  if (list().size() >= persons_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 100,000 persons, which is the limit."};
  }
  auto draw = person_rows::draw_id();
  const auto drawn = co_await control_.transact(home, std::move(draw));
  if (!drawn) co_return drawn.error();
  Person person;
  person.id = as_int(drawn->rows[0][0]);
  person.name = name.empty() ? email : std::move(name);
  person.email = std::move(email);
  person.created_ms = clock_.wall_ms();
  co_return person;
}

Task<Result<PersonPtr>> Persons::make(Executor& home, SignIn of, std::string name, std::optional<PersonRole> role,
                                      std::string actor) {
  auto parsed = parse_email("The person's address", of.email);
  if (!parsed) co_return parsed.error();
  auto shown = parse_shown_text("The name", name, name_characters_max);
  if (!shown) co_return shown.error();
  auto hashing = hash(home, std::move(of.password));
  const auto hashed = co_await hashing;
  if (!hashed) co_return hashed.error();
  auto turn = co_await turns_.take(home);
  auto drafting = draft(home, std::move(*parsed), std::move(*shown));
  auto drafted = co_await drafting;
  if (!drafted) co_return drafted.error();
  Person& person = *drafted;
  auto statements = note(std::move(actor), "person.create", person.email);
  statements.push_back(person_rows::insert(person, *hashed));
  if (role) {
    person.roles.push_back(*role);
    append(statements, person_rows::set_role(person.id, *role, true));
  }
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
  if (changed.roles.size() > person_roles_max) {
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

}  // namespace teahouse
