#include "tenant/reseller.h"

#include <algorithm>
#include <array>

#include "tenant/email.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

constexpr size_t logo_bytes_max = 500;

Result<std::string> check_title(const std::string& text) {
  return parse_shown_text("The title", text, title_characters_max);
}

// A page of the reseller's shows it: https alone, and no character that RFC 3986 does not let stand in a URI.
Result<std::string> check_logo(const std::string& text) {
  const auto is_of_uri = [](char c) {
    const bool is_letter = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
    return is_letter || std::string_view("-._~:/?#[]@!$&()*+,;=%").find(c) != std::string_view::npos;
  };
  constexpr std::string_view scheme = "https://";
  if (text.starts_with(scheme) && text.size() > scheme.size() && text.size() <= logo_bytes_max &&
      std::all_of(text.begin(), text.end(), is_of_uri)) {
    return text;
  }
  return Error{ErrorKind::bad_request,
               "The logo must be the address of a picture, as https://acme.example/logo.svg, of at most 500 bytes."};
}

Result<std::string> check_theme(const std::string& text) { return parse_theme(text); }
Result<std::string> check_support(const std::string& text) { return parse_email("The address of the support", text); }
Result<std::string> check_panel_host(const std::string& text) { return parse_tenant_domain(text, domain_bytes_max); }
Result<std::string> check_mail_sender(const std::string& text) { return parse_email("The sender of mail", text); }
Result<std::string> check_sign_up_plan(const std::string& text) {
  return parse_short_name("The plan of those who sign up", text, plan_name_bytes_max);
}
Result<std::string> check_sign_up_domain(const std::string& text) { return parse_tenant_domain(text); }

constexpr std::array<ResellerField, 8> all_reseller_fields = {{
    {"title", "--title", "What its customers see", &Reseller::title, false, check_title},
    {"logo", "--logo", "The address of its logo, as https://acme.example/logo.svg", &Reseller::logo, false, check_logo},
    {"theme", "--theme", "Its colours, as a JSON object", &Reseller::theme, true, check_theme},
    {"support", "--support", "The e-mail address that its customers ask for help", &Reseller::support, false,
     check_support},
    {"panel_host", "--panel-host", "The domain of its panel", &Reseller::panel_host, false, check_panel_host},
    {"mail_sender", "--mail-sender", "The e-mail address that mail to its customers is from", &Reseller::mail_sender,
     false, check_mail_sender},
    {"sign_up_plan", "--sign-up-plan", "The plan of those who sign up by themselves at its panel",
     &Reseller::sign_up_plan, false, check_sign_up_plan},
    {"sign_up_domain", "--sign-up-domain", "The domain below which they get a name", &Reseller::sign_up_domain, false,
     check_sign_up_domain},
}};

}  // namespace

std::span<const ResellerField> reseller_fields() { return all_reseller_fields; }

std::string_view reseller_of_plan(std::string_view plan) {
  const size_t dot = plan.find('.');
  return dot == plan.npos ? std::string_view() : plan.substr(0, dot);
}

std::string_view short_plan_name(std::string_view plan) {
  const size_t dot = plan.find('.');
  return dot == plan.npos ? plan : plan.substr(dot + 1);
}

std::string whole_plan_name(std::string_view reseller, std::string_view plan) {
  return reseller.empty() ? std::string(plan) : std::string(reseller).append(".").append(plan);
}

}  // namespace teahouse
