// Persons, how their one-time passwords are switched on and off.
#include "account/person_codes.h"
#include "account/person_rows.h"
#include "account/persons.h"
#include "base/random.h"
#include "crypto/totp.h"

namespace teahouse {
namespace {

using person_codes::hash_recovery_code;
using person_codes::make_recovery_code;
using person_codes::unknown_person;
using person_codes::wrong_code;
using store::Statement;

constexpr size_t recovery_codes = 10;

}  // namespace

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
  append(statements, note("person:" + person->email, "person.totp", person->email + ", on"));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  Person changed = *now;
  changed.has_totp = true;
  keep(std::make_shared<const Person>(std::move(changed)));
  co_return codes;
}

Task<Result<void>> Persons::end_totp(Executor& home, PersonPtr person, std::string actor) {
  auto turn = co_await turns_.take(home);
  const PersonPtr now = find(person->email);
  if (!now || now->id != person->id) co_return unknown_person(person->email);
  std::vector<Statement> statements = {person_rows::set_totp(person->id, {}, false)};
  append(statements, person_rows::set_recovery_codes(person->id, {}));
  append(statements, note(std::move(actor), "person.totp", person->email + ", off"));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  Person changed = *now;
  changed.has_totp = false;
  keep(std::make_shared<const Person>(std::move(changed)));
  co_return Result<void>();
}

}  // namespace teahouse
