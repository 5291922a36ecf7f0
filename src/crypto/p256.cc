#include "crypto/p256.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <cstdlib>

#include "crypto/wiped.h"

namespace teahouse::crypto {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* it) const {
    free(it);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Error no_key() { return {ErrorKind::bad_request, "These are not the 32 bytes of a private key on P-256."}; }
Error no_point() { return {ErrorKind::bad_request, "These are not the 65 bytes of a public key on P-256."}; }

// Freed parameters would still have the private number.
struct NumberWiper {
  OSSL_PARAM* params;
  ~NumberWiper() {
    OSSL_PARAM* number = params ? OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PRIV_KEY) : nullptr;
    if (number) OPENSSL_cleanse(number->data, number->data_size);
  }
};

// A key of a point, and of a private number too where there is one. Null for a point that is not on the curve.
Pkey make_pkey(std::string_view point, const BIGNUM* number) {
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1 ||
      (number && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number) != 1)) {
    return nullptr;
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const NumberWiper wiper{params.get()};
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  const int selection = number ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, selection, params.get()) != 1) {
    return nullptr;
  }
  return Pkey(made);
}

Pkey parse_point(std::string_view point) {
  if (point.size() != p256_point_bytes || point[0] != 4) return nullptr;
  Pkey key = make_pkey(point, nullptr);
  const PkeyContext context(key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr) : nullptr);
  if (!context || EVP_PKEY_public_check(context.get()) != 1) return nullptr;
  return key;
}

// Empty for a number that the group does not have.
std::string find_point(const BIGNUM* number) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (!group) abort();
  if (BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(group.get())) >= 0) return {};
  const Point point(EC_POINT_new(group.get()));
  std::string found(p256_point_bytes, '\0');
  if (!point || EC_POINT_mul(group.get(), point.get(), number, nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes(found), found.size(),
                         nullptr) != found.size()) {
    abort();
  }
  return found;
}

}  // namespace

struct P256Key::State {
  Number number;
  Pkey pkey;
};

P256Key::P256Key(std::shared_ptr<const State> state)
    : state_(std::move(state)), point_(find_point(state_->number.get())) {}

P256Key P256Key::make() {
  const Pkey drawn(EVP_EC_gen("P-256"));
  BIGNUM* number = nullptr;
  if (!drawn || EVP_PKEY_get_bn_param(drawn.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) abort();
  const Number owned(number);
  std::string text(p256_number_bytes, '\0');
  BN_bn2binpad(owned.get(), bytes(text), p256_number_bytes);
  auto key = parse(text);
  wipe(text);
  if (!key) abort();
  return std::move(*key);
}

Result<P256Key> P256Key::parse(std::string_view number) {
  if (number.size() != p256_number_bytes) return no_key();
  auto state = std::make_shared<State>();
  state->number.reset(BN_bin2bn(bytes(number), p256_number_bytes, nullptr));
  if (!state->number) abort();
  BN_set_flags(state->number.get(), BN_FLG_CONSTTIME);
  const std::string point = find_point(state->number.get());
  if (point.empty()) return no_key();
  state->pkey = make_pkey(point, state->number.get());
  if (!state->pkey) return no_key();
  return P256Key(std::move(state));
}

std::string P256Key::number() const {
  std::string text(p256_number_bytes, '\0');
  if (BN_bn2binpad(state_->number.get(), bytes(text), p256_number_bytes) != p256_number_bytes) abort();
  return text;
}

Result<std::string> P256Key::agree(std::string_view peer_point) const {
  const Pkey peer = parse_point(peer_point);
  if (!peer) return no_point();
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, state_->pkey.get(), nullptr));
  std::string secret(p256_number_bytes, '\0');
  size_t size = secret.size();
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(context.get(), bytes(secret), &size) != 1 || size != secret.size()) {
    return no_point();
  }
  return secret;
}

std::string P256Key::sign(std::string_view data) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::string der(80, '\0');
  size_t size = der.size();
  if (!context ||
      EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, state_->pkey.get(), nullptr) != 1 ||
      EVP_DigestSign(context.get(), bytes(der), &size, bytes(data), data.size()) != 1) {
    abort();
  }
  const unsigned char* at = bytes(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::string numbers(es256_bytes, '\0');
  if (!signature ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes(numbers), p256_number_bytes) != p256_number_bytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes(numbers) + p256_number_bytes, p256_number_bytes) !=
          p256_number_bytes) {
    abort();
  }
  return numbers;
}

Result<void> check_p256_point(std::string_view point) {
  if (!parse_point(point)) return no_point();
  return {};
}

bool verify_es256(std::string_view point, std::string_view data, std::string_view signature) {
  const Pkey key = parse_point(point);
  if (!key || signature.size() != es256_bytes) return false;
  const Signature numbers(ECDSA_SIG_new());
  Number r(BN_bin2bn(bytes(signature), p256_number_bytes, nullptr));
  Number s(BN_bin2bn(bytes(signature) + p256_number_bytes, p256_number_bytes, nullptr));
  if (!numbers || !r || !s || ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) return false;
  (void)r.release();  // the signature has both now
  (void)s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  if (size <= 0) return false;
  const std::string_view text(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  const DigestContext context(EVP_MD_CTX_new());
  const bool good =
      context && EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) == 1 &&
      EVP_DigestVerify(context.get(), bytes(text), text.size(), bytes(data), data.size()) == 1;
  OPENSSL_free(der);
  return good;
}

}  // namespace teahouse::crypto
