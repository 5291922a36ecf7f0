#include "api/principal.h"

namespace teahouse::api {
namespace {

Error refuse(const Principal& principal, unsigned kinds) {
  if (principal.kind == by_anyone) return not_authorized("This call needs " + describe(kinds) + ".");
  if (principal.person) return {ErrorKind::forbidden, "Your roles do not open this call."};
  if (principal.kind == by_reseller) {
    return {ErrorKind::forbidden, "A reseller's key does not open this; the call needs " + describe(kinds) + "."};
  }
  if (kinds & by_operator) {
    return not_authorized(
        "This is not the operator's key. It is in the file operator.key of the server's data folder.");
  }
  if (principal.kind == by_user && (kinds & by_owner)) {
    return {ErrorKind::forbidden, "A user's token is not enough for this call; it needs " + describe(kinds) + "."};
  }
  return not_authorized("What was sent is no key or token of a site. This call needs " + describe(kinds) + ".");
}

}  // namespace

std::string Principal::name() const {
  if (person) return "person:" + person->email;
  switch (kind) {
    case by_operator: return "operator";
    case by_reseller: return "reseller:" + reseller->name;
    case by_owner: return "key";
    case by_user: return "user:" + user->user_id;
    case by_person:
    case by_anyone: break;
  }
  return {};
}

std::string describe(unsigned kinds) {
  if (kinds == by_person) return "the token of a person's session (\"Authorization: Bearer ps_...\")";
  if (kinds & by_operator) {
    return std::string("the operator's key (\"Authorization: Bearer ...\"; it is in operator.key on the server)") +
           (kinds & by_reseller ? ", or a reseller's (rk_...)" : "");
  }
  if (kinds & by_owner) {
    return std::string("an API key (\"Authorization: Bearer sk_...\", or the form field \"key\")") +
           (kinds & by_user ? ", or a user's site token as Bearer" : "");
  }
  return "a user's site token (\"Authorization: Bearer ...\")";
}

Result<void> may(const Principal& principal, unsigned kinds, const Subject& subject) {
  if (kinds & by_anyone) return {};
  if (!(principal.kind & kinds)) return refuse(principal, kinds);
  switch (principal.kind) {
    case by_anyone: break;
    case by_person:
    case by_operator: return {};
    case by_reseller:
      if (!subject.tenant && !subject.reseller) return {};
      if (subject.reseller && subject.reseller->id == principal.reseller->id) return {};
      return subject.tenant ? no_tenant(subject.tenant->name) : no_reseller(subject.reseller->name);
    case by_owner:
    case by_user:
      if (principal.tenant && subject.tenant && subject.tenant->id == principal.tenant->id) return {};
      return Error{ErrorKind::forbidden, "This key or token is of another site, and opens nothing here."};
  }
  return refuse(principal, kinds);
}

Error no_tenant(std::string_view name) {
  return {ErrorKind::item_not_found, "There is no tenant '" + std::string(name) + "'."};
}

Error no_reseller(std::string_view name) {
  return {ErrorKind::item_not_found, "There is no reseller '" + std::string(name) + "'."};
}

}  // namespace teahouse::api
