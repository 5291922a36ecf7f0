#include "crypto/id_cipher.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

constexpr size_t block_bytes = 16, number_bytes = 8, key_bytes = 16;
constexpr size_t text_characters = 22;
using Block = std::array<unsigned char, block_bytes>;
using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context make_context(const std::string& key, bool encrypts) {
  Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  const bool made = context &&
                    EVP_CipherInit_ex(context.get(), EVP_aes_128_ecb(), nullptr,
                                      reinterpret_cast<const unsigned char*>(key.data()), nullptr, encrypts) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1;
  if (!made) abort();
  return context;
}

Block run(EVP_CIPHER_CTX* context, const Block& block) {
  Block out;
  int size = 0;
  if (EVP_CipherUpdate(context, out.data(), &size, block.data(), block_bytes) != 1 || size != block_bytes) abort();
  return out;
}

}  // namespace

struct IdCipher::Contexts {
  Context encrypts, decrypts;
};

IdCipher::IdCipher(std::string_view secret)
    : contexts_([&] {
        const std::string key = sha256(secret).substr(0, key_bytes);
        return std::make_unique<Contexts>(Contexts{make_context(key, true), make_context(key, false)});
      }()) {}
IdCipher::~IdCipher() = default;

std::string IdCipher::encrypt(uint64_t number) const {
  Block block{};
  for (size_t i = number_bytes; i-- > 0; number >>= 8) block[i] = static_cast<unsigned char>(number & 0xff);
  block = run(contexts_->encrypts.get(), block);
  return to_base64url({reinterpret_cast<const char*>(block.data()), block.size()});
}

std::optional<uint64_t> IdCipher::decrypt(std::string_view text) const {
  if (text.size() != text_characters) return std::nullopt;
  const auto bytes = parse_base64url(text);
  if (!bytes || bytes->size() != block_bytes) return std::nullopt;
  Block block;
  std::copy(bytes->begin(), bytes->end(), block.begin());
  block = run(contexts_->decrypts.get(), block);
  uint64_t number = 0;
  for (size_t i = 0; i < number_bytes; ++i) number = number << 8 | block[i];
  for (size_t i = number_bytes; i < block_bytes; ++i) {
    if (block[i] != 0) return std::nullopt;
  }
  return number;
}

}  // namespace teahouse::crypto
