#include "tenant/external_services.h"

#include <arpa/inet.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "tenant/key_rows.h"
#include "tenant/names.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

namespace json = boost::json;

constexpr size_t services_max = 30, word_bytes_max = 32, name_characters_max = 100;
// RFC 8489 section 14.3 lets a STUN user name have 508 bytes; ours and a time fit into that.
constexpr size_t credential_bytes_max = 250;
constexpr int64_t lasts_s_standard = 24 * 60 * 60, lasts_s_min = 60, lasts_s_max = 7 * 24 * 60 * 60;

Error bad_service(std::string_view what, std::string_view why) {
  return {ErrorKind::bad_request, std::string(what).append(" ").append(why)};
}

// A name as the registry of XEP-0215 has it, and as XML's NCName lets it be.
Result<std::string> parse_word(std::string_view what, std::string_view text) {
  const std::string word = lower_ascii(text);
  const auto is_good = [](char c) { return ('a' <= c && c <= 'z') || ('0' <= c && c <= '9') || c == '-' || c == '_'; };
  const bool is_word = !word.empty() && word.size() <= word_bytes_max && 'a' <= word[0] && word[0] <= 'z' &&
                       std::all_of(word.begin(), word.end(), is_good);
  return is_word ? Result<std::string>(word)
                 : bad_service(what, "must be a word of at most 32 letters and digits, which begins with a letter.");
}

// An IPv6 address may come in brackets, and goes without.
Result<std::string> parse_service_host(std::string_view text) {
  std::string name(text);
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  in_addr four{};
  in6_addr six{};
  if (inet_pton(AF_INET, name.c_str(), &four) == 1) return name;
  if (inet_pton(AF_INET6, name.c_str(), &six) == 1) {
    char shortest[INET6_ADDRSTRLEN] = {};
    return std::string(inet_ntop(AF_INET6, &six, shortest, sizeof(shortest)));
  }
  const auto domain = parse_tenant_domain(text, domain_bytes_max);
  auto ascii = domain ? ascii_domain(*domain) : domain;
  return ascii
             ? ascii
             : bad_service("The service's host", "is no domain and no address: write turn.shop.example or 192.0.2.7.");
}

Result<void> check_credential(std::string_view what, std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (text.size() > credential_bytes_max) return bad_service(what, "is longer than 250 bytes.");
  if (is_text(text) && std::none_of(text.begin(), text.end(), is_control)) return {};
  return bad_service(what, "holds what is no text: a control character, or bytes that are no UTF-8.");
}

Result<void> check_credentials(ExternalService& service) {
  for (const auto& [what, text] :
       {std::pair("The user name", &service.username), std::pair("The password", &service.password),
        std::pair("The secret", &service.secret)}) {
    if (const auto good = check_credential(what, *text); !good) return good;
  }
  const bool is_fixed = !service.username.empty() || !service.password.empty(), is_made = !service.secret.empty();
  if (is_fixed && is_made) return bad_service("A secret", "makes user names and passwords: give it, or one of each.");
  if (is_fixed && (service.username.empty() || service.password.empty())) {
    return bad_service("A user name", "and a password go together: one of them is missing.");
  }
  if (!is_made && service.lasts_s != 0)
    return bad_service("The field 'lasts_s'", "is for credentials that a secret makes.");
  if (!is_fixed && service.expires_ms != 0)
    return bad_service("The field 'expires'", "is for a user name and its password.");
  if (!is_fixed && !is_made && service.restricted) {
    return bad_service("A restricted service",
                       "has credentials to ask for: give a secret, or a user name and a password.");
  }
  if (is_made && service.lasts_s == 0) service.lasts_s = lasts_s_standard;
  if (is_made && (service.lasts_s < lasts_s_min || service.lasts_s > lasts_s_max)) {
    return bad_service("The field 'lasts_s'", "must be between 60 and 604800 (7 days).");
  }
  return {};
}

std::string write(const ExternalService& service) {
  return json::serialize(json::object{{"type", service.type},
                                      {"host", service.host},
                                      {"port", service.port},
                                      {"transport", service.transport},
                                      {"name", service.name},
                                      {"username", service.username},
                                      {"password", service.password},
                                      {"secret", service.secret},
                                      {"lasts_s", service.lasts_s},
                                      {"expires_ms", service.expires_ms},
                                      {"restricted", service.restricted},
                                      {"created_ms", service.created_ms}});
}

// REQUIRES: write() wrote it.
ExternalService read(int64_t id, const std::string& text) {
  const json::value value = json::parse(text);
  const json::object& object = value.as_object();
  const auto get = [&object](const char* name) { return std::string(std::string_view(object.at(name).as_string())); };
  const auto number = [&object](const char* name) { return object.at(name).to_number<int64_t>(); };
  return {.id = id,
          .type = get("type"),
          .host = get("host"),
          .port = static_cast<uint16_t>(number("port")),
          .transport = get("transport"),
          .name = get("name"),
          .username = get("username"),
          .password = get("password"),
          .secret = get("secret"),
          .lasts_s = number("lasts_s"),
          .expires_ms = number("expires_ms"),
          .restricted = object.at("restricted").as_bool(),
          .created_ms = number("created_ms")};
}

std::string service_place(TenantId tenant) { return "tenant " + std::to_string(raw(tenant)) + " external service"; }

bool is_same(const ExternalService& a, const ExternalService& b) {
  return a.type == b.type && a.host == b.host && a.port == b.port && a.transport == b.transport;
}

}  // namespace

Result<ExternalService> parse_external_service(ExternalService service) {
  auto type = parse_word("The service's type", service.type);
  if (!type) return type.error();
  service.type = std::move(*type);
  if (!service.transport.empty()) {
    auto transport = parse_word("The transport", service.transport);
    if (!transport) return transport.error();
    service.transport = std::move(*transport);
  }
  auto host = parse_service_host(service.host);
  if (!host) return host.error();
  service.host = std::move(*host);
  auto name = parse_shown_text("The service's name", service.name, name_characters_max);
  if (!name) return name.error();
  service.name = std::move(*name);
  if (const auto good = check_credentials(service); !good) return good.error();
  return service;
}

std::vector<store::Migration> ExternalServices::migrations() {
  return {{"external_services/1",
           {"CREATE TABLE external_services(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, sealed BYTEA NOT NULL, "
            "PRIMARY KEY (tenant_id, id))"}}};
}

Result<void> ExternalServices::load_all() {
  if (!sealer_) return sealer_.error();
  const auto answer =
      control_.execute_now({"SELECT tenant_id, id, sealed FROM external_services ORDER BY tenant_id, id", {}});
  if (!answer) return answer.error();
  for (const store::Row& row : answer->rows) {
    const auto tenant = static_cast<TenantId>(store::as_int(row[0]));
    const auto text = sealer_->open(store::as_text(row[2]), service_place(tenant));
    if (!text) {
      return Error{
          ErrorKind::internal_server_error,
          "An external service of tenant " + std::to_string(raw(tenant)) +
              " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
    }
    keep(tenant, read(store::as_int(row[1]), *text));
  }
  return {};
}

void ExternalServices::keep(TenantId tenant, ExternalService service) {
  const std::lock_guard lock(mutex_);
  ExternalServiceList& kept = of_tenant_[tenant];
  std::vector<ExternalService> all = kept ? *kept : std::vector<ExternalService>();
  all.push_back(std::move(service));
  kept = std::make_shared<const std::vector<ExternalService>>(std::move(all));
}

void ExternalServices::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  of_tenant_.erase(tenant);
}

ExternalServiceList ExternalServices::list(TenantId tenant) const {
  static const auto none = std::make_shared<const std::vector<ExternalService>>();
  const std::lock_guard lock(mutex_);
  const auto found = of_tenant_.find(tenant);
  return found == of_tenant_.end() ? none : found->second;
}

Task<Result<ExternalService>> ExternalServices::add(Executor& home, TenantId tenant, ExternalService service) {
  if (!sealer_) co_return sealer_.error();
  auto parsed = parse_external_service(std::move(service));
  if (!parsed) co_return parsed.error();
  auto turn = co_await turns_.take(home);
  const ExternalServiceList there = list(tenant);
  if (std::any_of(there->begin(), there->end(), [&](const auto& each) { return is_same(each, *parsed); })) {
    co_return Error{ErrorKind::conflict,
                    "There is a service of this type, host, port and transport. Remove it first to change it."};
  }
  if (there->size() >= services_max) {
    co_return Error{ErrorKind::resource_constraint,
                    "There are 30 external services, which is the limit; remove one first."};
  }
  parsed->created_ms = clock_.wall_ms();
  auto statements = key_rows::insert("external_services", tenant,
                                     {{"sealed", store::Blob{sealer_->seal(write(*parsed), service_place(tenant))}}});
  statements.push_back(key_rows::select_newest("external_services", tenant));
  const auto answer = co_await control_.transact(home, std::move(statements));
  const auto id = key_rows::read_newest(answer);
  if (!id) co_return id.error();
  parsed->id = *id;
  keep(tenant, *parsed);
  co_return parsed;
}

Task<Result<void>> ExternalServices::remove(Executor& home, TenantId tenant, int64_t id) {
  auto turn = co_await turns_.take(home);
  store::Statement statement{"DELETE FROM external_services WHERE tenant_id = ? AND id = ?", {to_value(tenant), id}};
  const auto answer = co_await control_.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return Error{ErrorKind::item_not_found, "There is no such external service."};
  const std::lock_guard lock(mutex_);
  ExternalServiceList& kept = of_tenant_[tenant];
  std::vector<ExternalService> left = kept ? *kept : std::vector<ExternalService>();
  std::erase_if(left, [id](const ExternalService& each) { return each.id == id; });
  kept = std::make_shared<const std::vector<ExternalService>>(std::move(left));
  co_return Result<void>();
}

}  // namespace teahouse
