// Mechanism: one attempt to authenticate, a state machine from the first client data to success or failure.
//
// Things that a machine cannot know by itself (stored keys, whether a password or token is good) it asks for with a
// Step; the answer is given by provide(), accept() or refuse(), and yields the next Step. After Success or Failure it
// is spent, and every call gives Failure: drop it then, also if an answer is still on its way. Thread: its stream's.
// Limits: 64 KiB of data a step; authcid and authzid 1023 bytes. Spec: RFC 4422, RFC 6120 section 6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sasl/scram_keys.h"
#include "xmpp/jid.h"

namespace teahouse::sasl {

inline constexpr size_t step_bytes_max = 64 * 1024;
inline constexpr size_t authzid_bytes_max = 1023;

// RFC 6120 section 6.5.
enum class Condition {
  aborted,
  account_disabled,
  credentials_expired,
  encryption_required,
  incorrect_encoding,
  invalid_authzid,
  invalid_mechanism,
  malformed_request,
  mechanism_too_weak,
  not_authorized,
  temporary_auth_failure,
};
// "not-authorized"
const char* to_string(Condition condition);

// Send this to the client and wait for its data.
struct Challenge {
  std::string data;
};
// Look up this account's keys and call provide(). authcid is a normalised localpart.
struct NeedCredentials {
  std::string authcid;
};
// Check this password (or site token) of this account and call accept() or refuse(). authcid is a normalised localpart.
struct VerifySecret {
  std::string authcid;
  std::string authzid;
  std::string secret;
};
// Check this token, which also says whose it is, and call accept() or refuse().
struct VerifyToken {
  std::string authzid;
  std::string token;
};
// Check by this account's tokens of the client's device whether one of them, for this mechanism, makes the proof
// (make_initiator_proof), and call accept() with what the token answers (make_responder_proof), or refuse(). authcid is
// a normalised localpart.
struct VerifyProof {
  std::string authcid;
  std::string mechanism;
  std::string proof;
  std::string binding;  // the channel's data; empty: not bound
};
// Look up which account has the certificate that the client showed in TLS, and call accept() or refuse().
struct VerifyCertificate {
  std::string authzid;
};
// The client is authcid, a normalised localpart. REQUIRES of the server: may_act_as(authzid, ...), else
// invalid-authzid.
struct Success {
  std::string authcid;
  std::string authzid;      // as the client sent it; often empty
  std::string server_data;  // goes into <success/>; may be empty
};
struct Failure {
  Condition condition;
  std::string text;  // for a person; never says whether the account exists
  // The name that the client gave, if it has proved with the account's password that it was offered -PLUS and that
  // nobody is in between; it only binds by a type that is not to be had.
  std::string saw_plus;
};
using Step = std::variant<Challenge, NeedCredentials, VerifySecret, VerifyToken, VerifyProof, VerifyCertificate,
                          Success, Failure>;

class Mechanism {
 public:
  virtual ~Mechanism() = default;
  Mechanism(const Mechanism&) = delete;
  Mechanism& operator=(const Mechanism&) = delete;

  virtual std::string_view name() const = 0;

  // Decoded data of the client. Without an initial response its attempt begins with start().
  Step step(std::string_view client_data);
  Step start() { return settle(Challenge{}); }
  // The answer to NeedCredentials: nothing if there is no such account or it has no password.
  Step provide(const std::optional<ScramKeys>& keys);
  // The answers to VerifySecret, VerifyToken, VerifyProof and VerifyCertificate. authcid is the account that the
  // secret, token or proof proved; server_data proves the server to the client, where the mechanism has it so.
  Step accept(std::string authcid, std::string server_data = {});
  Step refuse(Condition condition, std::string text = {});

 protected:
  Mechanism() = default;
  virtual Step on_data(std::string_view client_data) = 0;
  virtual Step on_keys(const std::optional<ScramKeys>& keys);
  virtual Step on_accepted(std::string authcid, std::string server_data);
  virtual Step on_refused(Failure failure);

 private:
  enum class Waiting { first_data, data, keys, verdict, nothing };
  Step settle(Step step);

  Waiting waiting_ = Waiting::first_data;
};

// RFC 6120 section 6.3.8: in XMPP an authzid is a bare JID, and here nobody may act as somebody else.
bool may_act_as(std::string_view authzid, const BareJid& account);

// The localpart that a client named itself with; or a Failure that says why nobody can have that name, which tells
// nothing that the client could not know.
std::variant<std::string, Failure> parse_authcid(std::string_view name);
// RFC 6120 section 6.5.8: names and passwords are UTF-8, or the message is malformed.
std::optional<Failure> check_utf8(std::string_view client_data);

// The text of <auth/> and <response/>: base64, or "=" for no bytes (RFC 6120 section 6.4.2). Nothing on bad base64:
// incorrect-encoding.
std::optional<std::string> parse_client_data(std::string_view text);
// The same of SASL2's elements, where no text is no bytes, and "=" is no base64 (XEP-0388 section 2.1).
std::optional<std::string> parse_sasl2_data(std::string_view text);
// The text of <challenge/> and <success/>.
std::string encode_server_data(std::string_view data);

}  // namespace teahouse::sasl
