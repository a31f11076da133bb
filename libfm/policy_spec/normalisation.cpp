#include "libfm/policy_spec/normalisation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/env/float32.hpp"

#include <cmath>
#include <limits>

namespace fm {
namespace {

struct Column {
  double offset;
  double scale;
};

Column between_values(double low, double high) { return {low / 2 + high / 2, high / 2 - low / 2}; }

Column min_max(const Eigen::VectorXd& x, const QuantileOptions&) { return between_values(x.minCoeff(), x.maxCoeff()); }

Column z_score(const Eigen::VectorXd& x, const QuantileOptions&) {
  // The mean of deviations from the first value: a large offset costs no digits.
  const double mean = x[0] + (x.array() - x[0]).mean();
  return {mean, std::sqrt((x.array() - mean).square().mean())};
}

Column quantiles(const Eigen::VectorXd& x, const QuantileOptions& options) {
  const std::span<const double> values(x.data(), static_cast<std::size_t>(x.size()));
  const double low = quantile(values, options.low), high = quantile(values, options.high);
  // If they coincide, the dimension mostly has one value, as a gripper that rarely opens.
  return low < high ? between_values(low, high) : min_max(x, options);
}

struct Row {
  const char* name;
  Column (*fit)(const Eigen::VectorXd& column, const QuantileOptions& options);  ///< null: unchanged
};

constexpr Row table[] = {{"min_max", min_max}, {"z_score", z_score}, {"quantile", quantiles}, {"none", nullptr}};

}  // namespace

std::vector<std::string> normaliser_names() { return names_in(table); }

Normalisation identity_normalisation(std::size_t size) {
  return {.offset = std::vector<double>(size, 0.0), .scale = std::vector<double>(size, 1.0)};
}

Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values, const QuantileOptions& options) {
  if (values.rows() == 0) throw InputError("the normaliser needs at least one row of data");
  const Row* row = find_row(table, normaliser);
  if (row == nullptr) {
    throw_input_error("no normaliser '{}' (known: {})", normaliser, fmt::join(normaliser_names(), ", "));
  }
  Normalisation result = identity_normalisation(static_cast<std::size_t>(values.cols()));
  if (row->fit == nullptr) return result;
  result.clip = normaliser == "quantile" && options.clip;
  double largest = 0.0;
  std::vector<bool> constant;
  for (std::size_t j = 0; j < result.scale.size(); ++j) {
    const Eigen::VectorXd x = values.col(static_cast<Eigen::Index>(j));
    const Column column = row->fit(x, options);
    if (!std::isfinite(column.offset) || !std::isfinite(column.scale)) {
      throw_input_error("the normaliser '{}' cannot scale dimension {}, whose numbers reach {}", normaliser, j,
                        x.cwiseAbs().maxCoeff());
    }
    constant.push_back(is_constant(x) || column.scale < std::numeric_limits<double>::min());
    result.offset[j] = column.offset;
    result.scale[j] = column.scale;
    if (!constant[j]) largest = std::max(largest, column.scale);
  }
  for (std::size_t j = 0; j < constant.size(); ++j) {
    if (constant[j]) result.scale[j] = largest > 0.0 ? largest : 1.0;
  }
  return result;
}

bool is_constant(const Eigen::VectorXd& column) {
  constexpr double few = 8.0;
  return column.maxCoeff() / 2 - column.minCoeff() / 2 <= few / 2 * spacing(column);
}

double spacing(const Eigen::VectorXd& column) {
  const double magnitude = column.cwiseAbs().maxCoeff();
  const double epsilon =
      is_float32(column) ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
  return magnitude * epsilon;
}

}  // namespace fm
