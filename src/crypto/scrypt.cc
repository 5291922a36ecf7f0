#include "crypto/scrypt.h"

#include <openssl/evp.h>
#include <cstdlib>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

constexpr uint64_t memory_max = 64 << 20, cost_max = 1 << 20;
constexpr size_t salt_bytes = 16, hash_bytes = 32;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find('$');
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_good(const ScryptCost& cost) {
  const bool is_power = cost.n > 1 && cost.n <= cost_max && (cost.n & (cost.n - 1)) == 0;
  return is_power && cost.r >= 1 && cost.r <= 32 && cost.p >= 1 && cost.p <= 16 && 128 * cost.n * cost.r < memory_max;
}

std::string to_text(const ScryptCost& cost, std::string_view salt, std::string_view hash) {
  return "scrypt$" + std::to_string(cost.n) + "$" + std::to_string(cost.r) + "$" + std::to_string(cost.p) + "$" +
         to_base64(salt) + "$" + to_base64(hash);
}

}  // namespace

std::string scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost, size_t bytes) {
  std::string out(bytes, '\0');
  const auto* salt_data = reinterpret_cast<const unsigned char*>(salt.data());
  auto* data = reinterpret_cast<unsigned char*>(out.data());
  if (EVP_PBE_scrypt(password.data(), password.size(), salt_data, salt.size(), cost.n, cost.r, cost.p, memory_max, data,
                     bytes) != 1) {
    std::abort();
  }
  return out;
}

std::string hash_password(std::string_view password) {
  const ScryptCost cost;
  const std::string salt = random_bytes(salt_bytes);
  return to_text(cost, salt, scrypt(password, salt, cost, hash_bytes));
}

std::string make_false_password() { return to_text({}, random_bytes(salt_bytes), random_bytes(hash_bytes)); }

bool check_password(std::string_view password, std::string_view stored) {
  const auto parts = split(stored);
  if (parts.size() != 6 || parts[0] != "scrypt") return false;
  const auto n = parse_decimal<uint64_t>(parts[1]), r = parse_decimal<uint64_t>(parts[2]);
  const auto p = parse_decimal<uint64_t>(parts[3]);
  const auto salt = parse_base64(parts[4]), hash = parse_base64(parts[5]);
  if (!n || !r || !p || !salt || !hash || hash->size() != hash_bytes || !is_good({*n, *r, *p})) return false;
  return constant_time_equal(scrypt(password, *salt, {*n, *r, *p}, hash_bytes), *hash);
}

}  // namespace teahouse::crypto
