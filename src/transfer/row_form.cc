#include "transfer/row_form.h"

namespace teahouse::transfer {

// One that declares all by itself, as a row does, keeps its bytes.
std::string take_element(const xml::Element& element) {
  std::string stored;
  xml::write(stored, element, {});
  return stored;
}

}  // namespace teahouse::transfer
