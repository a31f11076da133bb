#include "libfm/realtime/conditioned_layer.hpp"

#include "libfm/flow_math/embedding.hpp"

#include <cmath>

namespace fm {

std::vector<float> embed(const Times& times, int features) {
  const std::vector<double> frequencies = embedding_frequencies(features / 2);
  std::vector<float> embedded;
  for (const float t : times) {
    for (const double w : frequencies) embedded.push_back(std::sin(t * static_cast<float>(w)));
    for (const double w : frequencies) embedded.push_back(std::cos(t * static_cast<float>(w)));
  }
  return embedded;
}

int features_of(const NetworkShape& shape, int time_embedding, const std::vector<Times>& times) {
  return static_cast<int>(times.front().size()) * (time_embedding / 2 * 2) + shape.condition();
}

ConditionedLayer::ConditionedLayer(const Kernels& kernels, const FloatMatrix& weight, const std::vector<float>& bias,
                                   int z, int condition, int time_embedding, const std::vector<Times>& times)
    : z_(kernels, weight.leftCols(z), {}, Precision::float32),
      condition_(kernels, weight.rightCols(condition), {}, Precision::float32),
      table_(times.size() * static_cast<std::size_t>(padded(z_.outputs()))) {
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::vector<float> embedded = embed(times[i], time_embedding);
    const Eigen::Map<const Eigen::VectorXf> features(embedded.data(), static_cast<Eigen::Index>(embedded.size()));
    float* row = table_.data() + i * static_cast<std::size_t>(padded(z_.outputs()));
    for (Eigen::Index j = 0; j < weight.rows(); ++j) {
      const double part =
          weight.row(j).segment(z, features.size()).cast<double>().dot(features.cast<double>().transpose());
      row[j] = static_cast<float>(bias[static_cast<std::size_t>(j)] + part);
    }
  }
}

}  // namespace fm
