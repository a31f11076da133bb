#include "libfm/flow_math/embedding.hpp"

#include <cmath>

namespace fm {

std::vector<double> embedding_frequencies(int count) {
  constexpr double slowest = 1.0, fastest = 20.0;
  std::vector<double> frequencies;
  for (int k = 0; k < count; ++k) {
    frequencies.push_back(slowest *
                          std::pow(fastest / slowest, count > 1 ? static_cast<double>(k) / (count - 1) : 0.0));
  }
  return frequencies;
}

}  // namespace fm
