// How a login by a token goes: its device's tokens are read, and the proof is compared with each. Where something is to
// be written (the token was not used before, has a count, is to be replaced or to end) all is one transaction, whose
// last statement changes a row only if the token is still as it was read. Of two logins with the same count at once one
// is refused by that, as is one whose token ended meanwhile.
#include "account/devices.h"

#include <limits>

#include "base/random.h"
#include "crypto/encoding.h"
#include "sasl/ht.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using device_rows::Key;
using device_rows::Token;
using store::as_int;
using store::as_text;

constexpr size_t device_token_characters = 43;  // 256 bits
constexpr size_t token_id_characters = 12;
constexpr int64_t hour_ms = 60LL * 60 * 1000;
constexpr int64_t told_ms = 24 * hour_ms;  // so long a device is told that its token has expired
constexpr int64_t replaced_after_ms = 24 * hour_ms;
constexpr int64_t any_count = std::numeric_limits<int64_t>::max();
constexpr size_t first_of_token = 4;  // of select_login's columns

Error wrong_token() { return {ErrorKind::not_authorized, "No token of this device makes this proof."}; }
Error expired_token() { return {ErrorKind::gone, "The token has expired. Sign in as you did before you had it."}; }

bool is_due(const Token& token, int64_t now_ms) {
  return token.made_ms + std::min(replaced_after_ms, (token.expires_ms - token.made_ms) / 2) <= now_ms;
}

// When the token ends: its own end, and that of the site's word.
int64_t end_of(const Token& token, int64_t site_keep_ms) {
  return token.signer == 0 ? token.expires_ms : std::min(token.expires_ms, token.signed_ms + site_keep_ms);
}

}  // namespace

Devices::Devices(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
    : control_(control), clock_(clock), sealer_(crypto::Sealer::make(seal_key)) {}

std::vector<TenantTable> Devices::tables() { return {{"devices", "localpart"}, {"device_tokens", "localpart"}}; }

// All that a token is good for: in another row its sealed bytes do not open.
std::string Devices::place_of(const Key& key, const Token& token) const {
  const std::string place = "device token " + std::to_string(to_value(key.tenant)) + " " + key.localpart + " " +
                            key.device + " " + token.mechanism + " " + std::to_string(token.expires_ms);
  if (token.signer == 0) return place;
  return place + " " + std::to_string(token.signer) + " " + std::to_string(token.signed_ms);
}

Devices::Made Devices::make_token(const Key& key, const std::string& mechanism, const Token& like, int64_t keep_ms,
                                  int64_t site_keep_ms) const {
  Made made;
  made.row.id = random_token(token_id_characters);
  made.row.mechanism = mechanism;
  made.row.made_ms = clock_.wall_ms();
  made.row.signer = like.signer;
  made.row.signed_ms = like.signed_ms;
  made.row.expires_ms = made.row.made_ms + keep_ms;
  made.row.expires_ms = end_of(made.row, site_keep_ms);
  made.shown = {random_token(device_token_characters), made.row.expires_ms};
  made.row.sealed = store::Blob{sealer_->seal(made.shown.token, place_of(key, made.row))};
  return made;
}

std::optional<std::string> Devices::check(const Key& key, const Token& token, const TokenProof& proof) const {
  const sasl::HtName* mechanism = sasl::find_ht(proof.mechanism);
  const auto opened = sealer_->open(token.sealed.bytes, place_of(key, token));
  if (!mechanism || !opened || token.mechanism != proof.mechanism) return std::nullopt;
  const std::string wanted = sasl::make_initiator_proof(mechanism->hash, *opened, proof.binding);
  if (!crypto::constant_time_equal(wanted, proof.proof)) return std::nullopt;
  return *opened;
}

Task<Result<TokenLogin>> Devices::sign_in(Executor& home, TenantId tenant, std::string localpart, DeviceClient device,
                                          TokenProof proof, int64_t keep_ms, int64_t site_keep_ms) {
  const Key key{tenant, std::move(localpart), device.id};
  if (!sealer_) co_return sealer_.error();
  auto select = device_rows::select_login(key);
  const auto found = co_await control_.execute(home, std::move(select));
  if (!found) co_return found.error();
  Token used;
  std::string secret;
  bool has_earlier = false;
  for (const store::Row& row : found->rows) {
    if (store::is_null(row[first_of_token])) continue;
    Token token = device_rows::make_token(row, first_of_token);
    if (auto opened = check(key, token, proof)) {
      used = std::move(token);
      secret = std::move(*opened);
    }
  }
  if (secret.empty()) co_return wrong_token();
  for (const store::Row& row : found->rows) has_earlier |= as_int(row[first_of_token + 3]) < used.made_ms;
  const store::Row& first = found->rows.front();
  const int64_t now_ms = clock_.wall_ms(), account_ends_ms = as_int(first[3]);
  if (end_of(used, site_keep_ms) <= now_ms || (account_ends_ms != 0 && account_ends_ms <= now_ms))
    co_return expired_token();
  if (proof.count && *proof.count <= used.count) co_return wrong_token();

  TokenLogin login;
  login.by_site = used.signer != 0;
  const crypto::Hash hash = sasl::find_ht(proof.mechanism)->hash;
  login.server_data = sasl::make_responder_proof(hash, secret, proof.binding);
  const int64_t count_max = proof.count.value_or(any_count);
  const auto guard = device_rows::while_token(key, used.id, count_max);
  std::vector<store::Statement> statements;
  if (proof.invalidates) {
    statements.push_back(device_rows::remove_others(key, used.id, guard));
  } else if (has_earlier) {
    statements.push_back(device_rows::remove_earlier(key, used.made_ms, guard));
  }
  if (!proof.wanted.empty() || (!proof.invalidates && is_due(used, now_ms))) {
    Made made = make_token(key, proof.wanted.empty() ? used.mechanism : proof.wanted, used, keep_ms, site_keep_ms);
    statements.push_back(device_rows::remove_unused(key, used.id, guard));
    statements.push_back(device_rows::insert_token(key, made.row, guard));
    login.token = std::move(made.shown);
  }
  const bool is_news = as_text(first[0]) != device.software || as_text(first[1]) != device.name;
  if (is_news || as_int(first[2]) + hour_ms <= now_ms) {
    statements.push_back(device_rows::see_device(key, {device.id, device.software, device.name, 0, now_ms}));
  }
  if (statements.empty() && used.used && !proof.count && !proof.invalidates) co_return login;
  statements.push_back(proof.invalidates ? device_rows::remove_token(key, used.id, count_max)
                                         : device_rows::use_token(key, used.id, proof.count.value_or(-1), count_max));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  if (written->changes == 0) co_return wrong_token();
  co_return login;
}

Task<Result<std::optional<NewToken>>> Devices::keep(Executor& home, TenantId tenant, std::string localpart,
                                                    DeviceClient device, DeviceGround ground, std::string wanted,
                                                    int64_t keep_ms, int64_t site_keep_ms) {
  const Key key{tenant, std::move(localpart), device.id};
  if (!sealer_) co_return sealer_.error();
  std::optional<NewToken> token;
  const int64_t now_ms = clock_.wall_ms();
  if (wanted.empty()) {  // then nothing may have to be written
    auto select = device_rows::select_login(key);
    const auto found = co_await control_.execute(home, std::move(select));
    if (!found) co_return found.error();
    const bool is_known = !found->rows.empty() && as_text(found->rows[0][0]) == device.software &&
                          as_text(found->rows[0][1]) == device.name;
    if (is_known && as_int(found->rows[0][2]) + hour_ms > now_ms) co_return token;
  }
  const bool by_site = ground.password_salt.empty();
  const auto guard = by_site ? device_rows::while_signed(key, ground.signer, ground.incarnation)
                             : device_rows::while_password(key, crypto::to_base64(ground.password_salt));
  std::vector<store::Statement> statements = {
      device_rows::keep_device(key, {device.id, device.software, device.name, now_ms, now_ms, by_site}, guard)};
  for (auto& cut : device_rows::cut(key, devices_max)) statements.push_back(std::move(cut));
  if (!wanted.empty()) {
    Token like;
    like.signer = by_site ? ground.signer : 0;
    like.signed_ms = by_site ? now_ms : 0;
    Made made = make_token(key, wanted, like, keep_ms, site_keep_ms);
    statements.push_back(device_rows::remove_unused(key, {}, guard));
    statements.push_back(device_rows::insert_token(key, made.row, guard));
    token = std::move(made.shown);
  }
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  if (token && written->changes == 0) token.reset();
  co_return token;
}

Task<Result<std::vector<Device>>> Devices::list(Executor& home, TenantId tenant, std::string localpart,
                                                int64_t site_keep_ms) {
  auto select = device_rows::select_devices(tenant, localpart, site_keep_ms);
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<Device> devices;
  for (const store::Row& row : answer->rows) {
    const int64_t ends_ms = as_int(row[5]);
    devices.push_back({as_text(row[0]), as_text(row[1]), as_text(row[2]), as_int(row[3]), as_int(row[4]),
                       ends_ms > clock_.wall_ms() ? ends_ms : 0, as_int(row[6]) != 0});
  }
  co_return devices;
}

Task<Result<void>> Devices::remove(Executor& home, TenantId tenant, std::string localpart, std::string id) {
  const Key key{tenant, localpart, id};
  auto removal = device_rows::remove(key);
  const auto answer = co_await control_.transact(home, std::move(removal));
  if (!answer) co_return answer.error();
  logins_.end(tenant, localpart, id);
  if (answer->changes == 0 && !id.empty()) {
    co_return Error{ErrorKind::item_not_found, "The account has no device '" + id + "'."};
  }
  co_return Result<void>();
}

Task<Result<void>> Devices::remove_old(Executor& home, int64_t keep_ms) {
  const int64_t ended_ms = clock_.wall_ms() - told_ms;
  auto removal = device_rows::remove_old(ended_ms - keep_ms, ended_ms);
  const auto answer = co_await control_.transact(home, std::move(removal));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

}  // namespace teahouse
