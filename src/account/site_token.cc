#include "account/site_token.h"

#include <boost/json.hpp>

#include <algorithm>

#include "account/account_rows.h"
#include "account/site_token_claims.h"
#include "crypto/jws.h"

namespace teahouse {
namespace {

std::optional<std::string> if_given(std::string text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(std::move(text));
}

constexpr size_t printed_bytes_max = 2 * crypto::jws_bytes_max;

bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The member "token" of a JSON object; else the text itself.
std::string take_member(std::string text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_white);
  if (first == text.end() || *first != '{') return text;
  boost::json::parse_options options;
  options.max_depth = 4;
  boost::json::error_code failed;
  const auto value = boost::json::parse(text, failed, {}, options);
  const auto* object = failed ? nullptr : value.if_object();
  const auto* member = object ? object->if_contains("token") : nullptr;
  return member && member->is_string() ? std::string(std::string_view(member->get_string())) : text;
}

}  // namespace

// The header of a JSON Web Token begins with {" and so the token with eyJ; no password is asked to begin so and to have
// a dot.
std::string find_site_token(std::string_view text) {
  if (text.size() > printed_bytes_max) return {};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string token = take_member(std::string(text));
  std::erase_if(token, is_white);
  if (token.size() >= 2 && (token.front() == '"' || token.front() == '\'') && token.front() == token.back()) {
    token = token.substr(1, token.size() - 2);
  }
  return token.starts_with("eyJ") && token.find('.') != token.npos ? token : std::string();
}

Result<SignedInUser> check_site_token(const Tenant& tenant, const Keys& keys, std::string_view token, int64_t now_ms) {
  const auto issuer = peek_issuer(token);
  if (!issuer) return not_authorized(issuer.error().text);
  if (is_secret(*issuer)) return not_authorized(exposed_secret().text);
  if (*issuer != tenant.site_id) {
    return not_authorized("This token is of another site: its \"iss\" must be the site id " + tenant.site_id + ".");
  }
  const std::vector<SigningSecret> numbered = keys.signing.numbered(tenant.id);
  std::vector<std::string> secrets;
  secrets.reserve(numbered.size());
  for (const SigningSecret& each : numbered) secrets.push_back(each.secret);
  auto verified = verify_claims(token, secrets, now_ms / 1000);
  if (!verified) return not_authorized(verified.error().text);

  SignedInUser user;
  for (const SigningSecret& each : numbered) {
    if (crypto::verify_jws(token, {&each.secret, 1})) user.signer = each.id;
  }
  if (verified->session) {
    user.of_session = true;
    user.incarnation = *verified->session;
  }
  auto localpart = localpart_of_user(tenant, verified->sub);
  if (!localpart) return not_authorized("The \"sub\" of this token cannot be taken. " + localpart.error().text);
  auto details = account_rows::check_details({.name = if_given(std::move(verified->name)),
                                              .picture = if_given(std::move(verified->picture)),
                                              .role = if_given(std::move(verified->role))});
  if (!details) return not_authorized("A claim of this token cannot be taken. " + details.error().text);
  // Else the site's own user would be gone after a month without a visit, as guests are.
  const bool has_guest_id = is_guest_id(verified->sub);
  if (has_guest_id && !verified->guest) return not_authorized(reserved_user_id().text);
  if (verified->guest && !has_guest_id) {
    return not_authorized("This token's \"guest\" is the server's own mark; leave it out.");
  }
  details->user_id = verified->sub;
  user.user_id = std::move(verified->sub);
  user.localpart = std::move(*localpart);
  user.details = std::move(*details);
  user.rooms = std::move(verified->rooms);
  user.expires_ms = verified->exp_s * 1000;
  user.is_guest = verified->guest;
  return user;
}

namespace {

Task<Result<Account>> find_known(Executor& home, Accounts& accounts, TenantPtr tenant, std::string localpart) {
  const auto place = co_await accounts.find_place(home, tenant, std::move(localpart));
  if (!place) co_return place.error();
  auto found = co_await accounts.find(home, tenant, *place);
  co_return found;
}

}  // namespace

Error disabled_account() {
  return {ErrorKind::forbidden, "This account is disabled. The site's owner or an administrator can enable it."};
}

Task<Result<SignedInUser>> sign_in(Executor& home, Accounts& accounts, TenantPtr tenant, const Keys& keys,
                                   std::string token, int64_t now_ms) {
  auto user = check_site_token(*tenant, keys, token, now_ms);
  if (!user) co_return user.error();
  if (user->of_session) {  // it makes nothing, and is nobody else's
    const auto known = co_await find_known(home, accounts, tenant, user->localpart);
    if (!known && known.error().kind != ErrorKind::item_not_found) co_return known.error();
    if (!known || known->incarnation != user->incarnation)
      co_return not_authorized("The account of this session is gone.");
    if (known->disabled) co_return disabled_account();
    user->localpart = known->localpart;
    co_return user;
  }
  AccountChange details = user->details;
  if (user->is_guest) {
    const auto known = co_await accounts.find(home, tenant, user->localpart);
    if (!known && known.error().kind != ErrorKind::item_not_found) co_return known.error();
    if (known) details = {.user_id = user->user_id};
    details.expires_ms = std::max(user->expires_ms + guest_renewal_s * 1000, known ? known->expires_ms : 0);
  }
  auto account = co_await accounts.upsert_user(home, tenant, user->localpart, std::move(details));
  if (!account &&
      (account.error().kind == ErrorKind::storage_full || account.error().kind == ErrorKind::storage_failing)) {
    // A known user may come in with the name that they had.
    auto known = co_await find_known(home, accounts, tenant, user->localpart);
    if (known) account = std::move(known);
  }
  if (!account && account.error().kind == ErrorKind::conflict) co_return not_authorized(account.error().text);
  if (!account) co_return account.error();
  if (account->disabled) co_return disabled_account();
  user->localpart = account->localpart;
  user->incarnation = account->incarnation;
  co_return user;
}

}  // namespace teahouse
