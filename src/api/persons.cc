// The people of the panel: the operator's calls for them, and their own with the token of a session.
#include "account/persons.h"

#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/panel_session.h"
#include "api/roles.h"
#include "api/signed_in.h"
#include "base/text.h"
#include "crypto/totp.h"

namespace teahouse::api {
namespace {

// Roles at places that are no more are not told.
JsonArray show_roles(const ApiContext& api, const Person& person) {
  JsonArray rows;
  for (const PersonRole& role : person.roles) {
    JsonObject row = {{"role", to_json(to_string(role.role))}};
    if (role.role == Role::reseller) {
      const ResellerPtr reseller = api.tenants.resellers().directory().find(role.reseller);
      if (!reseller) continue;
      row["reseller"] = reseller->name;
    } else if (role.role != Role::operators) {
      const TenantPtr tenant = api.tenants.find(role.tenant);
      if (!tenant) continue;
      row["tenant"] = tenant->name;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

JsonObject show(const ApiContext& api, const Person& person) {
  return {{"email", person.email},
          {"name", person.name},
          {"roles", show_roles(api, person)},
          {"totp", person.has_totp},
          {"created", format_time(person.created_ms)}};
}

Outcome answer(const ApiContext& api, const Result<PersonPtr>& person, int status = 200) {
  if (!person) return person.error();
  return make_answer(status, show(api, **person), (*person)->email);
}

Error no_person(std::string_view email) {
  return {ErrorKind::item_not_found, "There is no person '" + std::string(email.substr(0, 254)) + "'."};
}

struct WantedRole {
  PersonRole role;
  bool is_given = true;
};

// `role` with `reseller` for a reseller's, `tenant` for a tenant's; "none" takes the role at that place away.
Result<WantedRole> read_role(const ApiContext& api, Fields& fields) {
  const auto name = fields.text("role");
  const auto tenant = fields.optional_text("tenant").value_or("");
  const auto reseller = fields.optional_text("reseller").value_or("");
  if (const auto good = fields.check(); !good) return good.error();
  const auto role = find_role(name);
  if (!role && name != "none") {
    return bad_request("The role must be operator, reseller, owner, moderate, agents, read or none.");
  }
  if (!tenant.empty() && !reseller.empty()) return bad_request("A role is at a tenant or a reseller, not at both.");
  WantedRole wanted{{role.value_or(Role::read)}, role.has_value()};
  const bool is_at_tenant = role && *role != Role::operators && *role != Role::reseller;
  const bool needs_reseller = role == Role::reseller, needs_none = role == Role::operators;
  if ((is_at_tenant && tenant.empty()) || (needs_reseller && reseller.empty())) {
    return bad_request("The field '" + std::string(is_at_tenant ? "tenant" : "reseller") +
                       "' says where they have this role.");
  }
  if ((needs_none && !(tenant + reseller).empty()) || (needs_reseller && !tenant.empty()) ||
      (is_at_tenant && !reseller.empty())) {
    return bad_request(
        "This role is not had there: an operator's is at no place, a reseller's at a reseller, and the others at a "
        "tenant.");
  }
  if (!tenant.empty()) {
    const TenantPtr found = api.tenants.find(tenant);
    if (!found) return bad_request(no_tenant(tenant).text);
    wanted.role.tenant = found->id;
  }
  if (!reseller.empty()) {
    const ResellerPtr found = api.tenants.resellers().directory().find(reseller);
    if (!found) return bad_request(no_reseller(reseller).text);
    wanted.role.reseller = found->id;
  }
  return wanted;
}

// A session is good, whatever the password that comes with it: 401 would say otherwise.
Outcome refuse_password(const Error& error) {
  if (error.kind == ErrorKind::policy_violation) return refuse_for_now(error.text, 600);
  if (error.kind == ErrorKind::not_authorized) return Error{ErrorKind::forbidden, error.text};
  return error;
}

std::string actor_of(const ApiCall& call) { return call.by.name(); }

}  // namespace

// Of the panel no script sees the token.
Answer answer_signed_in(const ApiContext& api, const ApiCall& call, const SignedIn& signed_in, JsonObject more) {
  JsonObject object = show(api, *signed_in.person);
  for (auto& [name, value] : more) object[name] = std::move(value);
  if (!is_from_panel(call.request)) {
    object["token"] = signed_in.token;
    return make_answer(201, object, signed_in.token);
  }
  Answer answer = make_answer(201, object, signed_in.person->email);
  answer.cookie = make_panel_cookie(call.request, signed_in.token);
  return answer;
}

Refusal ask_for_code() {
  return {401, "code-needed", "The password is right. Now the code that your app shows is needed."};
}

Task<Outcome> list_persons(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  JsonArray rows;
  std::string last, next_cursor;
  for (const PersonPtr& person : api.persons.list()) {
    if (person->email <= page->cursor) continue;
    if (rows.size() == page->rows) {
      next_cursor = last;
      break;
    }
    last = person->email;
    rows.push_back(show(api, *person));
  }
  co_return make_page("persons", std::move(rows), next_cursor);
}

Task<Outcome> create_person(ApiContext& api, ApiCall call) {
  auto email = call.fields.text("email");
  auto name = call.fields.optional_text("name").value_or("");
  auto password = call.fields.text("password");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto made =
      co_await api.persons.create(api.loop(), std::move(email), std::move(name), std::move(password), actor_of(call));
  co_return answer(api, made, 201);
}

Task<Outcome> get_person(ApiContext& api, ApiCall call) {
  const PersonPtr person = api.persons.find(call.path("email"));
  if (!person) co_return no_person(call.path("email"));
  co_return answer(api, person);
}

Task<Outcome> remove_person(ApiContext& api, ApiCall call) {
  const auto removed = co_await api.persons.remove(api.loop(), call.path("email"), actor_of(call));
  if (!removed) co_return removed.error();
  co_return make_no_content();
}

// With `end_totp`, for one who has lost the app and the recovery codes.
Task<Outcome> set_person_password(ApiContext& api, ApiCall call) {
  auto password = call.fields.text("password");
  const bool ends_totp = call.fields.flag("end_totp").value_or(false);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto set =
      co_await api.persons.set_password(api.loop(), call.path("email"), std::move(password), actor_of(call));
  if (!set) co_return set.error();
  const PersonPtr person = ends_totp ? api.persons.find(call.path("email")) : nullptr;
  if (person && person->has_totp) {
    const auto ended = co_await api.persons.end_totp(api.loop(), person, actor_of(call));
    if (!ended) co_return ended.error();
  }
  co_return make_no_content();
}

Task<Outcome> set_person_role(ApiContext& api, ApiCall call) {
  const auto wanted = read_role(api, call.fields);
  if (!wanted) co_return wanted.error();
  const auto set =
      co_await api.persons.set_role(api.loop(), call.path("email"), wanted->role, wanted->is_given, actor_of(call));
  co_return answer(api, set);
}

Task<Outcome> sign_person_in(ApiContext& api, ApiCall call) {
  SignIn asked;
  asked.email = call.fields.text("email");
  asked.password = call.fields.text("password");
  asked.code = call.fields.optional_text("code").value_or("");
  asked.address = call.request.peer_address;
  asked.agent = std::string(call.request.headers.value("User-Agent"));
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto signed_in = co_await api.persons.sign_in(api.loop(), std::move(asked));
  if (!signed_in) {
    const Error& error = signed_in.error();
    co_return error.kind == ErrorKind::policy_violation ? Outcome(refuse_for_now(error.text, 600)) : Outcome(error);
  }
  if (signed_in->needs_code) co_return ask_for_code();
  co_return answer_signed_in(api, call, *signed_in);
}

Task<Outcome> create_first_operator(ApiContext& api, ApiCall call) {
  FirstOperator wanted;
  wanted.token = call.fields.text("token");
  wanted.sign_in.email = call.fields.text("email");
  wanted.name = call.fields.optional_text("name").value_or("");
  wanted.sign_in.password = call.fields.text("password");
  wanted.sign_in.address = call.request.peer_address;
  wanted.sign_in.agent = std::string(call.request.headers.value("User-Agent"));
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto made = co_await api.persons.create_first(api.loop(), std::move(wanted));
  if (!made) co_return made.error();
  co_return answer_signed_in(api, call, *made);
}

Task<Outcome> list_own_calls(ApiContext& api, ApiCall call) {
  co_return make_page("calls", to_json(list_open_calls(api, call)), {});
}

Task<Outcome> get_own_person(ApiContext& api, ApiCall call) { co_return answer(api, call.by.person); }

Task<Outcome> change_own_password(ApiContext& api, ApiCall call) {
  auto old = call.fields.text("password");
  auto fresh = call.fields.text("new_password");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto right =
      co_await api.persons.check_password(api.loop(), call.by.person, std::move(old), call.request.peer_address);
  if (!right) co_return refuse_password(right.error());
  const auto set = co_await api.persons.set_password(api.loop(), call.by.person->email, std::move(fresh),
                                                     actor_of(call), call.by.session);
  if (!set) co_return set.error();
  co_return make_no_content();
}

Task<Outcome> list_own_sessions(ApiContext& api, ApiCall call) {
  JsonArray rows;
  for (const PersonSession& session : api.persons.sessions(call.by.person->id)) {
    rows.push_back(JsonObject{{"id", session.id},
                              {"address", session.address},
                              {"agent", session.agent},
                              {"created", format_time(session.created_ms)},
                              {"last_used", format_time(session.used_ms)},
                              {"current", session.id == call.by.session}});
  }
  co_return make_page("sessions", std::move(rows), {});
}

Task<Outcome> end_own_session(ApiContext& api, ApiCall call) {
  const auto id =
      call.path("id") == "current" ? std::optional(call.by.session) : parse_decimal<int64_t>(call.path("id"));
  if (!id) co_return Error{ErrorKind::item_not_found, "A session's id is a number, or \"current\"."};
  const auto ended = co_await api.persons.end_session(api.loop(), call.by.person, *id);
  if (!ended) co_return ended.error();
  Answer answer = make_no_content();
  if (*id == call.by.session && is_from_panel(call.request)) answer.cookie = make_panel_cookie(call.request, {});
  co_return answer;
}

Task<Outcome> begin_own_totp(ApiContext& api, ApiCall call) {
  auto password = call.fields.text("password");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto right =
      co_await api.persons.check_password(api.loop(), call.by.person, std::move(password), call.request.peer_address);
  if (!right) co_return refuse_password(right.error());
  const auto secret = co_await api.persons.begin_totp(api.loop(), call.by.person);
  if (!secret) co_return secret.error();
  co_return make_answer(201, {{"secret", crypto::to_base32(*secret)},
                              {"uri", crypto::totp_uri(*secret, "Teahouse", call.by.person->email)}});
}

Task<Outcome> confirm_own_totp(ApiContext& api, ApiCall call) {
  auto code = call.fields.text("code");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto codes = co_await api.persons.confirm_totp(api.loop(), call.by.person, std::move(code));
  if (!codes) co_return refuse_password(codes.error());
  co_return make_answer(200, {{"recovery_codes", to_json(*codes)}});
}

Task<Outcome> end_own_totp(ApiContext& api, ApiCall call) {
  auto password = call.fields.text("password");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto right =
      co_await api.persons.check_password(api.loop(), call.by.person, std::move(password), call.request.peer_address);
  if (!right) co_return refuse_password(right.error());
  const auto ended = co_await api.persons.end_totp(api.loop(), call.by.person, actor_of(call));
  if (!ended) co_return ended.error();
  co_return make_no_content();
}

}  // namespace teahouse::api
