#include "account/site_token_steps.h"

#include "account/site_token.h"
#include "account/site_token_claims.h"
#include "account/user_id.h"
#include "crypto/jws.h"

namespace teahouse {
namespace {

CheckedStep passed(TokenStep step) { return {step, true, {}}; }
CheckedStep failed(TokenStep step, const Error& why) { return {step, false, why.text}; }

template <class T>
CheckedStep step_of(TokenStep step, const Result<T>& result) {
  return result ? passed(step) : failed(step, result.error());
}

Result<void> check_site(const Tenant& tenant, std::string_view token) {
  const auto issuer = peek_issuer(token);
  if (!issuer) return issuer.error();
  if (is_secret(*issuer)) return exposed_secret();
  if (*issuer == tenant.site_id) return {};
  return not_authorized("This token is of another site: its \"iss\" must be the site id " + tenant.site_id + ".");
}

// Which of the secrets signed it.
Result<size_t> find_signer(const std::vector<std::string>& secrets, std::string_view token) {
  if (secrets.empty()) return not_authorized("This site has no signing secret. POST /v1/signing-secrets makes one.");
  for (size_t i = 0; i < secrets.size(); ++i) {
    if (crypto::verify_jws(token, {&secrets[i], 1})) return i;
  }
  return crypto::verify_jws(token, secrets).error();
}

CheckedStep check_signature(const std::vector<std::string>& secrets, std::string_view token, bool has_header,
                            ExplainedToken& explained) {
  if (!has_header) return {TokenStep::signature};  // under another algorithm there is nothing to compare
  const auto signer = find_signer(secrets, token);
  if (signer) explained.signer = *signer;
  return step_of(TokenStep::signature, signer);
}

CheckedStep check_user(const Tenant& tenant, std::string_view token, ExplainedToken& explained) {
  auto subject = peek_subject(token);
  if (!subject) return failed(TokenStep::user, subject.error());
  explained.user = *subject;
  auto localpart = localpart_of_user(tenant, *subject);
  if (!localpart) {
    return failed(TokenStep::user,
                  not_authorized("The \"sub\" of this token cannot be taken. " + localpart.error().text));
  }
  explained.localpart = std::move(*localpart);
  return passed(TokenStep::user);
}

// A text of which nothing can be read.
ExplainedToken no_token(const Error& why) {
  ExplainedToken explained;
  explained.steps.push_back(failed(TokenStep::format, why));
  for (size_t i = 1; i < std::size(token_step_names); ++i) explained.steps.push_back({static_cast<TokenStep>(i)});
  return explained;
}

}  // namespace

ExplainedToken explain_site_token(const Tenant& tenant, const Keys& keys, std::string_view text, int64_t now_ms) {
  if (is_secret(text)) {
    return no_token(
        not_authorized("This is a secret key and no token. It stays on your server; what your page gives to the "
                       "chat is the token that is signed with it."));
  }
  const std::string found = find_site_token(text);
  const std::string_view token = found.empty() ? text : std::string_view(found);
  if (const auto payload = crypto::peek_payload(token); !payload) return no_token(payload.error());

  ExplainedToken explained;
  auto& steps = explained.steps;
  steps.push_back(passed(TokenStep::format));
  const auto header = crypto::check_jws_header(token);
  steps.push_back(step_of(TokenStep::header, header));
  steps.push_back(step_of(TokenStep::site, check_site(tenant, token)));
  steps.push_back(check_signature(keys.signing.list(tenant.id), token, header.has_value(), explained));
  const auto times = peek_times(token, now_ms / 1000);
  if (times) explained.expires_s = *times;
  steps.push_back(step_of(TokenStep::times, times));
  steps.push_back(check_user(tenant, token, explained));
  // The rest (name, picture, role, rooms, marks of the server's own) is read where all before it is good.
  bool is_good = true;
  for (const CheckedStep& step : steps) is_good = is_good && step.good == true;
  if (!is_good) {
    steps.push_back({TokenStep::details});
    return explained;
  }
  const auto checked = check_site_token(tenant, keys, token, now_ms);
  explained.good = checked.has_value();
  steps.push_back(step_of(TokenStep::details, checked));
  return explained;
}

}  // namespace teahouse
