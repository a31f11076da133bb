#include "libfm/env/environment.hpp"

#include <algorithm>

namespace fm {

bool are_bounded(const std::vector<Dimension>& dimensions) {
  return !dimensions.empty() && std::ranges::all_of(dimensions, &Dimension::is_bounded);
}

void StepResult::clear(int copies) {
  rewards.setZero(copies);
  for (std::vector<std::uint8_t>* flags : {&terminated, &truncated, &success, &diverged}) {
    flags->assign(static_cast<std::size_t>(copies), 0);
  }
}

}  // namespace fm
