#include "crypto/aes_gcm.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace teahouse::crypto {
namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string encrypt_aes128gcm(std::string_view plain, std::string_view key, std::string_view nonce) {
  if (key.size() != aes128_key_bytes || nonce.size() != gcm_nonce_bytes) abort();
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  std::string sealed(plain.size() + gcm_tag_bytes, '\0');
  int size = 0;
  const bool done =
      context && EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes(key), bytes(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), bytes(sealed), &size, bytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), bytes(sealed) + plain.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, gcm_tag_bytes, bytes(sealed) + plain.size()) == 1;
  if (!done) abort();
  return sealed;
}

}  // namespace teahouse::crypto
