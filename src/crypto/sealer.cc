#include "crypto/sealer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "base/random.h"
#include "crypto/encoding.h"

namespace teahouse::crypto {
namespace {

constexpr size_t nonce_bytes = 12;
constexpr size_t tag_bytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context make_context() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

unsigned char* bytes(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Result<Sealer> Sealer::make(std::string_view key) {
  if (key.size() != sealing_key_bytes) return Error{ErrorKind::bad_request, "A sealing key must have 32 bytes."};
  return Sealer(std::string(key));
}

Result<Sealer> Sealer::parse_key_file(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  auto key = parse_hex(text);
  if (!key || key->size() != sealing_key_bytes) {
    return Error{ErrorKind::bad_request,
                 "A key file must hold 64 hex digits. Without the right key, sealed secrets are lost."};
  }
  return make(*key);
}

std::string Sealer::make_key_file() { return to_hex(random_bytes(sealing_key_bytes)) + "\n"; }

std::string Sealer::seal(std::string_view plain, std::string_view place) const {
  std::string sealed = random_bytes(nonce_bytes);
  sealed.resize(nonce_bytes + plain.size() + tag_bytes);
  const Context context = make_context();
  int size = 0;
  const bool done =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(sealed.data())) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(place), static_cast<int>(place.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), bytes(sealed.data() + nonce_bytes), &size, bytes(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), bytes(sealed.data() + nonce_bytes + plain.size()), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, sealed.data() + nonce_bytes + plain.size()) ==
          1;
  if (!done) abort();  // never write a secret unsealed
  return sealed;
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view place) const {
  const Error wrong{
      ErrorKind::not_authorized,
      "A sealed secret does not open: its bytes are damaged, or it was sealed with another key or elsewhere."};
  if (sealed.size() < nonce_bytes + tag_bytes) return wrong;
  const std::string_view ciphertext = sealed.substr(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes);
  std::string tag(sealed.substr(sealed.size() - tag_bytes));
  std::string plain(ciphertext.size(), '\0');
  const Context context = make_context();
  int size = 0;
  unsigned char end[16];
  const bool opened =
      context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(place), static_cast<int>(place.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes(plain.data()), &size, bytes(ciphertext),
                        static_cast<int>(ciphertext.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), end, &size) == 1;
  if (!opened) return wrong;
  return plain;
}

Sealer::~Sealer() { OPENSSL_cleanse(key_.data(), key_.size()); }

}  // namespace teahouse::crypto
