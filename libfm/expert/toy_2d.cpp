#include "libfm/expert/toy_2d.hpp"

namespace fm {

void Toy2dExpert::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index rows = input.observations.rows();
  output.actions.resize(rows, 2);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto k = static_cast<std::size_t>(i);
    Draws draws = stream_.at(input.episodes[k], input.steps[k]);
    const auto sample = draw_toy_2d(options_.distribution, draws);
    output.actions.row(i) << static_cast<float>(sample[0]), static_cast<float>(sample[1]);
  }
}

}  // namespace fm
