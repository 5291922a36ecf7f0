// How somebody who signs up becomes the owner of a tenant of their own. The turn of the persons is taken before that of
// the tenants, and never the other way round.
#include <utility>

#include "account/person_rows.h"
#include "account/persons.h"
#include "tenant/email.h"

namespace teahouse {
namespace {

using store::Statement;

constexpr size_t roles_max = 200;

PersonRole owner_of(TenantId tenant) { return {Role::owner, ResellerId::none, tenant}; }

}  // namespace

Task<Result<SignedUp>> Persons::create_owner(Executor& home, Tenants& tenants, NewOwner wanted) {
  auto email = parse_email("The person's address", wanted.sign_in.email);
  if (!email) co_return email.error();
  std::string hashed;
  if (!wanted.known) {
    auto hashing = hash(home, wanted.sign_in.password);
    auto made = co_await hashing;
    if (!made) co_return made.error();
    hashed = std::move(*made);
  }
  SignedUp signed_up;
  {
    auto turn = co_await turns_.take(home);
    Result<Person> person = Person();
    if (wanted.known) {
      const PersonPtr now = find(*email);
      if (!now || now->id != wanted.known->id) co_return Error{ErrorKind::conflict, "This person is no more."};
      person = *now;
    } else {
      auto drafting = draft(home, *email, {});
      person = co_await drafting;
    }
    if (!person) co_return person.error();
    if (person->roles.size() >= roles_max) {
      co_return Error{ErrorKind::resource_constraint, "A person has 200 roles at most; take one away first."};
    }
    const std::string actor = "person:" + person->email;
    wanted.tenant.also = [&](TenantId tenant) {
      std::vector<Statement> statements;
      if (!wanted.known) {
        statements.push_back(person_rows::insert(*person, hashed));
        append(statements, note(actor, "person.create", person->email + ", who has signed up"));
      }
      append(statements, person_rows::set_role(person->id, owner_of(tenant), true));
      append(statements, note(actor, "person.role",
                              person->email + ", owner tenant " + std::to_string(raw(tenant)) + ", made by them"));
      if (wanted.also) append(statements, wanted.also(person->id, tenant));
      return statements;
    };
    auto making = tenants.create(home, std::move(wanted.tenant), actor);
    const auto made = co_await making;
    if (!made) co_return made.error();
    signed_up.tenant = made->tenant;
    person->roles.push_back(owner_of(made->tenant->id));
    signed_up.signed_in.person = std::make_shared<const Person>(std::move(*person));
    keep(signed_up.signed_in.person);
  }
  auto opening = open_session(home, signed_up.signed_in.person, std::move(wanted.sign_in));
  auto token = co_await opening;
  if (!token) co_return token.error();
  signed_up.signed_in.token = std::move(*token);
  co_return signed_up;
}

}  // namespace teahouse
