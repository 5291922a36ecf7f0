// Each SASL mechanism, fed arbitrary steps. The first byte chooses the mechanism and what the server answers; the rest
// is cut at 0x1E into steps. No input may crash a machine, let in an account that does not exist, or revive a spent
// machine.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/encoding.h"
#include "sasl/external.h"
#include "sasl/ht.h"
#include "sasl/oauthbearer.h"
#include "sasl/plain.h"
#include "sasl/scram.h"
#include "xmpp/prep.h"

namespace sasl_fuzz {

namespace sasl = teahouse::sasl;
namespace crypto = teahouse::crypto;

namespace {

std::unique_ptr<sasl::Mechanism> make_mechanism(uint8_t choice) {
  if (choice == 0x7F) return std::make_unique<sasl::External>();
  if (choice >= 0x60) return std::make_unique<sasl::Ht>(sasl::ht_names()[choice % 8], choice % 4 == 3 ? "" : "bound");
  if (choice % 6 == 0) return std::make_unique<sasl::Plain>();
  if (choice % 6 == 1) return std::make_unique<sasl::OauthBearer>();
  sasl::ScramSetup setup;
  setup.hash = choice % 6 == 2 || choice % 6 == 4 ? crypto::Hash::sha1 : crypto::Hash::sha256;
  if (choice >= 0x40) setup.hash = crypto::Hash::sha512;
  if (choice >= 0x40) setup.advertised = "SCRAM-SHA-1\x1eSCRAM-SHA-256";
  if (choice >= 0x40) setup.tls_version = "0304";
  setup.plus = choice % 6 >= 4;
  setup.plus_offered = setup.plus;
  if (setup.plus) {
    setup.channel_bindings = {{"tls-exporter", "0123456789abcdef0123456789abcdef", true}, {"tls-unique", "ab", false}};
  }
  setup.fake_secret = "secret";
  // The nonces of RFC 5802 and RFC 7677, so that their messages in the corpus reach the end.
  setup.server_nonce = setup.hash == crypto::Hash::sha1 ? "3rfcNHYJY1ZVvWVs7j" : "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  return std::make_unique<sasl::Scram>(std::move(setup));
}

sasl::ScramKeys make_keys(uint8_t choice) {
  const bool sha1 = choice % 2 == 0;
  return *sasl::make_scram_keys("pencil", 4096,
                                *crypto::parse_base64(sha1 ? "QSXCR+Q6sek8bf92" : "W22ZaJ0SNY7soEsUEjb6gQ=="));
}

void check_localpart(const std::string& authcid) {
  std::string again;
  if (!teahouse::xmpp::append_localpart(again, authcid) || again != authcid) abort();
}

// Answers what the machine asks, as a server would that knows (or does not know) everybody.
sasl::Step answer(sasl::Mechanism& machine, sasl::Step step, bool known, const sasl::ScramKeys& keys) {
  if (const auto* need = std::get_if<sasl::NeedCredentials>(&step)) {
    check_localpart(need->authcid);
    return machine.provide(known ? std::optional(keys) : std::nullopt);
  }
  if (const auto* secret = std::get_if<sasl::VerifySecret>(&step)) {
    check_localpart(secret->authcid);
    if (secret->secret.empty() || secret->authzid.size() > sasl::authzid_bytes_max) abort();
    return known ? machine.accept(secret->authcid) : machine.refuse(sasl::Condition::not_authorized);
  }
  if (const auto* token = std::get_if<sasl::VerifyToken>(&step)) {
    if (token->token.empty() || token->authzid.size() > sasl::authzid_bytes_max) abort();
    return known ? machine.accept("romeo") : machine.refuse(sasl::Condition::credentials_expired);
  }
  if (const auto* proof = std::get_if<sasl::VerifyProof>(&step)) {
    check_localpart(proof->authcid);
    const sasl::HtName* name = sasl::find_ht(proof->mechanism);
    if (!name || proof->proof.size() != crypto::digest_size(name->hash)) abort();
    return known ? machine.accept(proof->authcid, "proof") : machine.refuse(sasl::Condition::not_authorized);
  }
  if (const auto* certificate = std::get_if<sasl::VerifyCertificate>(&step)) {
    if (certificate->authzid.size() > sasl::authzid_bytes_max) abort();
    return known ? machine.accept("romeo") : machine.refuse(sasl::Condition::not_authorized);
  }
  return step;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const sasl::ScramKeys all_keys[2] = {make_keys(0), make_keys(1)};
  const uint8_t choice = data[0];
  const bool known = (choice & 0x80) != 0;
  const auto machine = make_mechanism(choice & 0x7F);
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  bool over = false;
  for (int turn = 0; turn < 8; ++turn) {
    const size_t end = rest.find('\x1e');
    const std::string_view piece = rest.substr(0, end);
    const bool is_start = turn == 0 && piece.empty();  // the client has sent no initial response
    sasl::Step step =
        answer(*machine, is_start ? machine->start() : machine->step(piece), known, all_keys[(choice & 0x7F) % 6 % 2]);
    const bool success = std::holds_alternative<sasl::Success>(step);
    const bool failure = std::holds_alternative<sasl::Failure>(step);
    if (over && !failure) abort();
    if (success && !known) abort();
    if (success) check_localpart(std::get<sasl::Success>(step).authcid);
    over |= success || failure;
    if (end == rest.npos) break;
    rest.remove_prefix(end + 1);
  }
  if (const auto decoded = sasl::parse_client_data({reinterpret_cast<const char*>(data), size})) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text != "=" && sasl::encode_server_data(*decoded) != text) abort();  // one text for each run of bytes
  }
  return 0;
}

}  // namespace sasl_fuzz
