// The row is a run of fields, each "<bytes>:<that many bytes>"; numbers are in decimal digits, and lists begin with how
// many they are.
#include "server/parked.h"

#include <algorithm>

#include "base/text.h"

namespace teahouse {
namespace {

constexpr std::string_view version = "1";
constexpr int64_t max_s_max = 1'000'000, until_ms_max = int64_t{1} << 44;

Error no_row() { return {ErrorKind::internal_server_error, "The row of an account's sessions cannot be read."}; }

class RowWriter {
 public:
  void text(std::string_view value) { row_.append(std::to_string(value.size())).append(":").append(value); }
  template <class Number>
  void number(Number value) {
    text(std::to_string(value));
  }
  void flag(bool value) { text(value ? "1" : "0"); }
  std::string take() { return std::move(row_); }

 private:
  std::string row_;
};

// Once a field was wrong all that follow are empty, and has_failed() says so.
class RowReader {
 public:
  explicit RowReader(std::string_view row) : rest_(row) {}

  std::string_view text() {
    const size_t colon = rest_.find(':');
    const auto bytes = parse_decimal<size_t>(rest_.substr(0, colon));
    const bool is_canonical = bytes && std::to_string(*bytes).size() == colon;
    if (colon == std::string_view::npos || !is_canonical || *bytes > rest_.size() - colon - 1) return fail();
    const std::string_view value = rest_.substr(colon + 1, *bytes);
    rest_.remove_prefix(colon + 1 + *bytes);
    return value;
  }
  template <class Number>
  Number number() {
    const std::string_view digits = text();
    const auto value = parse_decimal<Number>(digits);
    if (value && std::to_string(*value) == digits) return *value;
    fail();
    return 0;
  }
  bool flag() {
    const auto value = number<uint8_t>();
    if (value > 1) fail();
    return value == 1;
  }
  // How many follow; each has at least `fields` fields of two bytes.
  size_t count(size_t fields) {
    const auto value = number<size_t>();
    if (value <= rest_.size() / (2 * fields)) return value;
    fail();
    return 0;
  }
  bool has_failed() const { return failed_; }
  bool is_at_end() const { return rest_.empty(); }
  std::string_view fail() {
    failed_ = true;
    rest_ = {};
    return {};
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

void write(RowWriter& row, const ParkedDelivery& delivery) {
  row.text(delivery.message);
  row.text(delivery.row);
  row.flag(delivery.is_addressed);
  row.flag(delivery.is_of_copy);
  row.flag(delivery.is_taken);
  row.number(delivery.had_by.size());
  for (const uint32_t place : delivery.had_by) row.number(place);
}

void write(RowWriter& row, const ParkedStanza& stanza) {
  row.text(stanza.stanza);
  row.text(stanza.delivery ? std::to_string(*stanza.delivery) : std::string());
  row.number(stanza.since_ms);
}

void write(RowWriter& row, const ParkedSession& session) {
  row.text(session.resource);
  row.text(session.resume_key);
  row.number(session.device);
  row.number(session.certificate);
  row.flag(session.is_by_site);
  row.number(session.max_s);
  row.number(session.until_ms);
  row.number(session.handled);
  row.number(session.acknowledged);
  row.number(session.sent);
  row.flag(session.is_interested);
  row.text(session.presence);
  row.number(session.notes.size());
  for (const auto& [name, note] : session.notes) {
    row.text(name);
    row.text(note);
  }
  row.number(session.waiting.size());
  for (const ParkedStanza& stanza : session.waiting) write(row, stanza);
}

ParkedDelivery read_delivery(RowReader& row, size_t sessions) {
  ParkedDelivery delivery;
  delivery.message = row.text();
  delivery.row = row.text();
  delivery.is_addressed = row.flag();
  delivery.is_of_copy = row.flag();
  delivery.is_taken = row.flag();
  for (size_t left = row.count(1); left > 0; --left) {
    delivery.had_by.push_back(row.number<uint32_t>());
    if (delivery.had_by.back() >= sessions) row.fail();
  }
  if (delivery.message.empty()) row.fail();
  return delivery;
}

ParkedStanza read_stanza(RowReader& row) {
  ParkedStanza stanza;
  stanza.stanza = row.text();
  if (const std::string_view place = row.text(); !place.empty()) {
    stanza.delivery = parse_decimal<uint32_t>(place);
    if (!stanza.delivery || std::to_string(*stanza.delivery) != place) row.fail();
  }
  stanza.since_ms = row.number<int64_t>();
  if (stanza.stanza.empty() && !stanza.delivery) row.fail();
  return stanza;
}

ParkedSession read_session(RowReader& row) {
  ParkedSession session;
  session.resource = row.text();
  session.resume_key = row.text();
  session.device = row.number<uint64_t>();
  session.certificate = row.number<uint64_t>();
  session.is_by_site = row.flag();
  session.max_s = row.number<int64_t>();
  session.until_ms = row.number<int64_t>();
  if (session.max_s < 0 || session.max_s > max_s_max || session.until_ms < 0 || session.until_ms > until_ms_max)
    row.fail();
  session.handled = row.number<uint32_t>();
  session.acknowledged = row.number<uint32_t>();
  session.sent = row.number<uint32_t>();
  session.is_interested = row.flag();
  session.presence = row.text();
  std::string last;
  for (size_t left = row.count(2); left > 0; --left) {
    const std::string name(row.text());
    if (!session.notes.empty() && name <= last) row.fail();
    session.notes[name] = row.text();
    last = name;
  }
  for (size_t left = row.count(3); left > 0 && !row.has_failed(); --left) session.waiting.push_back(read_stanza(row));
  // mod 2^32
  if (session.resume_key.empty() || session.sent - session.acknowledged > session.waiting.size()) row.fail();
  return session;
}

bool has_places(const ParkedAccount& account) {
  return std::all_of(account.sessions.begin(), account.sessions.end(), [&](const ParkedSession& session) {
    return std::all_of(session.waiting.begin(), session.waiting.end(), [&](const ParkedStanza& stanza) {
      return !stanza.delivery || *stanza.delivery < account.deliveries.size();
    });
  });
}

}  // namespace

std::string write_parked_row(const ParkedAccount& account) {
  RowWriter row;
  row.text(version);
  row.number(account.incarnation);
  row.text(account.modules_off);
  row.number(account.sessions.size());
  for (const ParkedSession& session : account.sessions) write(row, session);
  row.number(account.deliveries.size());
  for (const ParkedDelivery& delivery : account.deliveries) write(row, delivery);
  return row.take();
}

Result<ParkedAccount> parse_parked_row(std::string_view bytes) {
  RowReader row(bytes);
  ParkedAccount account;
  if (row.text() != version) return no_row();
  account.incarnation = row.number<int64_t>();
  account.modules_off = row.text();
  for (size_t left = row.count(14); left > 0 && !row.has_failed(); --left)
    account.sessions.push_back(read_session(row));
  for (size_t left = row.count(6); left > 0 && !row.has_failed(); --left) {
    account.deliveries.push_back(read_delivery(row, account.sessions.size()));
  }
  if (row.has_failed() || !row.is_at_end() || !has_places(account)) return no_row();
  return account;
}

}  // namespace teahouse
