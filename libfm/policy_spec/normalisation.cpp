#include "libfm/policy_spec/normalisation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/env/float32.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace fm {
namespace {

struct Scaling {
  double offset, scale;
};

Scaling between_values(double low, double high) { return {low / 2 + high / 2, high / 2 - low / 2}; }

constexpr std::array names = {"min_max", "z_score", "quantile", "none"};

}  // namespace

std::vector<std::string> normaliser_names() { return {names.begin(), names.end()}; }

void ColumnRange::add(const Eigen::VectorXd& values) {
  low = std::min(low, values.minCoeff());
  high = std::max(high, values.maxCoeff());
  is_float32 = is_float32 && fm::is_float32(values);
}

double ColumnRange::spacing() const {
  return magnitude() * (is_float32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon());
}

bool ColumnRange::is_constant() const {
  constexpr double few = 8.0;
  return high / 2 - low / 2 <= few / 2 * spacing();
}

Normalisation identity_normalisation(std::size_t size) {
  return {.offset = std::vector<double>(size, 0.0), .scale = std::vector<double>(size, 1.0)};
}

NormalisationFit::NormalisationFit(std::string_view normaliser, const QuantileOptions& quantile)
    : normaliser_(normaliser), quantile_(quantile) {
  if (std::ranges::find(names, normaliser) != names.end()) return;
  throw_input_error("no normaliser '{}' (known: {})", normaliser, fmt::join(names, ", "));
}

void NormalisationFit::add(const Matrix& values) {
  columns_.resize(static_cast<std::size_t>(values.cols()));
  if (values.rows() == 0) return;
  const auto count = static_cast<double>(values.rows());
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    Column& c = columns_[j];
    const Eigen::VectorXd x = values.col(static_cast<Eigen::Index>(j));
    c.range.add(x);
    if (normaliser_ == "quantile" && rows_ == 0.0) {
      const std::span<const double> numbers(x.data(), static_cast<std::size_t>(x.size()));
      c.low = quantile(numbers, quantile_.low);
      c.high = quantile(numbers, quantile_.high);
    }
    // The mean of deviations from the first value: a large offset costs no digits. Parts are joined as by Chan, Golub,
    // LeVeque 1979.
    const double mean = x[0] + (x.array() - x[0]).mean(), squares = (x.array() - mean).square().sum();
    if (rows_ == 0.0) {
      c.mean = mean;
      c.squares = squares;
    } else {
      const double share = count / (rows_ + count), difference = mean - c.mean;
      c.squares += squares + difference * difference * rows_ * share;
      c.mean += difference * share;
    }
  }
  rows_ += count;
}

Normalisation NormalisationFit::result() const {
  Normalisation result = identity_normalisation(columns_.size());
  if (rows_ == 0.0) throw InputError("the normaliser needs at least one row of data");
  if (normaliser_ == "none") return result;
  result.clip = normaliser_ == "quantile" && quantile_.clip;
  double largest = 0.0;
  std::vector<bool> constant;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    const Column& c = columns_[j];
    Scaling scaling = between_values(c.range.low, c.range.high);
    if (normaliser_ == "z_score") scaling = {c.mean, std::sqrt(c.squares / rows_)};
    // If quantiles coincide, the dimension mostly has one value, as a gripper that rarely opens.
    if (normaliser_ == "quantile" && c.low < c.high) scaling = between_values(c.low, c.high);
    if (!std::isfinite(scaling.offset) || !std::isfinite(scaling.scale)) {
      throw_input_error("the normaliser '{}' cannot scale dimension {}, whose numbers reach {}", normaliser_, j,
                        c.range.magnitude());
    }
    constant.push_back(c.range.is_constant() || scaling.scale < std::numeric_limits<double>::min());
    result.offset[j] = scaling.offset;
    result.scale[j] = scaling.scale;
    if (!constant[j]) largest = std::max(largest, scaling.scale);
  }
  for (std::size_t j = 0; j < constant.size(); ++j) {
    if (constant[j]) result.scale[j] = largest > 0.0 ? largest : 1.0;
  }
  return result;
}

Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values, const QuantileOptions& quantile) {
  NormalisationFit fit(normaliser, quantile);
  fit.add(values);
  return fit.result();
}

}  // namespace fm
