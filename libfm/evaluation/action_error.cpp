#include "libfm/evaluation/action_error.hpp"

#include "libfm/policy_spec/normalisation.hpp"

#include <cmath>

namespace fm {
namespace {

/// Root mean square of error / spread over the dimensions that vary.
double relative_error(const Eigen::RowVectorXd& errors, const std::vector<double>& spread) {
  double sum = 0.0;
  int count = 0;
  for (std::size_t j = 0; j < spread.size(); ++j) {
    if (spread[j] == 0.0) continue;
    sum += std::pow(errors[static_cast<Eigen::Index>(j)] / spread[j], 2);
    ++count;
  }
  return std::sqrt(sum / count);
}

}  // namespace

double ActionError::relative() const {
  return relative_error(Eigen::Map<const Eigen::RowVectorXd>(dimensions.data(), std::ssize(dimensions)), spread);
}

std::vector<double> ActionError::relative_by_position() const {
  std::vector<double> result;
  for (Eigen::Index h = 0; h < chunk.rows(); ++h) result.push_back(relative_error(chunk.row(h), spread));
  return result;
}

ActionError action_error(const SampledActions& actions, const std::vector<double>& spread) {
  const Eigen::Index width = actions.actions;
  const Eigen::RowVectorXd squares = (actions.sampled - actions.recorded).array().square().colwise().mean();
  ActionError error{.states = actions.recorded.rows(), .rmse = std::sqrt(squares.mean()), .spread = spread};
  error.chunk = Eigen::Map<const Matrix>(squares.data(), actions.horizon(), width).cwiseSqrt();
  for (Eigen::Index j = 0; j < width; ++j) {
    error.dimensions.push_back(std::sqrt(error.chunk.col(j).squaredNorm() / static_cast<double>(actions.horizon())));
  }
  return error;
}

std::vector<double> spread_of(const Matrix& actions) {
  std::vector<double> spread;
  for (Eigen::Index j = 0; j < actions.cols(); ++j) {
    const Eigen::ArrayXd recorded = actions.col(j);
    ColumnRange range;
    range.add(recorded.matrix());
    const bool constant = range.is_constant();
    spread.push_back(constant ? 0.0 : std::sqrt((recorded - recorded.mean()).square().mean()));
  }
  return spread;
}

ActionError action_error(const PredictorFactory& engine, const Rows& rows, const RandomStream& noise) {
  return action_error(sample_actions(engine, rows, noise), spread_of(rows.actions));
}

}  // namespace fm
