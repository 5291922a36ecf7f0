#include "crypto/hasher.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace teahouse::crypto {

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) abort();
}

Hasher::~Hasher() = default;

void Hasher::add(std::string_view piece) {
  if (EVP_DigestUpdate(state_->context, piece.data(), piece.size()) != 1) abort();
}

std::string Hasher::finish() {
  std::string out(32, '\0');
  if (EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(out.data()), nullptr) != 1) abort();
  return out;
}

}  // namespace teahouse::crypto
