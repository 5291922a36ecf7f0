#include "tenant/tenant_fields.h"

#include <algorithm>
#include <array>

#include "tenant/contacts.h"
#include "tenant/federation.h"
#include "tenant/names.h"
#include "tenant/origin.h"
#include "tenant/registration_question.h"

namespace teahouse {
namespace {

template <auto... Path>
FieldValue get_member(const Tenant& tenant) {
  return (tenant.*....*Path);
}

template <auto... Path>
void put_member(Tenant& tenant, FieldValue value) {
  auto& member = (tenant.*....*Path);
  member = std::get<std::decay_t<decltype(member)>>(std::move(value));
}

template <class T>
Result<FieldValue> as_value(Result<T> checked) {
  return checked ? Result<FieldValue>(std::move(*checked)) : Result<FieldValue>(checked.error());
}

Result<FieldValue> check_title(const Tenant& tenant, FieldValue value) {
  auto title = parse_shown_text("The title", std::get<std::string>(value), title_characters_max);
  if (title && title->empty()) title = tenant.name;
  return as_value(std::move(title));
}

Result<FieldValue> check_theme(const Tenant& /*tenant*/, FieldValue value) {
  return as_value(parse_theme(std::get<std::string>(value)));
}

Result<FieldValue> check_modules_off(const Tenant& /*tenant*/, FieldValue value) {
  return as_value(parse_module_names(std::get<std::vector<std::string>>(value)));
}

Result<FieldValue> check_module_options(const Tenant& tenant, FieldValue value) {
  return as_value(merge_module_options(tenant.module_options, std::get<std::string>(value)));
}

FieldValue get_events(const Tenant& tenant) { return tenant.events.names(); }

// A kind of a later Teahouse, in a column that this one reads, is left out.
void put_events(Tenant& tenant, FieldValue value) {
  tenant.events = {};
  for (const std::string& name : std::get<std::vector<std::string>>(value)) {
    if (const auto kind = EventKinds::parse({name})) tenant.events.add(*kind);
  }
}

Result<FieldValue> check_events(const Tenant& /*tenant*/, FieldValue value) {
  const auto kinds = EventKinds::parse(std::get<std::vector<std::string>>(value));
  return kinds ? Result<FieldValue>(kinds->names()) : Result<FieldValue>(kinds.error());
}

Result<FieldValue> check_origins(const Tenant& /*tenant*/, FieldValue value) {
  return as_value(parse_origins(std::get<std::vector<std::string>>(value)));
}

Result<FieldValue> check_contacts(const Tenant& /*tenant*/, FieldValue value) {
  return as_value(parse_contacts(std::get<std::vector<std::string>>(value)));
}

Result<FieldValue> check_admins(const Tenant& tenant, FieldValue value) {
  return as_value(parse_admins(tenant.domain(), std::get<std::vector<std::string>>(value)));
}

Result<FieldValue> check_registration_question(const Tenant& /*tenant*/, FieldValue value) {
  const std::string& text = std::get<std::string>(value);
  if (text.empty()) return value;
  const auto question = parse_registration_question(text);
  return question ? Result<FieldValue>(to_json(*question)) : Result<FieldValue>(question.error());
}

Result<FieldValue> check_device_days(const Tenant& /*tenant*/, FieldValue value) {
  const int64_t days = std::get<int64_t>(value);
  if (days >= 0 && days <= device_days_max) return value;
  return Error{ErrorKind::bad_request, "device_days must be from 1 to " + std::to_string(device_days_max) +
                                           ", or 0: its users sign in by their site tokens alone."};
}

Result<FieldValue> check_federation(const Tenant& /*tenant*/, FieldValue value) {
  return as_value(parse_federation(std::get<std::string>(value)));
}

Result<FieldValue> check_domains(const Tenant& /*tenant*/, FieldValue value) {
  return as_value(parse_federated_domains(std::get<std::vector<std::string>>(value)));
}

constexpr std::array<TenantField, 16> all_tenant_fields = {{
    {"title", "title", "--title", "What its users see", FieldType::text, get_member<&Tenant::title>,
     put_member<&Tenant::title>, check_title},
    {"plan", "plan", "--plan", "Its plan (see: teahouse plan list)", FieldType::text,
     get_member<&Tenant::plan, &Plan::name>, put_member<&Tenant::plan, &Plan::name>},
    {"theme", "theme", "--theme", "The widget's look, as a JSON object", FieldType::object, get_member<&Tenant::theme>,
     put_member<&Tenant::theme>, check_theme},
    {"origins", "origins", "--origin",
     "A site whose pages may use the widget, as https://shop.example; may be repeated; \"\" for none", FieldType::list,
     get_member<&Tenant::origins>, put_member<&Tenant::origins>, check_origins},
    {"guests", "guests_allowed", "--guests", "May visitors chat without signing in?", FieldType::flag,
     get_member<&Tenant::guests_allowed>, put_member<&Tenant::guests_allowed>},
    {"registration", "registration_allowed", "--registration", "May XMPP clients register accounts?", FieldType::flag,
     get_member<&Tenant::registration_allowed>, put_member<&Tenant::registration_allowed>},
    {"registration_question", "registration_question", "--question",
     "What strangers who register must answer, as {\"question\": \"Which tea is green?\", \"answers\": "
     "[\"sencha\"]}; \"\" for none",
     FieldType::object, get_member<&Tenant::registration_question>, put_member<&Tenant::registration_question>,
     check_registration_question, "tenant/registration_question"},
    {"modules_off", "modules_off", "--without",
     "A module that it goes without, as blocking (docs/xeps.md has them); may be repeated; \"\" for none",
     FieldType::list, get_member<&Tenant::modules_off>, put_member<&Tenant::modules_off>, check_modules_off,
     "tenant/modules_off"},
    {"modules", "module_options", "--option",
     "An option of a module, as muc.history_messages=20 (docs/modules.md has them); may be repeated; without a value "
     "it "
     "has the server's again",
     FieldType::settings, get_member<&Tenant::module_options>, put_member<&Tenant::module_options>,
     check_module_options, "tenant/module_options"},
    {"events", "events", "--event",
     "A kind of events that it keeps: message, user, room, tenant, session or audit; may be repeated; \"\" for none",
     FieldType::list, get_events, put_events, check_events, "tenant/events"},
    {"contacts", "contacts", "--contact",
     "Where its people are reached, as abuse=mailto:abuse@shop.example (abuse, admin, feedback, sales, security, "
     "status, support; terms: of service; outage: a JSON file that tells of one); may be repeated; \"\" for none",
     FieldType::list, get_member<&Tenant::contacts>, put_member<&Tenant::contacts>, check_contacts, "tenant/contacts"},
    {"admins", "admins", "--admin",
     "An account of its own that administers it from an XMPP client, as ann@shop.example; may be repeated; \"\" for "
     "none",
     FieldType::list, get_member<&Tenant::admins>, put_member<&Tenant::admins>, check_admins, "tenant/admins"},
    {"device_days", "device_days", "--device-days",
     "For how many days (1 to 365) a browser or app comes back as a user that a site token has named, without "
     "another; 0: not",
     FieldType::number, get_member<&Tenant::device_days>, put_member<&Tenant::device_days>, check_device_days,
     "tenant/device_days"},
    {"federation", "federation", "--federation",
     "With which other servers its users talk, as far as its plan lets it: open (all), listed (those of --federate) or "
     "closed",
     FieldType::text, get_member<&Tenant::federation>, put_member<&Tenant::federation>, check_federation,
     "tenant/federation"},
    {"federation_allowed", "federation_allowed", "--federate",
     "A domain of another server that it talks with where it is listed, and all below that; may be repeated; \"\" for "
     "none",
     FieldType::list, get_member<&Tenant::federation_allowed>, put_member<&Tenant::federation_allowed>, check_domains,
     "tenant/federation_allowed"},
    {"federation_denied", "federation_denied", "--shun",
     "A domain of another server that it never talks with, and all below that; may be repeated; \"\" for none",
     FieldType::list, get_member<&Tenant::federation_denied>, put_member<&Tenant::federation_denied>, check_domains,
     "tenant/federation_denied"},
}};

}  // namespace

std::span<const TenantField> tenant_fields() { return all_tenant_fields; }

Result<void> apply(Tenant& tenant, const TenantChange& change) {
  for (const auto& [name, value] : change) {
    const auto field = std::find_if(all_tenant_fields.begin(), all_tenant_fields.end(),
                                    [&sought = name](const auto& each) { return each.name == sought; });
    if (field == all_tenant_fields.end()) return Error{ErrorKind::bad_request, "A tenant has no field '" + name + "'."};
    if (field->get(tenant).index() != value.index()) {
      return Error{ErrorKind::bad_request, "The field '" + name + "' is of another type."};
    }
    auto checked = field->check ? field->check(tenant, value) : value;
    if (!checked) return checked.error();
    field->put(tenant, std::move(*checked));
  }
  return {};
}

}  // namespace teahouse
