// The route table. openapi.json describes the same; api_test compares the two, and what each principal may do.
#include "api/handlers.h"

namespace teahouse::api {
namespace {

using Names = std::vector<std::string_view>;

// The operator does it for a tenant {name}, and an owner for their own: the pattern follows of_tenant and of_own.
constexpr unsigned manager = by_operator | by_owner;
// The operator does it to everybody's, a reseller to its own.
constexpr unsigned seller = by_operator | by_reseller;
constexpr unsigned member = by_owner | by_user;
constexpr const char *of_house = "/operator/v1", *of_tenant = "/operator/v1/tenants/{name}", *of_own = "/v1";

constexpr bool cors = true;
const Names no_names;
const Names paging = {"cursor", "limit"};
const Names user_fields = {"name", "picture", "role", "password", "disabled"};
const Names service_fields = {"type",     "host",   "port",    "transport", "name",      "username",
                              "password", "secret", "lasts_s", "expires",   "restricted"};
const Names permission_fields = {"roster", "roster_push", "message", "presence", "iq"};
const Names token_fields = {"user", "name", "picture", "role", "rooms", "ttl"};
const Names push_fields = {"endpoint", "p256dh", "auth", "name", "text"};
// A reseller sets these of itself, and an owner these of their site.
const Names brand_fields = {"title", "logo", "theme", "support", "sign_up_plan", "sign_up_domain"};
const Names order_fields = {"email", "name", "label", "page", "language", "puzzle", "answer"};
const Names own_tenant_fields = {"title",        "theme",    "origins", "guests",
                                 "registration", "contacts", "events",  "registration_question"};
const Names room_fields = {"name", "description", "subject", "public", "members_only", "moderated", "owner", "members"};

Names plan_field_names() {
  Names names = {"over_use"};
  for (const PlanLimitName& limit : plan_limit_names()) names.push_back(limit.name);
  return names;
}

Names tenant_field_names(Names names = {}) {
  for (const TenantField& field : tenant_fields()) names.push_back(field.name);
  return names;
}

Names reseller_names(Names names = {}) {
  for (const ResellerField& field : reseller_fields()) names.push_back(field.name);
  for (const std::string_view name : {"tenants", "oversell_percent"}) names.push_back(name);
  for (const PlanLimitName& limit : plan_limit_names()) names.push_back(limit.name);
  return names;
}

constexpr std::optional<Effect> control = Effect::changes_control;

std::vector<Endpoint> operator_rows() {
  const auto house = [](const char* path) { return std::string(of_house) + path; };
  const auto tenant = [](const char* path) { return std::string(of_tenant) + path; };
  return {
      {"GET", house("/ping"), seller, ping},
      {"GET", house("/metrics"), by_operator, get_metrics},
      {"GET", house("/audit"), by_operator, list_audit, no_names, {"tenant", "limit"}},
      {"POST", house("/snapshot"), by_operator, make_snapshot, no_names, no_names, false, Effect::adds, false},
      {"POST", house("/mail/test"), by_operator, test_mail, {"to"}, no_names, false, Effect::reads, false},
      {"GET", house("/sign-up"), by_operator, get_sign_up_switch},
      {"PUT", house("/sign-up"), by_operator, set_sign_up_switch, {"on"}, no_names, false, control},
      {"GET", house("/plans"), seller, list_plans, no_names, {"reseller"}},
      {"GET", house("/plans/{plan}"), seller, get_plan},
      {"PUT", house("/plans/{plan}"), seller, put_plan, plan_field_names(), no_names, false, control},
      {"GET",
       house("/tenants"),
       seller,
       list_tenants,
       no_names,
       {"cursor", "limit", "domain", "reseller", "plan", "state", "search"}},
      {"POST", house("/tenants"), seller, create_tenant, tenant_field_names({"name", "domain", "hosts", "reseller"})},

      {"GET", tenant(""), seller, get_tenant},
      {"PUT", tenant(""), seller, change_tenant, tenant_field_names({"hosts"}), no_names, false, control},
      {"PATCH", tenant(""), seller, change_tenant, tenant_field_names({"hosts"}), no_names, false, control},
      {"DELETE", tenant(""), seller, remove_tenant, no_names, no_names, false, {}, false, true},
      {"POST", tenant("/suspend"), seller, suspend_tenant, {"reason"}, no_names, false, control},
      {"POST", tenant("/resume"), seller, resume_tenant, no_names, no_names, false, control},
      {"POST", tenant("/open"), by_operator, open_tenant, no_names, no_names, false, control, false},
      {"POST", tenant("/move"), by_operator, move_tenant, {"reseller", "plan"}, no_names, false, control},
      {"GET", tenant("/certificate"), by_operator, list_certificates},
      {"PUT",
       tenant("/certificate"),
       by_operator,
       put_certificate,
       {"domain", "chain", "private_key"},
       no_names,
       false,
       control},
      {"DELETE", tenant("/certificate"), by_operator, remove_certificate, no_names, {"domain"}, false, control},
      {"GET", tenant("/accounts"), by_operator, list_accounts, no_names, paging},
      {"POST", tenant("/accounts"), by_operator, create_account, {"localpart", "password", "name", "picture", "role"}},
      {"PUT",
       tenant("/accounts/{localpart}/password"),
       by_operator,
       set_password,
       {"password"},
       no_names,
       false,
       control},
      {"POST", tenant("/accounts/{localpart}/disable"), by_operator, disable_account, no_names, no_names, false,
       control},
      {"POST", tenant("/accounts/{localpart}/enable"), by_operator, enable_account, no_names, no_names, false, control},
      {"DELETE", tenant("/accounts/{localpart}"), by_operator, remove_account},
      {"POST", tenant("/accounts/{localpart}/push/test"), by_operator, test_account_push, no_names, no_names, false,
       Effect::reads, false},
  };
}

std::vector<Endpoint> reseller_rows() {
  const auto all = [](const char* path) { return of_house + std::string("/resellers") + path; };
  return {
      {"GET", all(""), by_operator, list_resellers, no_names, paging},
      {"POST", all(""), by_operator, create_reseller, reseller_names({"name"})},
      {"GET", all("/{reseller}"), seller, get_reseller},
      {"PATCH", all("/{reseller}"), by_operator, change_reseller, reseller_names(), no_names, false, control},
      {"PATCH", all("/{reseller}/brand"), seller, change_reseller, brand_fields, no_names, false, control},
      {"POST", all("/{reseller}/suspend"), by_operator, suspend_reseller, {"reason"}, no_names, false, control},
      {"POST", all("/{reseller}/resume"), by_operator, resume_reseller, no_names, no_names, false, control},
      {"GET", all("/{reseller}/keys"), by_operator, list_reseller_keys},
      {"POST", all("/{reseller}/keys"), by_operator, make_reseller_key, {"label"}},
      {"DELETE", all("/{reseller}/keys/{id}"), by_operator, revoke_reseller_key, no_names, no_names, false, control},
      {"DELETE", all("/{reseller}"), by_operator, remove_reseller, no_names, no_names, false, control},
  };
}

std::vector<Endpoint> person_rows() {
  const auto all = [](const char* path) { return of_house + std::string("/persons") + path; };
  const std::string own = "/v1/persons/me";
  const Names role = {"role", "tenant", "reseller"}, sign_in = {"email", "password", "code"};
  return {
      {"GET", all(""), by_operator, list_persons, no_names, paging},
      {"POST", all(""), by_operator, create_person, {"email", "name", "password"}},
      {"GET", all("/{email}"), by_operator, get_person},
      {"PUT",
       all("/{email}/password"),
       by_operator,
       set_person_password,
       {"password", "end_totp"},
       no_names,
       false,
       control},
      {"PUT", all("/{email}/role"), by_operator, set_person_role, role, no_names, false, control},
      {"DELETE", all("/{email}"), by_operator, remove_person, no_names, no_names, false, control},

      {"POST", "/v1/persons/sessions", by_anyone, sign_person_in, sign_in, no_names, false, control, false},
      {"POST",
       "/v1/persons/first",
       by_anyone,
       create_first_operator,
       {"token", "email", "name", "password"},
       no_names,
       false,
       control,
       false},
      {"GET", own, by_person, get_own_person},
      {"GET", own + "/calls", by_person, list_own_calls},
      {"PUT",
       own + "/password",
       by_person,
       change_own_password,
       {"password", "new_password"},
       no_names,
       false,
       control},
      {"GET", own + "/sessions", by_person, list_own_sessions},
      {"DELETE", own + "/sessions/{id}", by_person, end_own_session, no_names, no_names, false, control},
      {"POST", own + "/totp", by_person, begin_own_totp, {"password"}, no_names, false, control, false},
      {"PUT", own + "/totp", by_person, confirm_own_totp, {"code"}, no_names, false, control},
      {"POST", own + "/totp/end", by_person, end_own_totp, {"password"}, no_names, false, control, false},
  };
}

// A tenant's domains and their certificates.
std::vector<Endpoint> domain_rows() {
  return {
      {"GET", "/certificates", manager | by_reseller, list_certificates},
      {"POST", "/certificates/{domain}/renew", manager | by_reseller, renew_certificate, no_names, no_names, false,
       control, false},
      {"GET", "/domains", manager | by_reseller, list_domains},
      {"POST", "/domains", manager | by_reseller, add_domain, {"domain", "use", "trusted"}},
      {"GET", "/domains/{domain}", manager | by_reseller, get_domain},
      {"POST", "/domains/{domain}/check", manager | by_reseller, check_domain, no_names, no_names, false,
       Effect::changes, false},
      {"GET", "/domains/{domain}/check", manager | by_reseller, look_at_domain},
      {"DELETE", "/domains/{domain}", manager | by_reseller, remove_domain},
  };
}

// An owner's, the operator's with them or a user's too.
std::vector<Endpoint> tenant_rows() {
  return {
      {"GET", "/usage", manager | by_reseller, get_usage, no_names, {"by", "from", "to", "format", "cursor", "limit"}},
      {"GET", "/events", manager, list_events, no_names, {"after", "kinds", "limit", "wait_s"}},
      {"GET", "/keys", manager, list_keys},
      {"POST", "/keys", manager, make_key, {"label"}},
      {"DELETE", "/keys/{id}", manager, revoke_key, no_names, no_names, false, control},
      {"POST", "/signing-secrets", manager, rotate_signing_secret},
      {"GET", "/invites", manager, list_invites},
      {"POST", "/invites", manager, make_invite, {"user", "username", "account", "contact", "lasts_s"}},
      {"DELETE", "/invites/{id}", manager, revoke_invite, no_names, no_names, false, control},
      {"GET", "/components", manager, list_components},
      {"POST", "/components", manager, add_component, {"domain"}},
      {"DELETE", "/components/{domain}", manager, remove_component, no_names, no_names, false, control},
      {"POST", "/components/{domain}/secret", manager, rotate_component_secret},
      {"PUT", "/components/{domain}/permissions", manager, set_component_permissions, permission_fields, no_names,
       false, control},
      {"GET", "/services", manager, list_services},
      {"POST", "/services", manager, add_service, service_fields},
      {"DELETE", "/services/{id}", manager, remove_service, no_names, no_names, false, control},

      {"GET", "/v1/tenant", by_owner, get_tenant},
      {"PATCH", "/v1/tenant", by_owner, change_tenant, own_tenant_fields, no_names, false, control},
      {"GET", "/v1/steps", by_owner, get_steps},
      {"POST", "/v1/tokens", by_owner, make_token, token_fields, no_names, false, Effect::reads},
      {"POST", "/v1/tokens/check", by_owner, check_token, {"token", "origin"}, no_names, false, Effect::reads, false},
      {"POST", "/v1/messages", member, send_message, {"to", "text", "from"}},
      {"GET", "/v1/users", by_owner, list_users, no_names, {"cursor", "limit", "search"}},
      {"PUT", "/v1/users/{id}", member, put_user, user_fields, no_names, cors, control},
      {"GET", "/v1/users/{id}", member, get_user, no_names, no_names, cors},
      {"DELETE", "/v1/users/{id}", by_owner, remove_user},
      {"GET", "/v1/users/{id}/devices", member, list_user_devices},
      {"DELETE", "/v1/users/{id}/devices", member, remove_user_devices, no_names, no_names, false, control},
      {"DELETE", "/v1/users/{id}/devices/{device}", member, remove_user_device, no_names, no_names, false, control},
      {"GET", "/v1/users/{id}/messages", member, list_user_messages, no_names, {"with", "cursor", "limit"}},
      {"GET", "/v1/users/{id}/status", member, get_status},
      {"GET", "/v1/users/{id}/unread", member, get_unread},
      {"GET", "/v1/users/{id}/push", member, list_push_devices, no_names, no_names, cors},
      {"POST", "/v1/users/{id}/push", member, add_push_device, push_fields, no_names, cors},
      {"DELETE", "/v1/users/{id}/push/{device}", member, remove_push_device, no_names, no_names, cors},
      {"POST", "/v1/users/{id}/push/test", member, test_push, no_names, no_names, cors, Effect::reads, false},
      {"POST", "/v1/users/{id}/relay-credentials", member, make_relay_credentials, no_names, no_names, cors,
       Effect::reads, false},
      {"GET", "/v1/addresses", member, list_addresses, no_names, {"of"}, cors},
      {"GET", "/v1/online", by_owner, list_online},
      {"GET", "/v1/reports", by_owner, list_reports, no_names, paging},
      {"POST", "/v1/calls", by_owner, make_call, {"users", "video", "lasts_s"}},
      {"GET", "/v1/calls/{id}", by_owner, get_call},
      {"DELETE", "/v1/calls/{id}", by_owner, end_call},
      {"GET", "/v1/rooms", by_owner, list_rooms, no_names, paging},
      {"PUT", "/v1/rooms/{id}", by_owner, put_room, room_fields},
      {"GET", "/v1/rooms/{id}", by_owner, get_room},
      {"DELETE", "/v1/rooms/{id}", by_owner, remove_room},
      {"PUT", "/v1/rooms/{id}/members/{user}", by_owner, put_member, {"role"}},
      {"DELETE", "/v1/rooms/{id}/members/{user}", by_owner, remove_member},
      {"GET", "/v1/rooms/{id}/messages", member, list_room_messages, no_names, paging, cors},
      {"DELETE", "/v1/rooms/{id}/messages/{message}", by_owner, retract_room_message, no_names, {"reason"}},

      {"GET", "/v1/files", by_owner, list_files, no_names, paging},
      {"POST", "/v1/files", by_owner, create_file, no_names, {"name"}, false, {}, false, false, true},
      {"GET", "/v1/files/{id}", by_owner, get_file},
      {"DELETE", "/v1/files/{id}", by_owner, remove_file},
  };
}

// Tenants and users that leave, and tenants that come.
std::vector<Endpoint> transfer_rows() {
  return {
      {"POST",
       of_house + std::string("/tenants/import"),
       by_operator,
       import_tenant,
       no_names,
       {"name", "domain", "plan"},
       false,
       {},
       false,
       false,
       true},
      {"GET", "/export", manager, export_tenant},
      {"GET", "/v1/users/{id}/export", by_owner, export_user},
  };
}

// Of the widget and of the page of a call, where nobody has a key; and what all may know.
std::vector<Endpoint> anyones_rows() {
  return {
      {"GET", "/v1/sites/{site}/widget", by_anyone, get_widget, no_names, no_names, cors},
      {"POST", "/v1/sites/{site}/guests", by_anyone, make_guest, {"name"}, no_names, cors, Effect::reads},
      {"POST", "/v1/sites/{site}/calls/look", by_anyone, look_at_call, {"link"}, no_names, false, Effect::reads, false},
      {"POST", "/v1/sites/{site}/calls/join", by_anyone, join_call, {"link"}, no_names, false, {}, false},
      {"GET", "/v1/panel", by_anyone, get_panel},
      {"GET", "/v1/sign-up", by_anyone, get_sign_up},
      {"POST", "/v1/sign-up", by_anyone, order_site, order_fields, no_names, false, control, false},
      {"POST", "/v1/sign-up/look", by_anyone, look_at_order, {"token"}, no_names, false, Effect::reads, false},
      {"POST",
       "/v1/sign-up/site",
       by_anyone,
       make_ordered_site,
       {"token", "label", "password", "code"},
       no_names,
       false,
       {},
       false},
      {"GET", "/openapi.json", by_anyone, get_openapi},
      {"GET", "/healthz", by_anyone, get_health},
  };
}

std::vector<Endpoint> all_endpoints() {
  std::vector<Endpoint> all;
  const auto add = [&all](Endpoint row, std::string pattern, unsigned kinds) {
    row.pattern = std::move(pattern);
    row.kinds = kinds;
    all.push_back(std::move(row));
  };
  for (const auto& rows : {operator_rows(), reseller_rows(), person_rows(), tenant_rows(), domain_rows(),
                           transfer_rows(), anyones_rows()}) {
    for (const Endpoint& row : rows) {
      if ((row.kinds & manager) != manager) {
        add(row, row.pattern, row.kinds);
      } else {
        add(row, of_tenant + row.pattern, row.kinds & ~by_owner);
        add(row, of_own + row.pattern, by_owner);
      }
    }
  }
  return all;
}

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> all = all_endpoints();
  return all;
}

}  // namespace teahouse::api
