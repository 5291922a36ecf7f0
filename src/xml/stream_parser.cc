// The stream around the elements: what may come before the root, the root's start tag, white space between elements,
// and the root's end tag. The elements themselves, and the root's start tag, are the scanner's.
//
// An element that lies whole in the input is scanned there and copied once. One that does not is collected in a
// Partial, which takes from the input only up to the next '>' at a time, so that it never takes what belongs to the
// next element.
#include "xml/stream_parser.h"

#include <algorithm>
#include <cassert>

#include "xml/chars.h"
#include "xml/declaration.h"
#include "xml/scanner.h"

namespace teahouse::xml {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// An element of which some bytes have come.
struct Partial {
  std::string bytes;
  Scanner scanner;
};

}  // namespace

struct StreamParser::State {
  enum class Phase : uint8_t {
    start,        // nothing has come, or a part of a byte order mark
    first,        // at the one place where an XML declaration may stand
    declaration,  // after <?
    prolog,       // before the root
    header,       // in the root's start tag
    between,      // between top-level elements
    element,      // in one
    close,        // after </
    self_closed,  // the root was <stream/>
    closed,       // after the root
    fault,
  };
  using Stop = std::optional<Step>;  // empty: go on in the phase that was set

  Limits limits;
  std::string_view seen_ns = {};
  Phase phase = Phase::start;
  StreamFault fault = StreamFault::not_well_formed;
  bool after_less_than = false;  // a < was taken, and nothing after it
  size_t taken = 0;              // bytes of the byte order mark or, after </, of the root's end tag
  std::string text;              // the XML declaration while it comes; what was wrong, after a fault
  std::unique_ptr<Partial> partial;
  std::optional<Document> header;
  std::optional<Document> element;

  Stop step(std::string_view& input);
  Stop start(std::string_view& input);
  Stop collect_declaration(std::string_view& input);
  Stop markup(std::string_view& input);
  Stop no_markup(char found);
  Stop begin_element(std::string_view& input);
  Stop continue_element(std::string_view& input);
  Stop judge(Scanner::Outcome outcome, const Scanner& scanner, size_t bytes);
  Step finish(Scanner& scanner, std::string bytes);
  Stop close(std::string_view& input);
  Step refuse(StreamFault why, std::string why_text);
};

StreamParser::Step StreamParser::State::refuse(StreamFault why, std::string why_text) {
  phase = Phase::fault;
  fault = why;
  text = std::move(why_text);
  partial.reset();
  return Step::fault;
}

StreamParser::State::Stop StreamParser::State::step(std::string_view& input) {
  if (phase == Phase::fault) return Step::fault;
  if (phase == Phase::self_closed) {
    phase = Phase::closed;
    return Step::stream_close;
  }
  if (input.empty()) return Step::need_more;
  switch (phase) {
    case Phase::start: return start(input);
    case Phase::declaration: return collect_declaration(input);
    case Phase::header:
    case Phase::element: return continue_element(input);
    case Phase::close: return close(input);
    default: return markup(input);
  }
}

// ---- before the root ---------------------------------------------------------------------------------------------

StreamParser::State::Stop StreamParser::State::start(std::string_view& input) {
  if (taken == 0 && (input[0] == '\xFE' || input[0] == '\xFF')) {
    return refuse(StreamFault::unsupported_encoding, "the stream begins like UTF-16; it must be UTF-8");
  }
  if (taken == 0 && input[0] != byte_order_mark[0]) {
    phase = Phase::first;
    return std::nullopt;
  }
  for (; taken < byte_order_mark.size() && !input.empty(); ++taken) {
    if (input[0] != byte_order_mark[taken]) return no_markup(input[0]);
    input.remove_prefix(1);
  }
  if (taken == byte_order_mark.size()) phase = Phase::first;
  return std::nullopt;
}

StreamParser::State::Stop StreamParser::State::collect_declaration(std::string_view& input) {
  static constexpr std::string_view opening = "<?xml";
  while (!input.empty()) {
    const char byte = input[0];
    input.remove_prefix(1);
    text += byte;
    const size_t size = text.size();
    const bool opens = size <= opening.size() ? opening.starts_with(text) : size > opening.size() + 1 || is_space(byte);
    if (!opens) return refuse(StreamFault::restricted_xml, "a processing instruction before the stream");
    if (byte == '>') {
      if (const auto wrong = find_declaration_fault(text)) {
        return refuse(*wrong, "an XML declaration that does not ask for XML 1.0 in UTF-8");
      }
      std::string().swap(text);  // frees it
      phase = Phase::prolog;
      return std::nullopt;
    }
    if (size == declaration_bytes_max) return refuse(StreamFault::policy_violation, "the XML declaration is too long");
  }
  return Step::need_more;
}

// ---- between elements --------------------------------------------------------------------------------------------

StreamParser::State::Stop StreamParser::State::no_markup(char found) {
  if (found == '\0' && !header) {
    return refuse(StreamFault::unsupported_encoding, "a NUL before the stream, as in UTF-16; it must be UTF-8");
  }
  // Text may stand in an element, as XML goes; this one is a stream.
  const bool is_text = header && has_class(found, byte_plain_text);
  return refuse(is_text ? StreamFault::bad_format : StreamFault::not_well_formed,
                header ? "text between the stream's elements" : "text before the stream");
}

// Called at a < or at white space before one, in the phases first, prolog, between and closed.
StreamParser::State::Stop StreamParser::State::markup(std::string_view& input) {
  if (!after_less_than) {
    if (phase == Phase::first && is_space(input[0])) phase = Phase::prolog;
    while (!input.empty() && is_space(input[0])) input.remove_prefix(1);
    if (input.empty()) return Step::need_more;
    if (phase == Phase::closed) return refuse(StreamFault::not_well_formed, "something stands after the stream's end");
    if (input[0] != '<') return no_markup(input[0]);
    if (input.size() == 1) {
      after_less_than = true;
      input = {};
      return Step::need_more;
    }
  }
  const size_t opening = after_less_than ? 1 : 2;
  const char kind = input[opening - 1];
  if (kind == '!')
    return refuse(StreamFault::restricted_xml, "a comment, document type or CDATA section outside elements");
  if (kind == '\0' && !header) return no_markup(kind);
  const bool declares = kind == '?' && phase == Phase::first;
  const bool closes = kind == '/' && phase == Phase::between;
  if (kind == '?' && !declares) return refuse(StreamFault::restricted_xml, "a processing instruction");
  if (kind == '/' && !closes) return refuse(StreamFault::not_well_formed, "an end tag without a start tag");
  if (!declares && !closes) return begin_element(input);
  input.remove_prefix(opening);
  after_less_than = false;
  taken = 0;
  if (declares) text = "<?";
  phase = declares ? Phase::declaration : Phase::close;
  return std::nullopt;
}

// ---- elements ----------------------------------------------------------------------------------------------------

StreamParser::State::Stop StreamParser::State::begin_element(std::string_view& input) {
  phase = header ? Phase::element : Phase::header;
  Scanner scanner(limits, {header ? seen_ns : std::string_view(), header ? &Access::index(*header) : nullptr},
                  header ? Scanner::Extent::element : Scanner::Extent::start_tag);
  if (after_less_than) {
    after_less_than = false;
    partial = std::make_unique<Partial>(Partial{"<", std::move(scanner)});
    return std::nullopt;
  }
  const std::string_view window = input.substr(0, scanner.bytes_max());
  const auto outcome = scanner.scan(window);
  if (outcome == Scanner::Outcome::whole) {
    input.remove_prefix(scanner.element_size());
    return finish(scanner, std::string(window.substr(0, scanner.element_size())));
  }
  if (const auto stop = judge(outcome, scanner, window.size())) return stop;
  partial = std::make_unique<Partial>(Partial{std::string(window), std::move(scanner)});
  input.remove_prefix(window.size());
  return std::nullopt;
}

StreamParser::State::Stop StreamParser::State::continue_element(std::string_view& input) {
  std::string& bytes = partial->bytes;
  Scanner& scanner = partial->scanner;
  while (!input.empty()) {
    std::string_view piece = input.substr(0, scanner.bytes_max() - std::min(scanner.bytes_max(), bytes.size()));
    if (const size_t end = piece.find('>'); end != std::string_view::npos) piece = piece.substr(0, end + 1);
    bytes += piece;
    input.remove_prefix(piece.size());
    const auto outcome = scanner.scan(bytes);
    if (outcome == Scanner::Outcome::whole) {
      const auto whole = std::move(partial);
      whole->bytes.shrink_to_fit();  // it grew by doubling, and may be kept for long
      return finish(whole->scanner, std::move(whole->bytes));
    }
    if (const auto stop = judge(outcome, scanner, bytes.size())) return stop;
  }
  return Step::need_more;
}

StreamParser::State::Stop StreamParser::State::judge(Scanner::Outcome outcome, const Scanner& scanner, size_t bytes) {
  if (outcome == Scanner::Outcome::fault) return refuse(scanner.fault(), scanner.fault_text());
  if (bytes < scanner.bytes_max()) return std::nullopt;
  return refuse(StreamFault::policy_violation,
                "an element has more than " + std::to_string(scanner.bytes_max()) + " bytes");
}

StreamParser::Step StreamParser::State::finish(Scanner& scanner, std::string bytes) {
  const bool opens = phase == Phase::header;
  phase = scanner.self_closed() ? Phase::self_closed : Phase::between;
  auto index = scanner.take_index(SharedBytes(std::move(bytes)), header ? Access::shared_index(*header) : nullptr);
  if (opens) index->attributes.shrink_to_fit();  // it stays as long as the stream
  (opens ? header : element) = Access::make_document(std::move(index));
  return opens ? Step::stream_open : Step::element;
}

// ---- the end -----------------------------------------------------------------------------------------------------

StreamParser::State::Stop StreamParser::State::close(std::string_view& input) {
  const Index& index = Access::index(*header);
  const std::string_view name = index.between(index.nodes[0].qname_begin, index.nodes[0].name_end);
  for (; !input.empty(); ++taken) {
    const char byte = input[0];
    input.remove_prefix(1);
    if (taken >= name.size() && byte == '>') {
      phase = Phase::closed;
      return Step::stream_close;
    }
    if (taken < name.size() ? byte != name[taken] : !is_space(byte)) {
      return refuse(StreamFault::not_well_formed, "an end tag that is not the stream's");
    }
    if (taken == limits.element_bytes_max)
      return refuse(StreamFault::policy_violation, "the stream's end tag is too long");
  }
  return Step::need_more;
}

// ---- StreamParser ------------------------------------------------------------------------------------------------

StreamParser::StreamParser(const Limits& limits) : state_(std::make_unique<State>()) { state_->limits = limits; }
StreamParser::~StreamParser() = default;
StreamParser::StreamParser(StreamParser&&) noexcept = default;
StreamParser& StreamParser::operator=(StreamParser&&) noexcept = default;

StreamParser::Step StreamParser::next(std::string_view& input) {
  for (;;) {
    if (const auto stop = state_->step(input)) return *stop;
  }
}

const Document& StreamParser::header() const {
  assert(state_->header);
  return *state_->header;
}

std::string_view StreamParser::default_ns() const {
  if (!state_->header) return {};
  const Index& index = Access::index(*state_->header);
  for (const Attribute& declaration : index.attributes) {
    if (declaration.declaration && declaration.local_begin == declaration.name_end)
      return index.view(declaration.value);
  }
  return {};
}

Document StreamParser::take_element() {
  assert(state_->element);
  Document taken = std::move(*state_->element);
  state_->element.reset();
  return taken;
}

StreamFault StreamParser::fault() const { return state_->fault; }

const std::string& StreamParser::fault_text() const { return state_->text; }

void StreamParser::set_limits(const Limits& limits) { state_->limits = limits; }
void StreamParser::see_default_ns_as(std::string_view ns) { state_->seen_ns = ns; }

void StreamParser::reset() {
  State fresh;
  fresh.limits = state_->limits;
  fresh.seen_ns = state_->seen_ns;
  *state_ = std::move(fresh);
}

}  // namespace teahouse::xml
