// ICU has no table of the PRECIS classes, so they are derived here, code point by code point, as RFC 8264 section 8
// writes the derivation: an ordered list of questions, of which the first that says yes decides. Keeping that order is
// the whole correctness argument; each question is a function below with the RFC's own name.
#include "xmpp/prep_class.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

namespace teahouse::xmpp {
namespace {

enum class Derived { pvalid, free_pvalid, contextual, disallowed };

// RFC 8264 section 9.6 (which is RFC 5892 section 2.6).
std::optional<Derived> exception(char32_t cp) {
  switch (cp) {
    case 0x00DF:
    case 0x03C2:
    case 0x06FD:
    case 0x06FE:
    case 0x0F0B:
    case 0x3007: return Derived::pvalid;
    case 0x00B7:
    case 0x0375:
    case 0x05F3:
    case 0x05F4:
    case 0x30FB: return Derived::contextual;
    case 0x0640:
    case 0x07FA:
    case 0x302E:
    case 0x302F:
    case 0x3031:
    case 0x3032:
    case 0x3033:
    case 0x3034:
    case 0x3035:
    case 0x303B: return Derived::disallowed;
    default: break;
  }
  if ((cp >= 0x0660 && cp <= 0x0669) || (cp >= 0x06F0 && cp <= 0x06F9)) return Derived::contextual;
  return std::nullopt;
}

bool is_old_hangul_jamo(UChar32 cp) {
  const int32_t type = u_getIntPropertyValue(cp, UCHAR_HANGUL_SYLLABLE_TYPE);
  return type == U_HST_LEADING_JAMO || type == U_HST_VOWEL_JAMO || type == U_HST_TRAILING_JAMO;
}

bool is_precis_ignorable(UChar32 cp) {
  return u_hasBinaryProperty(cp, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
         u_hasBinaryProperty(cp, UCHAR_NONCHARACTER_CODE_POINT);
}

bool has_compat(UChar32 cp) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  const icu::UnicodeString text(cp);
  return U_FAILURE(status) || nfkc->normalize(text, status) != text || U_FAILURE(status);
}

bool in_category(UChar32 cp, uint32_t mask) { return (U_GET_GC_MASK(cp) & mask) != 0; }

constexpr uint32_t letter_digits =
    U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_ND_MASK | U_GC_LM_MASK | U_GC_MN_MASK | U_GC_MC_MASK;
constexpr uint32_t freeform_only = U_GC_LT_MASK | U_GC_NL_MASK | U_GC_NO_MASK | U_GC_ME_MASK  // OtherLetterDigits
                                   | U_GC_ZS_MASK | U_GC_S_MASK | U_GC_P_MASK;  // Spaces, Symbols, Punctuation

// RFC 8264 section 8, in its order.
Derived derive(char32_t code_point) {
  const UChar32 cp = static_cast<UChar32>(code_point);
  if (const auto excepted = exception(code_point)) return *excepted;
  if (in_category(cp, U_GC_CN_MASK)) return Derived::disallowed;  // Unassigned (and noncharacters)
  if (cp >= 0x21 && cp <= 0x7E) return Derived::pvalid;           // ASCII7
  if (cp == 0x200C || cp == 0x200D) return Derived::contextual;   // JoinControl
  if (is_old_hangul_jamo(cp)) return Derived::disallowed;
  if (is_precis_ignorable(cp)) return Derived::disallowed;
  if (in_category(cp, U_GC_CC_MASK)) return Derived::disallowed;  // Controls
  if (has_compat(cp)) return Derived::free_pvalid;
  if (in_category(cp, letter_digits)) return Derived::pvalid;
  if (in_category(cp, freeform_only)) return Derived::free_pvalid;
  return Derived::disallowed;
}

constexpr int virama = 9;  // a value of Canonical_Combining_Class

int32_t joining_type(char32_t cp) { return u_getIntPropertyValue(static_cast<UChar32>(cp), UCHAR_JOINING_TYPE); }
int32_t script(char32_t cp) { return u_getIntPropertyValue(static_cast<UChar32>(cp), UCHAR_SCRIPT); }

// RFC 5892 appendix A.1: (L|D) T* ZWNJ T* (R|D)
bool joins_on_both_sides(std::u32string_view text, size_t at) {
  size_t before = at;
  while (before > 0 && joining_type(text[before - 1]) == U_JT_TRANSPARENT) --before;
  size_t after = at + 1;
  while (after < text.size() && joining_type(text[after]) == U_JT_TRANSPARENT) ++after;
  if (before == 0 || after == text.size()) return false;
  const int32_t left = joining_type(text[before - 1]);
  const int32_t right = joining_type(text[after]);
  return (left == U_JT_LEFT_JOINING || left == U_JT_DUAL_JOINING) &&
         (right == U_JT_RIGHT_JOINING || right == U_JT_DUAL_JOINING);
}

bool has_in_range(std::u32string_view text, char32_t first, char32_t last) {
  for (const char32_t cp : text) {
    if (cp >= first && cp <= last) return true;
  }
  return false;
}

bool has_kana_or_han(std::u32string_view text) {
  for (const char32_t cp : text) {
    const int32_t s = script(cp);
    if (s == USCRIPT_HIRAGANA || s == USCRIPT_KATAKANA || s == USCRIPT_HAN) return true;
  }
  return false;
}

// RFC 5892 appendix A.
bool context_allows(std::u32string_view text, size_t at) {
  const char32_t cp = text[at];
  const bool first = at == 0;
  const bool last = at + 1 == text.size();
  switch (cp) {
    case 0x200C:
      if (!first && u_getCombiningClass(static_cast<UChar32>(text[at - 1])) == virama) return true;
      return joins_on_both_sides(text, at);
    case 0x200D: return !first && u_getCombiningClass(static_cast<UChar32>(text[at - 1])) == virama;
    case 0x00B7: return !first && !last && text[at - 1] == U'l' && text[at + 1] == U'l';
    case 0x0375: return !last && script(text[at + 1]) == USCRIPT_GREEK;
    case 0x05F3:
    case 0x05F4: return !first && script(text[at - 1]) == USCRIPT_HEBREW;
    case 0x30FB: return has_kana_or_han(text);
    default: break;
  }
  if (cp <= 0x0669) return !has_in_range(text, 0x06F0, 0x06F9);  // Arabic-Indic digits are not mixed
  return !has_in_range(text, 0x0660, 0x0669);                    // with Extended Arabic-Indic digits
}

bool is_strong(UCharDirection d) { return d == U_LEFT_TO_RIGHT || d == U_RIGHT_TO_LEFT || d == U_RIGHT_TO_LEFT_ARABIC; }

bool allowed_in_both(UCharDirection d) {
  return d == U_EUROPEAN_NUMBER || d == U_EUROPEAN_NUMBER_SEPARATOR || d == U_COMMON_NUMBER_SEPARATOR ||
         d == U_EUROPEAN_NUMBER_TERMINATOR || d == U_OTHER_NEUTRAL || d == U_BOUNDARY_NEUTRAL ||
         d == U_DIR_NON_SPACING_MARK;
}

bool is_right_to_left(UCharDirection d) { return d == U_RIGHT_TO_LEFT || d == U_RIGHT_TO_LEFT_ARABIC; }

UCharDirection direction_of(char32_t cp) { return u_charDirection(static_cast<UChar32>(cp)); }

}  // namespace

std::optional<size_t> find_disallowed(std::u32string_view text, StringClass string_class) {
  for (size_t i = 0; i < text.size(); ++i) {
    const Derived derived = derive(text[i]);
    const bool allowed = derived == Derived::pvalid ||
                         (derived == Derived::free_pvalid && string_class == StringClass::freeform) ||
                         (derived == Derived::contextual && context_allows(text, i));
    if (!allowed) return i;
  }
  return std::nullopt;
}

std::optional<BidiFault> find_bidi_fault(std::u32string_view text) {
  using enum BidiFault::Rule;
  bool wanted = false;
  for (const char32_t cp : text) wanted |= is_right_to_left(direction_of(cp)) || direction_of(cp) == U_ARABIC_NUMBER;
  if (!wanted) return std::nullopt;

  if (!is_strong(direction_of(text.front()))) return BidiFault{first, text.front()};  // 1
  const bool rtl = is_right_to_left(direction_of(text.front()));
  bool european = false;
  bool arabic = false;
  for (const char32_t cp : text) {  // 2, 5; 4
    const UCharDirection d = direction_of(cp);
    const bool own = rtl ? is_right_to_left(d) || d == U_ARABIC_NUMBER : d == U_LEFT_TO_RIGHT;
    if (!own && !allowed_in_both(d)) return BidiFault{direction, cp};
    european |= d == U_EUROPEAN_NUMBER;
    arabic |= d == U_ARABIC_NUMBER;
    if (rtl && european && arabic) return BidiFault{digits, cp};
  }

  size_t end = text.size();  // 3, 6: the first character, at the latest, is no mark
  while (direction_of(text[end - 1]) == U_DIR_NON_SPACING_MARK) --end;
  const UCharDirection d = direction_of(text[end - 1]);
  const bool own = rtl ? is_right_to_left(d) || d == U_ARABIC_NUMBER : d == U_LEFT_TO_RIGHT;
  if (!own && d != U_EUROPEAN_NUMBER) return BidiFault{last, text[end - 1]};
  return std::nullopt;
}

bool is_idna_ignorable_block(char32_t character) {
  return (character >= 0x20D0 && character <= 0x20FF) ||    // Combining Diacritical Marks for Symbols
         (character >= 0x1D100 && character <= 0x1D1FF) ||  // Musical Symbols
         (character >= 0x1D200 && character <= 0x1D24F);    // Ancient Greek Musical Notation
}

}  // namespace teahouse::xmpp
