#include "modules/unified_push/endpoint.h"

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/sealer.h"

namespace teahouse::unified_push {
namespace {

constexpr char version = 1;
constexpr size_t hash_letters = (hash_bytes + 2) / 3 * 4;
constexpr size_t head_bytes = 1 + 8 + 8 + 2 * hash_bytes + 2;

Error not_here() { return {ErrorKind::item_not_found, "There is no such push endpoint, or it has expired."}; }

void append(std::string& out, uint64_t number, int bytes) {
  for (int at = bytes - 1; at >= 0; --at) out.push_back(static_cast<char>(number >> (8 * at)));
}

uint64_t take(std::string_view& in, size_t bytes) {
  uint64_t number = 0;
  for (const char each : in.substr(0, bytes)) number = number << 8 | static_cast<unsigned char>(each);
  in.remove_prefix(bytes);
  return number;
}

std::string take_text(std::string_view& in, size_t bytes) {
  std::string text(in.substr(0, bytes));
  in.remove_prefix(bytes);
  return text;
}

crypto::Sealer make_sealer(const Tenant& tenant) {
  auto sealer = crypto::Sealer::make(crypto::hmac_sha256(tenant.occupant_id_secret, "unified push endpoints"));
  return std::move(*sealer);  // a digest has as many bytes as a key
}

std::string place_of(const Tenant& tenant) { return "tenant " + std::to_string(raw(tenant.id)) + " push endpoint"; }

// By its letters, since GCC 12 is wrong about strings whose size it has been told (stringop-overread).
Result<std::string> read_hash(const xml::Element& element, const char* name) {
  const std::string_view text = element.attribute(name).value_or("");
  auto hash = crypto::parse_base64(text);
  const bool is_whole = text.size() == hash_letters && text.ends_with('=') && !text.ends_with("==");
  if (hash && is_whole) return hash;
  return Error{ErrorKind::bad_request,
               "The attribute '" + std::string(name) + "' must be a SHA-256 hash in base64: 44 letters."};
}

}  // namespace

Result<Endpoint> read_register(const xml::Element& element) {
  auto application = read_hash(element, "application");
  if (!application) return application.error();
  auto instance = read_hash(element, "instance");
  if (!instance) return instance.error();
  return Endpoint{0, 0, std::move(*application), std::move(*instance)};
}

std::string seal(const Tenant& tenant, const Endpoint& endpoint) {
  return crypto::to_base64url(make_sealer(tenant).seal(write(endpoint), place_of(tenant)));
}

Result<Endpoint> open(const Tenant& tenant, std::string_view token, int64_t now_ms) {
  if (token.size() > token_bytes_max) return not_here();
  const auto sealed = crypto::parse_base64url(token);
  const auto bytes = sealed ? make_sealer(tenant).open(*sealed, place_of(tenant)) : Result<std::string>(sealed.error());
  auto endpoint = bytes ? parse(*bytes) : Result<Endpoint>(bytes.error());
  if (!endpoint || endpoint->expires_ms <= now_ms) return not_here();
  return endpoint;
}

std::string write(const Endpoint& endpoint) {
  std::string bytes(1, version);
  append(bytes, static_cast<uint64_t>(endpoint.expires_ms), 8);
  append(bytes, static_cast<uint64_t>(endpoint.incarnation), 8);
  bytes += endpoint.application + endpoint.instance;
  append(bytes, endpoint.localpart.size(), 2);
  return bytes + endpoint.localpart + endpoint.resourcepart;
}

Result<Endpoint> parse(std::string_view bytes) {
  if (bytes.size() < head_bytes || bytes.front() != version || bytes.size() > head_bytes + address_bytes_max) {
    return not_here();
  }
  bytes.remove_prefix(1);
  Endpoint endpoint;
  endpoint.expires_ms = static_cast<int64_t>(take(bytes, 8));
  endpoint.incarnation = static_cast<int64_t>(take(bytes, 8));
  endpoint.application = take_text(bytes, hash_bytes);
  endpoint.instance = take_text(bytes, hash_bytes);
  const size_t local_bytes = take(bytes, 2);
  if (local_bytes == 0 || local_bytes >= bytes.size()) return not_here();
  endpoint.localpart = take_text(bytes, local_bytes);
  endpoint.resourcepart = std::string(bytes);
  return endpoint;
}

}  // namespace teahouse::unified_push
