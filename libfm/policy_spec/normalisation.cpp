#include "libfm/policy_spec/normalisation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

#include <cmath>

namespace fm {
namespace {

struct Column {
  double offset;
  double scale;
};

Column min_max(const Eigen::VectorXd& x) {
  return {(x.maxCoeff() + x.minCoeff()) / 2, (x.maxCoeff() - x.minCoeff()) / 2};
}

Column z_score(const Eigen::VectorXd& x) {
  const double mean = x.mean();
  return {mean, std::sqrt((x.array() - mean).square().mean())};
}

Column none(const Eigen::VectorXd&) { return {0.0, 1.0}; }

struct Row {
  const char* name;
  Column (*fit)(const Eigen::VectorXd& column);
};

constexpr Row table[] = {{"min_max", min_max}, {"z_score", z_score}, {"none", none}};

}  // namespace

std::vector<std::string> normaliser_names() { return names_in(table); }

Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values) {
  constexpr double smallest_scale = 1e-4;
  if (values.rows() == 0) throw InputError("the normaliser needs at least one row of data");
  const Row* row = find_row(table, normaliser);
  if (row == nullptr) {
    throw_input_error("no normaliser '{}' (known: {})", normaliser, fmt::join(normaliser_names(), ", "));
  }
  Normalisation result;
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    const Column column = row->fit(values.col(j).cast<double>());
    result.offset.push_back(column.offset);
    result.scale.push_back(column.scale < smallest_scale ? 1.0 : column.scale);
  }
  return result;
}

}  // namespace fm
